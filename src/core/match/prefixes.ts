import type { Leftover, Pair } from './leftover';
import { lastName, type Confidence, type Proposal, type ProposalReason, type Rename } from './match';

/** Dots of a key that are looked at, from its beginning: wrappers stand in front. Seen: 4 wrappers in one another. */
const maxDots = 16;

type RuleKind = 'strip' | 'add' | 'names';

/** A prefix that comes or goes, and what it would pair. */
interface Rule {
  readonly kind: RuleKind;
  readonly prefix: string;
  /** Places in the lists of leftover keys. */
  readonly pairs: readonly Pair[];
}

interface Counts {
  /** Pairs whose shapes fit. */
  readonly fitting: number;
  /** Pairs of the rule that has most beside this one, whether shapes fit or not. */
  readonly rival: number;
}

/** What a rule must pair to be certain, of the keys of the smaller side, and what any other rule may pair at most. */
const certainShare = 0.9;
const rivalShare = 0.5;

/**
 * Prefixes to strip or add, and norms by other names, the rule with most keys first. Each key is in one proposal at most.
 *
 * A prefix is `certain` where names and shapes leave no other reading: of the smaller of file and model, nine keys of ten get
 * a key of exactly that name and shape, and no other prefix gives more than half of them any key at all (of a momentum encoder
 * and its query encoder neither is certain). A pair of `gamma` and `beta` is where its module has no other tensor.
 */
export function prefixProposals(left: Leftover, refused: ReadonlySet<string>): readonly Proposal[] {
  const rules = rulesOf(left);
  const proposals: Proposal[] = [];
  for (const [index, rule] of rules.entries()) {
    const id = `${rule.kind}:${rule.prefix}`;
    const free = refused.has(id) ? [] : rule.pairs.filter(([source, target]) => left.isFree(source, target));
    const fitting = free.filter(([source, target]) => left.fits(source, target));
    // Names alone say little: as many shapes must agree as differ.
    if (fitting.length > 0 && 2 * fitting.length >= free.length) {
      const rival = Math.max(0, ...rules.filter((_, at) => at !== index).map(({ pairs }) => pairs.length));
      proposals.push(proposalOf(left, { ...rule, pairs: free }, { fitting: fitting.length, rival }));
      left.take(free);
    }
  }
  return proposals;
}

function rulesOf(left: Leftover): readonly Rule[] {
  const [here, there] = [left.sourceNames, left.targetNames];
  const sources = new Map(here.map((key, index) => [key, index]));
  const targets = new Map(there.map((key, index) => [key, index]));
  const strip = prefixesOf(here, targets);
  const add = prefixesOf(there, sources);
  const names = left.hasOtherNames ? pairsOf(sources, '', targets) : [];
  const rules: Rule[] = [
    ...(names.length === 0 ? [] : [{ kind: 'names' as const, prefix: '', pairs: names }]),
    ...strip.map((prefix): Rule => ({ kind: 'strip', prefix, pairs: pairsOf(sources, prefix, targets) })),
    ...add.map((prefix): Rule => ({
      kind: 'add',
      prefix,
      pairs: pairsOf(targets, prefix, sources).map(([target, source]) => [source, target]),
    })),
  ];
  const fitting = new Map(rules.map((rule) => [rule, rule.pairs.filter((pair) => left.fits(...pair)).length]));
  return rules.sort((a, b) => (fitting.get(b) ?? 0) - (fitting.get(a) ?? 0) || b.pairs.length - a.pairs.length);
}

/** Keys that are looked at for prefixes: one that a tenth of the keys have is missed in one of 10^47 cases. */
const sampled = 1_024;
/** Prefixes that are tried on all keys, those that pair most first. */
const mostPrefixes = 16;

/** What stands before names of the other side. Of many keys some are looked at, so that each need not be cut at every dot. */
function prefixesOf(keys: readonly string[], others: ReadonlyMap<string, number>): readonly string[] {
  const counts = new Map<string, number>();
  for (const key of sample(keys)) {
    eachSuffix(key, (at) => {
      if (others.has(key.slice(at))) {
        const prefix = key.slice(0, at);
        counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
      }
    });
  }
  const found = [...counts].sort(([, a], [, b]) => b - a);
  return found.slice(0, mostPrefixes).map(([prefix]) => prefix);
}

/** All of them, or some from everywhere: keys repeat themselves every so many, so that a fixed step would not do. */
function sample(keys: readonly string[]): readonly string[] {
  if (keys.length <= 2 * sampled) {
    return keys;
  }
  const step = keys.length / sampled;
  return Array.from({ length: sampled }, (_, index) => {
    const spread = (index * 2_654_435_761) % 4_294_967_296;
    return keys[Math.floor((index + spread / 4_294_967_296) * step)] ?? '';
  });
}

/** Places of the keys that have a prefix, with the places of what is behind it. */
function pairsOf(keys: ReadonlyMap<string, number>, prefix: string, others: ReadonlyMap<string, number>): Pair[] {
  const pairs: Pair[] = [];
  for (const [key, place] of keys) {
    const other = key.startsWith(prefix) ? others.get(key.slice(prefix.length)) : undefined;
    if (other !== undefined) {
      pairs.push([place, other]);
    }
  }
  return pairs;
}

/** Calls with each place behind a dot. */
function eachSuffix(key: string, call: (at: number) => void): void {
  let at = key.indexOf('.') + 1;
  for (let count = 0; at > 0 && count < maxDots; count++) {
    call(at);
    at = key.indexOf('.', at) + 1;
  }
}

function proposalOf(left: Leftover, rule: Rule, counts: Counts): Proposal {
  const { kind, prefix, pairs } = rule;
  const renames = pairs.map((pair) => left.rename(pair));
  return {
    id: `${kind}:${prefix}`,
    kind,
    from: kind === 'names' ? namesOf(renames, 'from') : kind === 'strip' ? prefix : '',
    to: kind === 'names' ? namesOf(renames, 'to') : kind === 'add' ? prefix : '',
    renames,
    reason: reasonOf(rule, left),
    confidence: confidenceOf(left, rule, counts),
  };
}

function namesOf(renames: readonly Rename[], side: 'from' | 'to'): string {
  return [...new Set(renames.map((rename) => lastName(rename[side])))].join(', ');
}

const wrappers = [
  ['module.', 'ddp'],
  ['_orig_mod.', 'compile'],
  ['_fsdp_wrapped_module.', 'fsdp'],
  ['model.', 'lightning'],
] as const;

function reasonOf({ kind, prefix, pairs }: Rule, { allSources, allTargets }: Leftover): ProposalReason {
  const keys = pairs.length;
  if (kind === 'names') {
    return { code: 'known-names', keys };
  }
  const outermost = wrappers.find(([name]) => prefix.startsWith(name));
  const wrapped = kind === 'strip' ? allSources : allTargets;
  return outermost !== undefined && wrapped.every(({ key }) => key.startsWith(prefix))
    ? { code: 'wrapper', wrapper: outermost[1], keys }
    : { code: 'same-endings', keys };
}

function confidenceOf(left: Leftover, { kind, pairs }: Rule, { fitting, rival }: Counts): Confidence {
  const smaller = Math.min(left.allSources.length, left.allTargets.length);
  const isKnown = pairs.every(([, target]) => left.targets[target]?.shape !== null);
  if (!isKnown) {
    return 'possible';
  }
  if (kind === 'names') {
    return left.areOnlyNorms(pairs) ? 'certain' : 'likely';
  }
  if (fitting >= certainShare * smaller && rival <= rivalShare * smaller) {
    return 'certain';
  }
  return rival < fitting ? 'likely' : 'possible';
}
