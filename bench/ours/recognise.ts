import { readFileSync } from 'node:fs';
import { Catalogue } from '../../src/core/catalogue/catalogue';
import type { CatalogueData } from '../../src/core/catalogue/catalogueData';

/**
 * Usage: node recognise.mjs CATALOGUE [ARCHITECTURE]. Prints milliseconds: of reading the catalogue and the first answer, about
 * this architecture, in a process that has done nothing yet; and of one answer about each.
 */
const [, , file = '', name = 'resnet50'] = process.argv;

function timed<T>(work: () => T): { readonly result: T; readonly milliseconds: number } {
  const started = performance.now();
  return { result: work(), milliseconds: performance.now() - started };
}

function keysOf(catalogue: Catalogue, architecture: string): { key: string; shape: readonly number[] }[] {
  const { keys } = catalogue.architecture(architecture) ?? { keys: [] };
  return keys.map(({ key, shape }) => ({ key: `module.${key}`, shape }));
}

function read(): Catalogue {
  return new Catalogue(JSON.parse(readFileSync(file, 'utf8')) as CatalogueData);
}

const { result: catalogue, milliseconds: load } = timed(read);
// Of another catalogue, so that nothing is expanded yet in the one that is asked.
const keys = keysOf(read(), name);
const first = timed(() => catalogue.recognise(keys)).milliseconds;
const each = catalogue.names().map((architecture) => {
  const own = keysOf(catalogue, architecture.name);
  return timed(() => catalogue.recognise(own)).milliseconds;
});
console.log(JSON.stringify({ first: [load + first], each }));
