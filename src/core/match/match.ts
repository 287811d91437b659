import { isSameShape } from '../checkpoint/layer';
import { CheckpointError } from '../errors';
import { olderName } from './olderNames';
import type { Path } from '../checkpoint/checkpoint';

/** A key of the file's state dict. */
export interface SourceKey {
  /** As the file has it, below the state dict. */
  readonly key: string;
  /** null: what stands there is no tensor. */
  readonly shape: readonly number[] | null;
  /** torch's name without `torch.`; null for what is no tensor. */
  readonly dtype: string | null;
  /** Index in `Checkpoint.entries`, of the first entry where several stand below the key; −1 where none is listed. */
  readonly entry: number;
}

/** What is loaded: a state dict of the file, or a pickled module's. */
export interface Source {
  /** Path of the state dict or module in the file. */
  readonly path: Path;
  /** A pickled module: its keys are those that `state_dict()` gives. */
  readonly isModule: boolean;
  readonly keys: readonly SourceKey[];
  /** `_metadata`: the version of each module by name, '' the outermost; null where the file has none. */
  readonly versions: ReadonlyMap<string, number | null> | null;
}

/** A key that the model's own `state_dict()` has. */
export interface TargetKey {
  readonly key: string;
  /** null: not known (an error text names keys without shapes), or no tensor (`_extra_state`). Every shape fits then. */
  readonly shape: readonly number[] | null;
  readonly dtype: string | null;
}

/** What loads it. */
export type TargetKind = 'checkpoint' | 'architecture' | 'keyList' | 'errorText' | 'factory';

export interface Target {
  readonly kind: TargetKind;
  /** `resnet50`, `flowers.model:FlowerNet`, the name of a file. */
  readonly name: string;
  /** In the order of `state_dict()`. */
  readonly keys: readonly TargetKey[];
  /**
   * Where the tensors of a checkpoint stand, so that those that the file lacks can be taken from there: the name of the other
   * file among the resources of an edit, and the path of its state dict or module.
   */
  readonly tensors?: { readonly resource: string; readonly path: Path };
}

export interface Rename {
  /** As the file has it. */
  readonly from: string;
  /** As the model has it. */
  readonly to: string;
}

/** A key of the file that goes to a key of the model. */
export interface KeyPair {
  readonly source: SourceKey;
  readonly target: TargetKey;
}

/**
 * What `load_state_dict(strict=False)` of torch does with the file, renamed as accepted. Every key of the model is in exactly
 * one of `matched`, `mismatched`, `missing` and `defaulted`, in the model's order; every key of the file in exactly one of
 * `matched`, `mismatched`, `unexpected` and `ignored`, in the file's order.
 */
export interface MatchResult {
  readonly source: Source;
  readonly target: Target;
  readonly renames: readonly Rename[];
  readonly matched: readonly KeyPair[];
  /** Same name, other shape, or no tensor: torch raises, `strict=False` too. */
  readonly mismatched: readonly KeyPair[];
  readonly missing: readonly TargetKey[];
  readonly unexpected: readonly SourceKey[];
  /** `num_batches_tracked` that the file lacks and torch does not miss: its `_metadata` is older than the counter, or not there. */
  readonly defaulted: readonly TargetKey[];
  /** `num_batches_tracked` that the model has no use for, and that torchvision's FrozenBatchNorm2d takes without a word. */
  readonly ignored: readonly SourceKey[];
  /** Elements: `loads` of the matched, `target` of all keys of the model, `unexpected` and `mismatched` of the file's tensors. */
  readonly parameters: {
    readonly loads: number;
    readonly target: number;
    readonly mismatched: number;
    readonly missing: number;
    readonly unexpected: number;
  };
  /** `loads ÷ target` in 0 … 1; where no shape of the model is known, keys are counted instead; 0 for a model without keys. */
  readonly coverage: number;
}

/**
 * What is done with a row of the match. For a key of the model: `load` ours; `overlap`: ours laid over fresh numbers, rows and
 * columns that both have; `interpolate` position embeddings; `reshape`: sizes of 1 come or go; `afresh`; `fromTarget`: the
 * target file's own; `keepOut`, `leaveMissing`: no such key is written. For an unexpected key of the file: `keepOut`, or `load`
 * to keep it as it is.
 */
export type KeyAction =
  'load' | 'keepOut' | 'overlap' | 'interpolate' | 'reshape' | 'afresh' | 'fromTarget' | 'leaveMissing';

/** Actions by key: the model's for matched, mismatched and missing ones, the file's for unexpected ones. Absent: the default. */
export type KeyActions = ReadonlyMap<string, KeyAction>;

/**
 * - `certain`: nothing else is possible: each pair has the same shape and no other key fits its name (see `propose`).
 * - `likely`: every pair has the same shape, and names or order agree on all of them.
 * - `possible`: shapes allow it.
 */
export type Confidence = 'certain' | 'likely' | 'possible';

