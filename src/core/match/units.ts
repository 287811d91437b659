import type { Pair } from './leftover';
import { moduleName, type SourceKey, type TargetKey } from './match';

/**
 * What is renamed as one: the weight, the bias and the statistics of a layer, or a tensor that stands by itself (`cls_token`).
 */
export interface Unit {
  /** Name of the layer, or the whole key. */
  readonly name: string;
  /** What its tensors are and their shapes, sizes of 1 left out: equal for units that may be the same layer. */
  signature: string;
  /** Places in the list of leftover keys, by what they are: `weight`, `bias`, …; '' of a tensor by itself. */
  readonly tensors: Map<string, number>;
}

/** Last names of the tensors that a layer is made of: those with `in_proj_` are of a layer within one of theirs. */
const layerTensors = new Map<string, { readonly part: string; readonly tensor: string }>();
for (const tensor of ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked']) {
  layerTensors.set(tensor, { part: '', tensor });
}
for (const tensor of ['weight', 'bias']) {
  layerTensors.set(`in_proj_${tensor}`, { part: '.in_proj', tensor });
}

/** Keys that are left, as units in the order in which they begin. @param names of the keys, as torch would have them. */
export function unitsOf(
  keys: readonly (SourceKey | TargetKey)[],
  names: readonly string[],
  isFree: (place: number) => boolean,
): readonly Unit[] {
  const units = new Map<string, Unit>();
  for (const [place, { key, shape }] of keys.entries()) {
    if (!isFree(place) || shape === null) {
      continue;
    }
    const { unit, tensor } = placeOf(names[place] ?? key);
    let found = units.get(unit);
    if (found === undefined) {
      found = { name: unit, signature: '', tensors: new Map() };
      units.set(unit, found);
    }
    found.tensors.set(tensor, place);
    // A counter tells nothing: old files lack it.
    if (tensor !== 'num_batches_tracked') {
      found.signature += tensor + sizesOf(shape);
    }
  }
  return [...units.values()].filter(({ signature }) => signature !== '');
}

function sizesOf(shape: readonly number[]): string {
  let sizes = '[';
  for (const size of shape) {
    sizes += size === 1 ? '' : `${String(size)},`;
  }
  return sizes;
}

function placeOf(key: string): { readonly unit: string; readonly tensor: string } {
  const dot = key.lastIndexOf('.');
  const found = dot === -1 ? undefined : layerTensors.get(key.slice(dot + 1));
  return found === undefined
    ? { unit: key, tensor: '' }
    : { unit: key.slice(0, dot) + found.part, tensor: found.tensor };
}

export type UnitPair = readonly [source: Unit, target: Unit];

/** How two units were found to be one. */
export type UnitMatch = 'same-order' | 'only-shape' | 'same-shapes' | 'same-endings';

/**
 * Pairs of units, each in one pair at most, and how they were found. Linear in the number of units.
 * 1. The layers of both are the same in the same order.
 * 2. Else, by the longest ending of their names that only they have among those of their shapes.
 * 3. Else, in order among those of their shapes, where there are as many here as there.
 */
export function pairUnits(
  sources: readonly Unit[],
  targets: readonly Unit[],
): readonly (readonly [UnitPair, UnitMatch])[] {
  if (haveSameOrder(sources, targets)) {
    return inOrder(sources, targets).map((pair) => [pair, 'same-order']);
  }
  const byEnding = pairByEnding(sources, targets);
  const taken = new Set(byEnding.flat());
  const rest = pairByShape(
    sources.filter((unit) => !taken.has(unit)),
    targets.filter((unit) => !taken.has(unit)),
  );
  return [
    ...byEnding.map((pair) => [pair, 'same-endings'] as const),
    ...rest.flatMap(([here, there]) =>
      inOrder(here, there).map((pair) => [pair, here.length === 1 ? 'only-shape' : 'same-shapes'] as const),
    ),
  ];
}

function haveSameOrder(sources: readonly Unit[], targets: readonly Unit[]): boolean {
  return (
    sources.length === targets.length && sources.every(({ signature }, at) => signature === targets[at]?.signature)
  );
}

