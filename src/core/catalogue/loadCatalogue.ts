import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Catalogue } from './catalogue';
import type { CatalogueData } from './catalogueData';

/** Beside this file, and beside the bundle that it becomes part of. */
const dataFile = join(__dirname, 'catalogue.json');

let loaded: Promise<Catalogue> | undefined;

/** Reads the catalogue when it is first used. It is part of the extension: that it cannot be read is a broken installation. */
export async function loadCatalogue(): Promise<Catalogue> {
  return (loaded ??= read());
}

async function read(): Promise<Catalogue> {
  const data: unknown = JSON.parse(await readFile(dataFile, 'utf8'));
  if (!isCatalogueData(data)) {
    throw new TypeError(`${dataFile} is no catalogue`);
  }
  return new Catalogue(data);
}

/** It is our own file, tested when it is made: enough to tell it from another. */
function isCatalogueData(data: unknown): data is CatalogueData {
  return typeof data === 'object' && data !== null && 'architectures' in data && 'modules' in data && 'rules' in data;
}
