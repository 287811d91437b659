import type { Entry, UnnamedReason } from './checkpoint';
import type { OpenTensor } from './openTensor';
import { lastText } from './path';

/** A parameter that an optimizer holds, by its number or name in `state` and `params`. */
export interface HeldParameter {
  readonly id: string;
  /** A pickled optimizer holds the parameter itself. */
  readonly tensor: OpenTensor | null;
  /** By `param_names`, or because its id is a name. */
  readonly name: string | null;
  /** Shape that its state implies; null where it has none of its shape. */
  readonly shape: readonly number[] | null;
}

/** A state dict or module whose tensors may be an optimizer's parameters. */
export interface Holder {
  /** Indexes of entries that are parameters as far as can be told, in the order of `Module.parameters()`. */
  readonly parameters: readonly number[];
  /** Those of its other tensors. */
  readonly buffers: readonly number[];
}

/** What an optimizer holds, as far as it is certain. */
export interface HolderMatch {
  /** The first holder that fits; null where none does. */
  readonly holder: Holder | null;
  /** Entry of each parameter, in the optimizer's order; null where it may be one of several. */
  readonly parameters: readonly (number | null)[];
  /** Why not all are known. */
  readonly unnamed: UnnamedReason | null;
}

type Group = readonly HeldParameter[];

/**
 * Which tensors an optimizer's parameters are. Within a group they stand in the order of `Module.parameters()`; which
 * parameters are in which group, no file says. A parameter is derived where that and the shapes of all states leave one
 * tensor, the same in every model that fits.
 */
export function matchHolders(
  entries: readonly Entry[],
  groups: readonly Group[],
  holders: readonly Holder[],
): HolderMatch {
  const held = groups.flat();
  const nothing = held.map(() => null);
  if (held.length === 0) {
    return { holder: null, parameters: nothing, unnamed: null };
  }
  const found = holders.flatMap((holder) => {
    const parameters = derive(entries, groups, holder.parameters);
    return parameters === null ? [] : [{ holder, parameters }];
  });
  const [first, ...others] = found;
  if (first === undefined) {
    return { holder: null, parameters: nothing, unnamed: holders.length === 0 ? 'no-model' : 'no-fit' };
  }
  const keyAt = (index: number | null | undefined): string | null =>
    index === null || index === undefined ? null : lastText(entries[index]?.path ?? []);
  // A model and its average name their parameters alike; two different models that both fit leave it open.
  const agreed = first.parameters.map((index, position) =>
    others.every(({ parameters }) => keyAt(parameters[position]) === keyAt(index)) ? index : null,
  );
  if (!agreed.includes(null)) {
    return { holder: first.holder, parameters: agreed, unnamed: null };
  }
  const isOpen = first.parameters.every((index, position) => index === null || agreed[position] !== null);
  return { holder: first.holder, parameters: agreed, unnamed: isOpen ? 'order' : 'several-models' };
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, dim) => size === b[dim]);
}

/** Whether a held parameter can be that entry. */
function isAlike({ shape, tensor }: HeldParameter, entry: Entry | undefined): boolean {
  if (entry?.kind !== 'tensor' || (shape !== null && !sameShape(shape, entry.shape))) {
    return false;
  }
  return tensor === null || (tensor.storage === entry.storage && tensor.offset === entry.offset);
}

/** Times that all groups are gone through: each time some parameter is settled, and leaves fewer for the others. */
const mostRounds = 50;
/** Comparisons of a parameter with an entry, all in all. Seen: 300 groups of one parameter each, 90,000 a round. */
const mostComparisons = 5_000_000;

/** Entries of the parameters, as far as certain; null where the optimizer's parameters cannot be among these. */
function derive(
  entries: readonly Entry[],
  groups: readonly Group[],
  among: readonly number[],
): (number | null)[] | null {
  const certain: (number | null)[][] = groups.map((group) => group.map(() => null));
  const settled = new Map<number, number>();
  const rounds = Math.min(mostRounds, Math.floor(mostComparisons / (groups.length * among.length + 1)));
  if (rounds === 0) {
    return byShape(entries, groups.flat(), among);
  }
  for (let round = 0, before = -1; round < rounds && settled.size > before; round++) {
    before = settled.size;
    for (const [at, group] of groups.entries()) {
      const left = among.filter((index) => (settled.get(index) ?? at) === at);
      const found = onlyPlaces(entries, group, left);
      if (found === null) {
        return byShape(entries, groups.flat(), among);
      }
      certain[at] = found;
      for (const index of found) {
        if (index !== null) {
          settled.set(index, at);
        }
      }
    }
  }
  return certain.flat();
}

/**
 * Where the parameters of a group stand among entries in the same order, each in the one place that is both the earliest
 * and the latest for it, else null. Null as a whole where they do not fit.
 */
function onlyPlaces(entries: readonly Entry[], group: Group, among: readonly number[]): (number | null)[] | null {
  const earliest = embed(entries, group, among);
  const latest = embed(entries, group.toReversed(), among.toReversed())?.reverse();
  return earliest === null || latest === undefined
    ? null
    : earliest.map((index, position) => (latest[position] === index ? index : null));
}

function embed(entries: readonly Entry[], group: Group, among: readonly number[]): number[] | null {
  const found: number[] = [];
  for (const index of among) {
    const next = group[found.length];
    if (next !== undefined && isAlike(next, entries[index])) {
      found.push(index);
    }
  }
  return found.length === group.length ? found : null;
}

/** In whatever order: the parameters whose shape only one of them and one of the entries has. */
function byShape(entries: readonly Entry[], held: Group, among: readonly number[]): (number | null)[] | null {
  const wanted = new Map<string, number>();
  for (const { shape } of held) {
    if (shape === null) {
      return null;
    }
    wanted.set(shape.join(), (wanted.get(shape.join()) ?? 0) + 1);
  }
  const offered = new Map<string, number[]>();
  for (const index of among) {
    const entry = entries[index];
    const key = entry?.kind === 'tensor' ? entry.shape.join() : '';
    const known = offered.get(key);
    if (known === undefined) {
      offered.set(key, [index]);
    } else {
      known.push(index);
    }
  }
  for (const [key, count] of wanted) {
    if ((offered.get(key)?.length ?? 0) < count) {
      return null;
    }
  }
  return held.map((parameter) => {
    const key = parameter.shape?.join() ?? '';
    const [only = -1, ...others] = offered.get(key) ?? [];
    return others.length === 0 && isAlike(parameter, entries[only]) ? only : null;
  });
}