/** Pairs lists of one order. Within a run of equal layers (query, key, value) a name that both have counts more than its place. */
function inOrder(sources: readonly Unit[], targets: readonly Unit[]): readonly UnitPair[] {
  const pairs: UnitPair[] = [];
  for (let start = 0, end = 0; start < sources.length; start = end) {
    while (end < sources.length && isSameRun(sources[end], sources[start])) {
      end++;
    }
    const [source, target] = [sources[start], targets[start]];
    if (end > start + 1) {
      pairs.push(...pairRun(sources.slice(start, end), targets.slice(start, end)));
    } else if (source !== undefined && target !== undefined) {
      pairs.push([source, target]);
    }
  }
  return pairs;
}

/** Equal layers of one module. */
function isSameRun(a: Unit | undefined, b: Unit | undefined): boolean {
  return a?.signature === b?.signature && moduleName(a?.name ?? '') === moduleName(b?.name ?? '');
}

function pairRun(sources: readonly Unit[], targets: readonly Unit[]): readonly UnitPair[] {
  const names = byLastName(targets);
  const here = byLastName(sources);
  const pairs: UnitPair[] = [];
  const taken = new Set<Unit>();
  for (const [name, source] of here) {
    const target = names.get(name);
    if (source !== null && target !== null && target !== undefined && !/^\d*$/.test(name)) {
      pairs.push([source, target]);
      taken.add(source).add(target);
    }
  }
  const rest = targets.filter((unit) => !taken.has(unit));
  for (const [at, source] of sources.filter((unit) => !taken.has(unit)).entries()) {
    const target = rest[at];
    if (target !== undefined) {
      pairs.push([source, target]);
    }
  }
  return pairs;
}

/** Units by the last part of their names; null where several have one. */
function byLastName(units: readonly Unit[]): ReadonlyMap<string, Unit | null> {
  const names = new Map<string, Unit | null>();
  for (const unit of units) {
    const name = unit.name.slice(unit.name.lastIndexOf('.') + 1);
    names.set(name, names.has(name) ? null : unit);
  }
  return names;
}

/** Parts of a name that are compared, from its end. Seen: some 8 below what wraps them. */
const maxParts = 8;

function pairByEnding(sources: readonly Unit[], targets: readonly Unit[]): UnitPair[] {
  const here = byEnding(sources);
  const there = byEnding(targets);
  const taken = new Set<Unit>();
  const pairs: UnitPair[] = [];
  for (const source of sources) {
    for (const ending of endingsOf(source)) {
      const target = there.get(ending);
      if (here.get(ending) === source && target !== undefined && target !== null && !taken.has(target)) {
        pairs.push([source, target]);
        taken.add(target);
        break;
      }
    }
  }
  return pairs;
}

/** Units by each ending of their names; null where several have one. */
function byEnding(units: readonly Unit[]): ReadonlyMap<string, Unit | null> {
  const endings = new Map<string, Unit | null>();
  for (const unit of units) {
    for (const ending of endingsOf(unit)) {
      endings.set(ending, endings.has(ending) ? null : unit);
    }
  }
  return endings;
}

/** Endings of a name, longest first, each with the shapes; numbers alone say nothing. */
function endingsOf({ name, signature }: Unit): readonly string[] {
  const endings: string[] = [];
  let at = name.length;
  for (let count = 0; at >= 0 && count < maxParts; count++) {
    at = at === 0 ? -1 : name.lastIndexOf('.', at - 1);
    const ending = name.slice(at + 1);
    if (!/^[\d.]*$/.test(ending)) {
      endings.push(`${signature} ${ending}`);
    }
  }
  return endings.reverse();
}

/** Units of equal shapes, of which there are as many here as there. */
function pairByShape(
  sources: readonly Unit[],
  targets: readonly Unit[],
): readonly (readonly [readonly Unit[], readonly Unit[]])[] {
  const here = bySignature(sources);
  const there = bySignature(targets);
  return [...here].flatMap(([signature, units]) => {
    const others = there.get(signature);
    return others?.length === units.length ? [[units, others] as const] : [];
  });
}

function bySignature(units: readonly Unit[]): ReadonlyMap<string, readonly Unit[]> {
  const lists = new Map<string, Unit[]>();
  for (const unit of units) {
    const list = lists.get(unit.signature);
    if (list === undefined) {
      lists.set(unit.signature, [unit]);
    } else {
      list.push(unit);
    }
  }
  return lists;
}

/** Keys of two units that belong together: what both have. */
export function keyPairs([source, target]: UnitPair): readonly Pair[] {
  const pairs: Pair[] = [];
  for (const [name, place] of source.tensors) {
    const other = target.tensors.get(name);
    if (other !== undefined) {
      pairs.push([place, other]);
    }
  }
  return pairs;
}
