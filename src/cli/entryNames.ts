import type { Branch, Checkpoint, Entry, Path, PathElement } from '../core/checkpoint/checkpoint';
import { elementText, keyOf } from '../core/checkpoint/path';
import type { Selection } from '../core/edit/operations';
import { CommandError, UsageError } from './failure';

/**
 * The entries that the names on a command line mean, in file order, each once: a name is a key or a path as a JSON array,
 * and stands for everything below it. No name at all stands for all entries.
 * @throws UsageError, CommandError `no-such-entry`, `ambiguous-key`
 */
export function entriesNamed(checkpoint: Checkpoint, names: readonly string[]): readonly Entry[] {
  if (names.length === 0) {
    return checkpoint.entries;
  }
  const places = placesOf(checkpoint);
  const selectors = names.map((name) => selector(places, name));
  return checkpoint.entries.filter(({ path }) => selectors.some((selects) => selects(path)));
}

/** Whether a path is meant by a name, or lies below what is meant. */
type Selector = (path: Path) => boolean;

function selector(places: readonly Path[], name: string): Selector {
  const found = pathAmong(places, name);
  return found === undefined ? groupSelector(places, name) : (place) => isBelow(place, found);
}

/** A group that only the dots of its keys make: `layer1` of `layer1.0.conv1.weight`. */
function groupSelector(places: readonly Path[], name: string): Selector {
  const selects: Selector = (path) => keyOf(path).startsWith(`${name}.`);
  if (!places.some(selects)) {
    throw noSuchEntry(name);
  }
  return selects;
}

function noSuchEntry(name: string): CommandError {
  return new CommandError('no-such-entry', `no entry is called ${name}`, 'take a key that ptckpt inspect shows');
}

/**
 * The one place that a name means: an entry, a branch, or a submodule of a pickled module.
 * @throws UsageError, CommandError `no-such-entry`, `ambiguous-key`
 */
export function pathNamed(checkpoint: Checkpoint, name: string): Path {
  const found = findNamed(checkpoint, name) ?? submoduleNamed(checkpoint, name);
  if (found === undefined) {
    throw noSuchEntry(name);
  }
  return found;
}

/** The entry or branch that a name means; undefined when there is none. @throws as `pathNamed` */
export function findNamed(checkpoint: Checkpoint, name: string): Path | undefined {
  return pathAmong(placesOf(checkpoint), name);
}

function placesOf({ branches, entries }: Checkpoint): readonly Path[] {
  return [...branches, ...entries].map(({ path }) => path);
}

function pathAmong(places: readonly Path[], name: string): Path | undefined {
  const path = name.startsWith('[') ? parsePath(name) : undefined;
  if (path?.length === 0) {
    return path;
  }
  const wanted = path && JSON.stringify(path);
  const found = places.filter((place) =>
    wanted === undefined ? keyOf(place) === name : JSON.stringify(place) === wanted,
  );
  const [first, second] = distinct(found);
  if (first !== undefined && second !== undefined) {
    throw ambiguous(name, first, second);
  }
  return first;
}

function ambiguous(name: string, first: Path, second: Path): CommandError {
  return new CommandError(
    'ambiguous-key',
    `${name} names two entries, ${JSON.stringify(first)} and ${JSON.stringify(second)}`,
    'give one of these paths',
  );
}

/** A submodule has no row of its own in the list: its parameters stand below the outermost module. */
function submoduleNamed({ branches, entries }: Checkpoint, name: string): Path | undefined {
  const json = name.startsWith('[') ? parsePath(name) : undefined;
  for (const { path, role, first, end } of branches) {
    const key = json === undefined ? keyOf(path) : JSON.stringify(path);
    const submodule = json === undefined ? below(name, key) : lastOf(json, key);
    const isGroup = ({ path: place }: { readonly path: Path }): boolean =>
      elementText(place[path.length] ?? '').startsWith(`${submodule ?? ''}.`);
    if (role === 'module' && submodule !== null && entries.slice(first, end).some(isGroup)) {
      return [...path, submodule];
    }
  }
  return undefined;
}

