import type { Checkpoint, Entry, Path, PathElement } from '../core/checkpoint/checkpoint';
import { keyOf } from '../core/checkpoint/path';
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
  const places = [...checkpoint.branches, ...checkpoint.entries].map(({ path }) => path);
  const selectors = names.map((name) => selector(places, name));
  return checkpoint.entries.filter(({ path }) => selectors.some((selects) => selects(path)));
}

/** Whether a path is meant by a name, or lies below what is meant. */
type Selector = (path: Path) => boolean;

function selector(places: readonly Path[], name: string): Selector {
  const path = name.startsWith('[') ? parsePath(name) : undefined;
  if (path?.length === 0) {
    return () => true;
  }
  const wanted = path && JSON.stringify(path);
  const found = places.filter((place) =>
    wanted === undefined ? keyOf(place) === name : JSON.stringify(place) === wanted,
  );
  const [first, second] = distinct(found);
  if (second !== undefined) {
    throw new CommandError(
      'ambiguous-key',
      `${name} names two entries, ${JSON.stringify(first)} and ${JSON.stringify(second)}`,
      'give one of these paths',
    );
  }
  return first === undefined ? groupSelector(places, name) : (place) => isBelow(place, first);
}

/** A group that only the dots of its keys make: `layer1` of `layer1.0.conv1.weight`. */
function groupSelector(places: readonly Path[], name: string): Selector {
  const selects: Selector = (path) => keyOf(path).startsWith(`${name}.`);
  if (!places.some(selects)) {
    throw new CommandError('no-such-entry', `no entry is called ${name}`, 'take a key that ptckpt inspect shows');
  }
  return selects;
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
