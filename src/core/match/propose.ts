import { Leftover, type Pair } from './leftover';
import { nameTables, renamedBy } from './libraryNames';
import { match, type Proposal, type ProposalReason, type Rename, type Source, type Target } from './match';
import { prefixProposals } from './prefixes';
import { keyPairs, pairUnits, unitsOf, type Unit, type UnitMatch, type UnitPair } from './units';

export interface ProposeOptions {
  /** Renames that hold already: what they name is left alone. */
  readonly accepted?: readonly Rename[];
  /** Ids of proposals that are not made again, so that the next best shows. */
  readonly refused?: ReadonlySet<string>;
}

/**
 * Renamings that would make more of the file load, those with most keys first. None of them is applied unless it is accepted.
 * About linear in the number of keys.
 * @throws MatchError as `match` does of the accepted renames.
 */
export function propose(source: Source, target: Target, options: ProposeOptions = {}): readonly Proposal[] {
  const { accepted = [], refused = new Set() } = options;
  const left = new Leftover(match(source, target, accepted));
  const proposals = [
    ...tableProposals(left, refused),
    ...prefixProposals(left, refused),
    ...unitProposals(left, refused),
  ];
  const order = ['certain', 'likely', 'possible'];
  return proposals.sort((a, b) => order.indexOf(a.confidence) - order.indexOf(b.confidence));
}

/** What a table of names must pair of the keys that are left on the smaller side. */
const tableShare = 0.8;

/** Keys of which at least one must be in a table for all to be looked up: these models are of one kind throughout. */
const triedKeys = 256;

function tableProposals(left: Leftover, refused: ReadonlySet<string>): readonly Proposal[] {
  const tables = nameTables.filter((table) =>
    left.sources.slice(0, triedKeys).some(({ key }) => renamedBy(table, key) !== null),
  );
  const places = new Map(tables.length === 0 ? [] : left.targets.map(({ key }, place) => [key, place] as const));
  return tables.flatMap((table): readonly Proposal[] => {
    const id = `table:${table.family}:${table.to}`;
    const pairs: Pair[] = [];
    for (const [source, { key }] of left.sources.entries()) {
      const target = places.get(renamedBy(table, key) ?? '');
      if (target !== undefined && left.isFree(source, target)) {
        pairs.push([source, target]);
      }
    }
    const fitting = pairs.filter((pair) => left.fits(...pair)).length;
    const smaller = Math.min(left.sources.length, left.targets.length);
    if (pairs.length < 2 || fitting < tableShare * smaller || refused.has(id)) {
      return [];
    }
    left.take(pairs);
    return [
      {
        id,
        kind: 'modules',
        from: table.from,
        to: table.to,
        renames: pairs.map((pair) => left.rename(pair)),
        reason: { code: 'library-names', family: table.family, keys: pairs.length },
        confidence: 'likely',
      },
    ];
  });
}

/** Groups beyond these are one: nobody decides on hundreds. */
const maxGroups = 40;

function unitProposals(left: Leftover, refused: ReadonlySet<string>): readonly Proposal[] {
  const sources = unitsOf(left.sources, left.sourceNames, (place) => left.isFreeSource(place));
  const targets = unitsOf(left.targets, left.targetNames, (place) => left.isFreeTarget(place));
  const groups = groupsOf(pairUnits(sources, targets));
  const proposals: Proposal[] = [];
  for (const group of groups) {
    const pairs = group.pairs.flatMap(keyPairs);
    const id = idOf(group);
    if (pairs.length > 0 && !refused.has(id)) {
      const { kind, from, to } = group;
      const renames = pairs.map((pair) => left.rename(pair));
      const isSwap = group.found === 'same-endings' && kind === 'swap' && group.pairs.length > 1;
      const isLikely = group.found === 'same-order' || isSwap;
      const reason: ProposalReason = { code: group.found, keys: pairs.length };
      proposals.push({ id, kind, from, to, renames, reason, confidence: isLikely ? 'likely' : 'possible' });
      left.take(pairs);
    }
  }
  return [...proposals, ...headProposals(left, sources, targets).filter(({ id }) => !refused.has(id))];
}

interface Group {
  readonly kind: 'swap' | 'modules';
  readonly from: string;
  readonly to: string;
  readonly found: UnitMatch;
  readonly pairs: UnitPair[];
}