/**
 * `strip` and `add` a prefix; `swap` one prefix (of modules) for another; `names`: the last part of keys (`gamma` → `weight`);
 * `modules`: modules paired one by one, `#` in `from` and `to` stands for a number; `head`: the last layer, of another size.
 */
export type ProposalKind = 'strip' | 'add' | 'swap' | 'names' | 'modules' | 'head';

/** Why; `src/wording/match.ts` makes the sentence. */
export type ProposalReason =
  /** A wrapper's prefix stands before every key: `module.` of DataParallel … `wrapper` names its source. */
  | { readonly code: 'wrapper'; readonly wrapper: 'ddp' | 'compile' | 'lightning' | 'fsdp'; readonly keys: number }
  /** Same names behind the prefix, same shapes. */
  | { readonly code: 'same-endings'; readonly keys: number }
  /** Two names of one thing: `gamma` and `weight` of a norm. */
  | { readonly code: 'known-names'; readonly keys: number }
  /** The names that two libraries give one architecture: `vit`, torchvision → timm. */
  | { readonly code: 'library-names'; readonly family: string; readonly keys: number }
  /** Same layers with the same shapes in the same order. */
  | { readonly code: 'same-order'; readonly keys: number }
  /** The only two layers that are left of this kind and shape. */
  | { readonly code: 'only-shape'; readonly keys: number }
  /** Same kinds and shapes, in the order of each; their places differ. */
  | { readonly code: 'same-shapes'; readonly keys: number }
  /** The last Linear of both: same inputs, other outputs. */
  | {
      readonly code: 'last-layer';
      readonly inputs: number;
      readonly outputs: number;
      readonly targetOutputs: number;
    };

/** A renaming to be accepted or refused. Those of one call share no key: any of them can be accepted together. */
export interface Proposal {
  /** The same for the same proposal, whenever it is made. */
  readonly id: string;
  readonly kind: ProposalKind;
  /** What is shown: prefixes with the dot, names of modules without. '' of a prefix that comes or goes. */
  readonly from: string;
  readonly to: string;
  /** Never empty. Names are those of the file as it is. */
  readonly renames: readonly Rename[];
  readonly reason: ProposalReason;
  readonly confidence: Confidence;
}

/** What is wrong with a target, or with renames. `args` are what the sentence names. */
export type MatchReason =
  // The file: none where one usually stands, `args` the keys of others; several there, `args` their keys; none at a path.
  | 'no-state-dict'
  | 'several-state-dicts'
  | 'not-a-state-dict'
  // A key list: no JSON; not `{"KEY": [SHAPE]}`, `args[0]` the first key that is wrong; too many keys.
  | 'not-json'
  | 'not-a-key-list'
  | 'too-many-keys'
  // An error text that says nothing of `load_state_dict`.
  | 'not-an-error-text'
  // Two keys that map to one: `args` are both, and the one.
  | 'two-to-one'
  // A rename of a key that the file lacks: `args[0]`.
  | 'no-such-key';

/** Thrown before anything changes. */
export class MatchError extends CheckpointError {
  constructor(
    readonly reason: MatchReason,
    readonly args: readonly string[] = [],
  ) {
    super('match-invalid', { detail: reason, ...(args[0] !== undefined && { entry: args[0] }) });
  }
}

/**
 * What loads, key by key. Linear in the number of keys.
 * @param renames accepted ones, by the names that the file has.
 * @throws MatchError `two-to-one`, `no-such-key`
 */
export function match(source: Source, target: Target, renames: readonly Rename[] = []): MatchResult {
  const sources = renamedKeys(source, renames);
  const wanted = new Names(target.keys);
  const matched: KeyPair[] = [];
  const mismatched: KeyPair[] = [];
  const missing: TargetKey[] = [];
  const defaulted: TargetKey[] = [];
  const versions = renamedVersions(source, renames);
  const taken = new Set<SourceKey>();
  for (const key of target.keys) {
    const found = sources.get(key.key) ?? olderNamed(key.key, target.kind, sources, wanted, versions);
    if (found === undefined) {
      (isDefaulted(key.key, wanted, versions) ? defaulted : missing).push(key);
    } else {
      (fits(found.shape, key.shape) ? matched : mismatched).push({ source: found, target: key });
      taken.add(found);
    }
  }
  const unexpected: SourceKey[] = [];
  const ignored: SourceKey[] = [];
  for (const [key, found] of taken.size === sources.size ? [] : sources) {
    if (!taken.has(found)) {
      (isIgnored(key, wanted) ? ignored : unexpected).push(found);
    }
  }
  const lists = { matched, mismatched, missing, unexpected, defaulted, ignored };
  return { source, target, renames, ...lists, ...coverageOf(target, lists) };
}

