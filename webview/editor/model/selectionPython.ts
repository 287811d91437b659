import type { Path } from '../../../src/core/checkpoint/checkpoint';
import { stringLiteral } from '../../../src/core/checkpoint/pythonText';
import { compileGlob, type FilterQuery } from '../../../src/core/tree/filter';

/** An entry, and the expression that reaches it. */
export interface Reached {
  readonly path: Path;
  readonly python: string;
}

/**
 * Python that names several entries of one dict: by the filter that found them, where that gives the same keys, else one
 * by one. null where they do not stand in one dict, or a key is no text.
 */
export function selectionPython(entries: readonly Reached[], query: FilterQuery | null): string | null {
  let dict: string | null = null;
  const keys: string[] = [];
  for (const { path, python } of entries) {
    const key = path.at(-1);
    const step = typeof key === 'string' ? `[${stringLiteral(key)}]` : '';
    if (typeof key !== 'string' || !python.endsWith(step)) {
      return null;
    }
    const parent = python.slice(0, -step.length);
    if (dict !== null && dict !== parent) {
      return null;
    }
    dict = parent;
    keys.push(key);
  }
  if (dict === null) {
    return null;
  }
  const glob = query === null || query.regex || query.text === '' ? null : `*${query.text}*`.replace(/\*+/g, '*');
  // fnmatch minds the case and gives `[` a meaning. What it finds in this dict, the filter has found in the whole keys.
  if (glob !== null && !/[[\\]/.test(glob) && keys.every(compileGlob(glob))) {
    return `keys = fnmatch.filter(${dict},\n    ${stringLiteral(glob)})`;
  }
  return `keys = [\n${keys.map((key) => `    ${stringLiteral(key)},\n`).join('')}]`;
}