/** Pairs that say the same: one prefix for another, or names that differ in their numbers alone. */
function groupsOf(pairs: readonly (readonly [UnitPair, UnitMatch])[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const [pair, found] of pairs) {
    const rule = ruleOf(pair, found);
    const id = idOf(rule);
    const group = groups.get(id) ?? { ...rule, pairs: [] };
    group.pairs.push(pair);
    groups.set(id, isOnePrefix(rule) && found === 'same-endings' ? { ...group, found } : group);
  }
  const sorted = [...groups.values()].sort((a, b) => b.pairs.length - a.pairs.length);
  const rest = sorted.slice(maxGroups);
  const [first] = rest;
  if (first === undefined) {
    return sorted;
  }
  const merged = rest.flatMap((group) => group.pairs);
  return [...sorted.slice(0, maxGroups), { kind: 'modules', from: '#', to: '#', found: worst(rest), pairs: merged }];
}

/** One prefix of modules for another is one proposal, however its layers were found to be the same. */
function isOnePrefix({ kind, from, to }: Omit<Group, 'pairs'>): boolean {
  return kind === 'swap' && !from.includes('#') && !to.includes('#');
}

function idOf(rule: Omit<Group, 'pairs'>): string {
  const { kind, from, to, found } = rule;
  return isOnePrefix(rule) ? `${kind}:${from}:${to}` : `${kind}:${found}:${from}:${to}`;
}

function worst(groups: readonly Group[]): UnitMatch {
  return groups.some(({ found }) => found !== 'same-order') ? 'same-shapes' : 'same-order';
}

function ruleOf([source, target]: UnitPair, found: UnitMatch): Omit<Group, 'pairs'> {
  const shared = sharedEnding(source.name, target.name);
  if (shared > 0) {
    const from = source.name.slice(0, source.name.length - shared);
    const to = target.name.slice(0, target.name.length - shared);
    return { kind: 'swap', from: numberless(from), to: numberless(to), found };
  }
  return { kind: 'modules', from: numberless(source.name), to: numberless(target.name), found };
}

function numberless(name: string): string {
  return /\d/.test(name) ? name.replace(/\d+/g, '#') : name;
}

/** Characters of the longest ending in whole parts that both names have; a number alone is none. */
function sharedEnding(a: string, b: string): number {
  let shared = 0;
  let length = 0;
  while (
    length < a.length &&
    length < b.length &&
    a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)
  ) {
    length++;
    if (startsPart(a, length) && startsPart(b, length)) {
      shared = length;
    }
  }
  return /^[\d.]*$/.test(a.slice(a.length - shared)) ? 0 : shared;
}

function startsPart(name: string, length: number): boolean {
  return length === name.length || name.charCodeAt(name.length - 1 - length) === dot;
}

const dot = '.'.charCodeAt(0);

/** The last layer with a matrix: same inputs, other outputs. */
function headProposals(left: Leftover, sources: readonly Unit[], targets: readonly Unit[]): readonly Proposal[] {
  const source = lastLinear(left.allSources, sources);
  const target = lastLinear(left.allTargets, targets);
  if (source === null || target === null || source.inputs !== target.inputs) {
    return [];
  }
  const pairs = keyPairs([source.unit, target.unit]).filter((pair) => left.isFree(...pair));
  if (pairs.length === 0) {
    return [];
  }
  left.take(pairs);
  const { inputs, outputs } = source;
  return [
    {
      id: `head:${source.unit.name}:${target.unit.name}`,
      kind: 'head',
      from: source.unit.name,
      to: target.unit.name,
      renames: pairs.map((pair) => left.rename(pair)),
      reason: { code: 'last-layer', inputs, outputs, targetOutputs: target.outputs },
      confidence: 'likely',
    },
  ];
}

interface LastLinear {
  readonly unit: Unit;
  readonly inputs: number;
  readonly outputs: number;
}

/** The last Linear of all, where it is among the layers that are left. */
function lastLinear(all: Leftover['allSources'] | Leftover['allTargets'], units: readonly Unit[]): LastLinear | null {
  const last = all.findLast(({ key, shape }) => shape?.length === 2 && key.endsWith('.weight'));
  const [outputs, inputs] = last?.shape ?? [];
  const unit = units.find(({ name }) => name === last?.key.slice(0, -'.weight'.length));
  return unit === undefined || outputs === undefined || inputs === undefined ? null : { unit, inputs, outputs };
}