/** The file's keys by the names that they get. */
function renamedKeys({ keys }: Source, renames: readonly Rename[]): ReadonlyMap<string, SourceKey> {
  const names = new Map(renames.map(({ from, to }) => [from, to]));
  const sources = new Map<string, SourceKey>();
  let renamed = 0;
  for (const key of keys) {
    const to = names.size === 0 ? undefined : names.get(key.key);
    renamed += to === undefined ? 0 : 1;
    const name = to ?? key.key;
    const count = sources.size;
    const other = renamed === 0 ? undefined : sources.get(name);
    sources.set(name, key);
    if (sources.size === count) {
      throw new MatchError('two-to-one', [other?.key ?? name, key.key, name]);
    }
  }
  if (renamed < names.size) {
    const known = new Set(keys.map(({ key }) => key));
    const missing = renames.find(({ from }) => !known.has(from));
    throw new MatchError('no-such-key', [missing?.from ?? '']);
  }
  return sources;
}

/** Whether torch copies the one into the other. A tensor of one element, [1], loads into a scalar, [], as from torch 0.3. */
export function fits(source: readonly number[] | null, target: readonly number[] | null): boolean {
  if (target === null) {
    return true;
  }
  if (source === null) {
    return false;
  }
  return isSameShape(source, target) || (target.length === 0 && source.length === 1 && source[0] === 1);
}

/** The names that a model has; a set is made of them when it is first asked for one. */
class Names {
  private names: ReadonlySet<string> | undefined;

  constructor(private readonly keys: readonly TargetKey[]) {}

  has(name: string): boolean {
    this.names ??= new Set(this.keys.map(({ key }) => key));
    return this.names.has(name);
  }
}

/** The file's key that the model gives another name by itself while loading. */
function olderNamed(
  key: string,
  kind: TargetKind,
  sources: ReadonlyMap<string, SourceKey>,
  wanted: Names,
  versions: Source['versions'],
): SourceKey | undefined {
  const older = olderName(key, kind);
  const found = older === null ? undefined : sources.get(older.key);
  if (older === null || found === undefined || wanted.has(older.key)) {
    return undefined;
  }
  const version = older.module === null ? null : (versions?.get(older.module) ?? null);
  return version === null || version < renamingVersion ? found : undefined;
}

/** Modules of torchvision have had their names of today since this version of theirs. */
const renamingVersion = 2;

const counter = 'num_batches_tracked';
/** Norms have counted their batches since this version of theirs. */
const countingVersion = 2;

function isCounter(key: string): boolean {
  return key.endsWith(counter) && lastName(key) === counter;
}

/** `_NormBase._load_from_state_dict` puts a counter in the place of one that older files lack. */
function isDefaulted(key: string, wanted: Names, versions: Source['versions']): boolean {
  if (!isCounter(key) || !wanted.has(`${key.slice(0, -counter.length)}running_mean`)) {
    return false;
  }
  const version = versions?.get(moduleName(key)) ?? null;
  return version === null || version < countingVersion;
}

/** torchvision's FrozenBatchNorm2d has all of a norm's tensors but the counter, and drops one that it is given. */
function isIgnored(key: string, wanted: Names): boolean {
  if (!isCounter(key)) {
    return false;
  }
  const module = key.slice(0, -counter.length);
  return ['weight', 'bias', 'running_mean', 'running_var'].every((name) => wanted.has(module + name));
}

/** `bn1` of `bn1.weight`; '' of `weight`. */
export function moduleName(key: string): string {
  return key.slice(0, Math.max(key.lastIndexOf('.'), 0));
}

/** `weight` of `bn1.weight`. */
export function lastName(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

/** Versions by the names that the modules get: those of the keys that are renamed. */
export function renamedVersions({ versions }: Source, renames: readonly Rename[]): Source['versions'] {
  if (versions === null || renames.length === 0) {
    return versions;
  }
  const renamed = new Map(versions);
  for (const { from, to } of renames) {
    renamed.set(moduleName(to), versions.get(moduleName(from)) ?? null);
  }
  return renamed;
}

/** Elements of a tensor; 0 where the shape is not known. */
export function elementsOf(shape: readonly number[] | null): number {
  return shape === null ? 0 : shape.reduce((product, size) => product * size, 1);
}

type Lists = Pick<MatchResult, 'matched' | 'mismatched' | 'missing' | 'unexpected' | 'defaulted'>;

function coverageOf(target: Target, lists: Lists): Pick<MatchResult, 'parameters' | 'coverage'> {
  const sum = (shapes: readonly { readonly shape: readonly number[] | null }[]): number =>
    shapes.reduce((total, { shape }) => total + elementsOf(shape), 0);
  const parameters = {
    loads: sum(lists.matched.map((pair) => pair.target)),
    target: sum(target.keys),
    mismatched: sum(lists.mismatched.map((pair) => pair.target)),
    missing: sum(lists.missing),
    unexpected: sum(lists.unexpected),
  };
  const isCounted = target.keys.every(({ shape }) => shape === null);
  const [loads, all] = isCounted ? [lists.matched.length, target.keys.length] : [parameters.loads, parameters.target];
  return { parameters, coverage: all === 0 ? 0 : loads / all };
}
