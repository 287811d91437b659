import { modernKey } from './legacyKeys';

export interface FileKey {
  readonly key: string;
  /** null for what is no tensor. */
  readonly shape: readonly number[] | null;
}

export interface FileTensor {
  readonly key: string;
  readonly shape: readonly number[];
}

export interface RenamedKey {
  readonly from: string;
  readonly to: string;
}

/** No model is wrapped more often, and no file has more branches that could be one. */
const mostPrefixes = 5;
const mostBranches = 16;

/** The part of the keys that a branch has to hold to be looked at. */
const branchShare = 0.2;

/** A counter that torch does not miss, and that older files lack. */
export function isCounter(key: string): boolean {
  return key.endsWith('num_batches_tracked');
}

/** What the outermost module of a key is called. */
export function firstName(key: string): string {
  const dot = key.indexOf('.');
  return dot < 0 ? key : key.slice(0, dot);
}

/** A branch of a file that may be a model: all tensors whose key begins with `prefix`. */
export class Branch {
  readonly #tensors: readonly FileTensor[];
  #shapes: Map<string, readonly number[]> | undefined;
  #counts: Map<string, number> | undefined;
  /** Keys, without the prefix, that today's torchvision calls otherwise. */
  readonly renamed: RenamedKey[] = [];

  constructor(
    readonly prefix: string,
    tensors: readonly FileTensor[],
  ) {
    this.#tensors = prefix === '' ? tensors : tensors.filter(({ key }) => key.startsWith(prefix));
  }

  /** How many tensors each outermost module has. */
  get counts(): ReadonlyMap<string, number> {
    if (this.#counts === undefined) {
      this.#counts = new Map();
      for (const { key } of this.#tensors) {
        const name = firstName(key.slice(this.prefix.length));
        this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
      }
    }
    return this.#counts;
  }

  /** The branches below that have at least so many tensors, the largest first. */
  parts(least: number): Branch[] {
    const large = [...this.counts].filter(([, count]) => count > 1 && count >= least);
    return large.sort(([, a], [, b]) => b - a).map(([name]) => new Branch(`${this.prefix}${name}.`, this.#tensors));
  }

  /** By the name that today's torchvision has for the key. */
  get shapes(): ReadonlyMap<string, readonly number[]> {
    if (this.#shapes === undefined) {
      this.#shapes = new Map();
      for (const { key, shape } of this.#tensors) {
        const from = key.slice(this.prefix.length);
        const to = modernKey(from);
        this.#shapes.set(to ?? from, shape);
        if (to !== null) {
          this.renamed.push({ from, to });
        }
      }
    }
    return this.#shapes;
  }
}

/** The tensors that count when a model is recognised. */
export function tensorsOf(keys: readonly FileKey[]): readonly FileTensor[] {
  return keys.flatMap(({ key, shape }) => (shape === null || isCounter(key) ? [] : [{ key, shape }]));
}

/** The branches that hold a good part of the file's tensors, the whole file first, then what holds most. */
export function* branchesOf(tensors: readonly FileTensor[]): Generator<Branch> {
  let level = [new Branch('', tensors)];
  for (let depth = 0, left = mostBranches; depth <= mostPrefixes && left > 0; depth += 1) {
    level = level.slice(0, left);
    left -= level.length;
    yield* level;
    level = level.flatMap((branch) => branch.parts(tensors.length * branchShare));
  }
}
