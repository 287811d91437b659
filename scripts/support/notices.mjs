import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inProject } from './paths.mjs';

/**
 * Names of the packages that esbuild put into the bundles, sorted.
 *
 * @param {string[]} inputs paths of bundled files, relative to the project
 */
export function bundledPackages(inputs) {
  /** @type {Set<string>} */
  const names = new Set();
  for (const input of inputs) {
    const match = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match?.[1] !== undefined) names.add(match[1]);
  }
  return [...names].sort();
}

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {string} [license]
 * @property {string | { name: string }} [author]
 */

/** @param {string} folder @returns {Manifest} */
function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/**
 * The text that a package means which declares the MIT licence and leaves it out.
 *
 * @param {Manifest} manifest
 * @throws {Error} when it declares another one, which must be read first
 */
function mitText({ name, license, author }) {
  const holder = typeof author === 'object' ? author.name : author;
  if (license !== 'MIT' || holder === undefined) throw new Error(`${name} has no licence file.`);
  const ours = readFileSync(inProject('LICENSE'), 'utf8').trim();
  return ours.replace(/^Copyright.*$/m, `Copyright (c) ${holder}`);
}

/**
 * The licences of what is bundled, as their terms ask: name, version and the text of the licence file. A package without
 * one is an error, so that none is shipped unread.
 *
 * @param {string[]} packages
 */
export function noticesText(packages) {
  const sections = packages.map((name) => {
    const folder = inProject('node_modules', name);
    const manifest = manifestOf(folder);
    const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.(txt|md))?$/i.test(entry));
    const text = file === undefined ? mitText(manifest) : readFileSync(join(folder, file), 'utf8').trim();
    return `${name} ${manifest.version} (${manifest.license ?? 'see below'})\n\n${text}\n`;
  });
  const rule = `\n${'-'.repeat(80)}\n\n`;
  return ['This extension contains the following third-party software.\n', ...sections].join(rule);
}
