import { isArrayOf, isBoolean, isIndex, isNullOr, isNumber, isOneOf, isShape, isString, type Guard } from '../guards';
import type { FactoryProblem } from './pythonError';

/** An entry of `state_dict()`, or a buffer that is none of its. */
export interface FactoryKey {
  readonly key: string;
  /** null: not known before the first batch (lazy modules), or no tensor (`_extra_state`). */
  readonly shape: readonly number[] | null;
  /** torch's name without `torch.`; null for what is no tensor. */
  readonly dtype: string | null;
  /** null for what a module puts into its state dict by a hook of its own. */
  readonly role: 'parameter' | 'buffer' | null;
  readonly requiresGrad: boolean;
  /** The first key with the same parameter or buffer, where that is another one: the two are tied. */
  readonly sameAs: string | null;
}

/** What BatchNorm and InstanceNorm have in common. */
export interface FactoryNorm {
  readonly features: number;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  /** null: a cumulative average. */
  readonly momentum: number | null;
  readonly eps: number;
}

export interface FactoryModule {
  /** As `named_modules()` has it: '' for the model itself, `layer1.0.bn1`. */
  readonly prefix: string;
  /** With its module: `torch.nn.modules.conv.Conv2d`. */
  readonly class: string;
  /** The mode in which the factory returned it. */
  readonly training: boolean;
  readonly norm: FactoryNorm | null;
}

/** A model as its factory built it. */
export interface FactoryModel {
  /** With its module: `flowers.model.FlowerNet`. */
  readonly class: string;
  /** In the order of `state_dict()`. */
  readonly keys: readonly FactoryKey[];
  /** Buffers with `persistent=False`: no checkpoint has them. */
  readonly notSaved: readonly FactoryKey[];
  /** In the order of `named_modules()`, one that stands at several places at each of them. */
  readonly modules: readonly FactoryModule[];
  /** What was allocated: nothing; all but what parameters hold; everything. */
  readonly device: 'meta' | 'values' | 'cpu';
  /** The error on the meta device, where building needed values. */
  readonly why: string | null;
  readonly python: { readonly executable: string; readonly version: string; readonly torch: string };
}

/** Entries that the script reports at most; a reply of more is none of its. */
const maxKeys = 1_000_000;
/** Dimensions; torch's own limit is 64. */
const maxDimensions = 64;
const maxNames = 10_000;

const isKey: Guard<FactoryKey> = isShape<FactoryKey>({
  key: isString,
  shape: isNullOr(isArrayOf(isIndex, maxDimensions)),
  dtype: isNullOr(isString),
  role: isNullOr(isOneOf('parameter', 'buffer')),
  requiresGrad: isBoolean,
  sameAs: isNullOr(isString),
});

const isNorm: Guard<FactoryNorm> = isShape<FactoryNorm>({
  features: isIndex,
  affine: isBoolean,
  trackRunningStats: isBoolean,
  momentum: isNullOr(isNumber),
  eps: isNumber,
});

const isModule: Guard<FactoryModule> = isShape<FactoryModule>({
  prefix: isString,
  class: isString,
  training: isBoolean,
  norm: isNullOr(isNorm),
});

export const isFactoryModel: Guard<FactoryModel> = isShape<FactoryModel>({
  class: isString,
  keys: isArrayOf(isKey, maxKeys),
  notSaved: isArrayOf(isKey, maxKeys),
  modules: isArrayOf(isModule, maxKeys),
  device: isOneOf('meta', 'values', 'cpu'),
  why: isNullOr(isString),
  python: isShape({ executable: isString, version: isString, torch: isString }),
});

const isNames = isArrayOf(isString, maxNames);

type ProblemChecks = {
  readonly [K in FactoryProblem['kind']]: Guard<Omit<Extract<FactoryProblem, { kind: K }>, 'kind'>>;
};

const problemChecks: ProblemChecks = {
  'no-torch': isShape({ executable: isString, version: isString }),
  'torch-fails': isShape({ message: isString }),
  'bad-expression': isShape({ part: isString }),
  'module-not-found': isShape({ name: isString, folders: isNames }),
  'dependency-not-found': isShape({ module: isString, name: isString, traceback: isString }),
  'import-raised': isShape({ module: isString, message: isString, traceback: isString }),
  'no-attribute': isShape({ name: isString, place: isString, near: isNames }),
  'not-callable': isShape({ what: isString }),
  'missing-arguments': isShape({ names: isNames, signature: isString }),
  'bad-arguments': isShape({ message: isString }),
  raised: isShape({ message: isString, traceback: isString }),
  'not-a-module': isShape({ what: isString }),
  'too-many-keys': isShape({ count: isIndex, limit: isIndex }),
};

const isKind = isShape<{ kind: string }>({ kind: isString });

export const isFactoryProblem: Guard<FactoryProblem> = (value): value is FactoryProblem =>
  isKind(value) && new Map<string, Guard<object>>(Object.entries(problemChecks)).get(value.kind)?.(value) === true;