/** What is left of a key behind that of a branch; null when it is none below it. */
function below(name: string, key: string): string | null {
  if (key === '') {
    return name;
  }
  return name.startsWith(`${key}.`) ? name.slice(key.length + 1) : null;
}

/** The last step of a path whose other steps are these. */
function lastOf(path: Path, above: string): string | null {
  const last = path.at(-1);
  return typeof last === 'string' && JSON.stringify(path.slice(0, -1)) === above ? last : null;
}

/**
 * Where an entry that is not there yet would stand: in the innermost dict or list that its key begins with.
 * @throws UsageError, CommandError `ambiguous-key`
 */
export function newPath(checkpoint: Checkpoint, name: string): Path {
  const path = name.startsWith('[') ? parsePath(name) : undefined;
  if (path !== undefined) {
    return path;
  }
  if (checkpoint.container.kind === 'safetensors' && name.startsWith('.metadata.')) {
    return ['.metadata', name.slice('.metadata.'.length)];
  }
  const places = checkpoint.branches.flatMap((branch) => {
    const element = below(name, keyOf(branch.path));
    return element === null || element === '' ? [] : [{ branch, element }];
  });
  const shortest = Math.min(...places.map(({ element }) => element.length));
  const [first, second] = places.filter(({ element }) => element.length === shortest);
  if (first === undefined) {
    return [name];
  }
  if (second !== undefined) {
    throw ambiguous(name, [...first.branch.path, first.element], [...second.branch.path, second.element]);
  }
  return [...first.branch.path, elementIn(checkpoint, first.branch, first.element)];
}

/** In a list, and in a dict whose keys are ints, a number is one. */
function elementIn({ entries }: Checkpoint, { path, type, first, end }: Branch, text: string): PathElement {
  const isCounted = entries.slice(first, end).every((entry) => typeof entry.path[path.length] === 'number');
  const takesNumbers = type === 'list' || (first < end && isCounted);
  return takesNumbers && /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

/**
 * Patterns as a selection. One without `*` and `?` that matches no entry may name what has entries below it, and then means
 * all of them.
 * @throws UsageError, CommandError `ambiguous-key`
 */
export function selectionOf(checkpoint: Checkpoint, patterns: readonly string[]): Selection {
  const globs: string[] = [];
  const paths: Path[] = [];
  const keys = new Set(checkpoint.entries.map(({ path }) => keyOf(path)));
  const places = placesOf(checkpoint);
  for (const pattern of patterns) {
    const branch = /[*?\\]/.test(pattern) || keys.has(pattern) ? undefined : pathAmong(places, pattern);
    if (branch !== undefined) {
      paths.push(branch);
    } else {
      globs.push(isGroup(keys, pattern) ? `${pattern}.*` : pattern);
    }
  }
  return { globs, paths };
}

function isGroup(keys: ReadonlySet<string>, name: string): boolean {
  return !/[*?\\]/.test(name) && !keys.has(name) && [...keys].some((key) => key.startsWith(`${name}.`));
}

/** A path may stand twice in a file: a dict of a pickle can set a key again. */
function distinct(paths: readonly Path[]): Path[] {
  return [...new Map(paths.map((path) => [JSON.stringify(path), path])).values()];
}

/** A key may begin with a bracket too: what is no JSON array is a key. */
function parsePath(text: string): Path | undefined {
  let path: unknown;
  try {
    path = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(path) || !path.every(isPathElement)) {
    throw new UsageError(`not a path: ${text}`);
  }
  return path;
}

function isPathElement(element: unknown): element is PathElement {
  return (
    typeof element === 'string' ||
    typeof element === 'number' ||
    (typeof element === 'object' && element !== null && 'repr' in element && typeof element.repr === 'string')
  );
}

function isBelow(path: Path, root: Path): boolean {
  return root.every((element, depth) => sameElement(element, path[depth]));
}

function sameElement(a: PathElement, b: PathElement | undefined): boolean {
  return typeof a === 'object' && typeof b === 'object' ? a.repr === b.repr : a === b;
}
