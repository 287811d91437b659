import type { Checkpoint, OptimizerInfo, Path, TensorEntry } from '../checkpoint/checkpoint';
import { elementText, keyOf } from '../checkpoint/path';
import { originOf } from './origin';
import type { EditState } from './state';

/** `redrawn`: of the same shape and dtype, with fresh numbers. */
export type ParameterChange = 'removed' | 'renamed' | 'recast' | 'reshaped' | 'redrawn';

/** What edits mean for an optimizer that was saved beside the model. */
export interface OptimizerConsequence {
  /** Where the optimizer was, and where it is now; null when it is gone. */
  readonly path: Path;
  readonly pathNow: Path | null;
  /** Its parameters could not be derived: nothing can be said. */
  readonly unknown: boolean;
  /** `parameter` is its place in the optimizer's order, `key` its key in the model as it was. */
  readonly changes: readonly { readonly parameter: number; readonly key: string; readonly change: ParameterChange }[];
  /** Keys of parameters that the model has now and the optimizer does not hold. */
  readonly added: readonly string[];
  /** `load_state_dict` would refuse: there are fewer parameters than the optimizer holds, or more. */
  readonly refused: boolean;
  /** Loading works and `step()` raises: state of another shape. */
  readonly breaks: boolean;
}

/** What became of the parameters of each optimizer between two states. */
export function optimizerConsequences(before: EditState, after: EditState): readonly OptimizerConsequence[] {
  const now = after.checkpoint;
  const tensors = new TensorIndex(now);
  return before.checkpoint.optimizers.map((info) => consequence(before.checkpoint, info, now, tensors));
}

function consequence(
  before: Checkpoint,
  info: OptimizerInfo,
  now: Checkpoint,
  tensors: TensorIndex,
): OptimizerConsequence {
  const entries = info.parameters.map((index) => (index === null ? undefined : before.entries[index]));
  const changes = entries.flatMap((entry, parameter) => {
    const change = entry?.kind === 'tensor' ? tensors.changeOf(entry) : null;
    return entry === undefined || change === null
      ? []
      : [{ parameter, key: elementText(entry.path.at(-1) ?? ''), change }];
  });
  const added = addedParameters(before, entries, now);
  return {
    path: info.path,
    pathNow: now.optimizers.find(({ path }) => keyOf(path) === keyOf(info.path))?.path ?? null,
    unknown: info.parameters.length > 0 && entries.every((entry) => entry === undefined),
    changes,
    added,
    refused: added.length > 0 || changes.some(({ change }) => change === 'removed'),
    breaks: changes.some(({ change }) => change === 'reshaped'),
  };
}

/** Tensors made by an edit, beside the parameters that an optimizer holds. */
function addedParameters(
  before: Checkpoint,
  parameters: readonly (Checkpoint['entries'][number] | undefined)[],
  now: Checkpoint,
): readonly string[] {
  const models = new Set(parameters.flatMap((entry) => (entry === undefined ? [] : [modelId(entry)])));
  const made = now.entries.filter(
    (entry): entry is TensorEntry => entry.kind === 'tensor' && isMade(entry) && isTrained(entry),
  );
  if (models.size === 0 || made.length === 0) {
    return [];
  }
  const known = new Set(before.entries.map(({ path }) => JSON.stringify(path)));
  return made.flatMap((entry) =>
    models.has(modelId(entry)) && !known.has(JSON.stringify(entry.path)) ? [elementText(entry.path.at(-1) ?? '')] : [],
  );
}

function modelId({ path }: { readonly path: Path }): string {
  return JSON.stringify(path.slice(0, -1));
}

/** Buffers of norms look like parameters in a state dict. */
function isTrained({ role, path }: TensorEntry): boolean {
  const name = elementText(path.at(-1) ?? '');
  return role !== 'buffer' && !/(?:^|\.)(?:running_mean|running_var|num_batches_tracked)$/.test(name);
}

/** Whether an edit made its numbers. */
function isMade(entry: TensorEntry): boolean {
  const { source } = originOf(entry);
  return source !== null && 'kind' in source && (source.kind === 'drawn' || source.kind === 'overlay');
}

/** A dtype that whole numbers beyond `limit` are rounded in: adding one changes nothing. */
export interface CoarseCounters {
  /** Tensors of optimizers that count steps, where they are now. */
  readonly paths: readonly Path[];
  readonly dtype: string;
  readonly limit: number;
}

const countingLimits: ReadonlyMap<string, number> = new Map([
  ['float16', 2048],
  ['bfloat16', 256],
  ['float8_e4m3fn', 16],
  ['float8_e4m3fnuz', 16],
  ['float8_e5m2', 8],
  ['float8_e5m2fnuz', 8],
]);

/**
 * Counters of steps (`step` of Adam and others) that casts between two states made too coarse to count on: torch's
 * `load_state_dict` keeps their dtype, and `step()` adds one to them. Null when there are none.
 */
export function coarseCounters(before: EditState, after: EditState): CoarseCounters | null {
  const limit = (dtype: string): number => countingLimits.get(dtype) ?? Infinity;
  const were = new Map<string, number>();
  for (const { path, dtype } of stepCounters(before.checkpoint)) {
    were.set(JSON.stringify(path), limit(dtype));
  }
  const coarse = stepCounters(after.checkpoint).filter(
    ({ path, dtype }) => limit(dtype) < (were.get(JSON.stringify(path)) ?? 0),
  );
  const [first] = coarse;
  return first === undefined
    ? null
    : { paths: coarse.map(({ path }) => path), dtype: first.dtype, limit: limit(first.dtype) };
}

function stepCounters({ entries, branches }: Checkpoint): readonly TensorEntry[] {
  return branches.flatMap(({ role, first, end }) =>
    role !== 'optimizer'
      ? []
      : entries
          .slice(first, end)
          .filter(
            (entry): entry is TensorEntry =>
              entry.kind === 'tensor' && entry.shape.length === 0 && entry.path.at(-1) === 'step',
          ),
  );
}

/** Tensors of a state, by where they are and by the bytes that they came from. */
class TensorIndex {
  private readonly byPath = new Map<string, TensorEntry>();
  private readonly byOrigin = new Map<string, TensorEntry>();
  private readonly ids = new Map<object, number>();

  constructor({ entries }: Checkpoint) {
    for (const entry of entries) {
      if (entry.kind === 'tensor') {
        this.byPath.set(JSON.stringify(entry.path), entry);
        this.byOrigin.set(this.keyOf(entry), entry);
      }
    }
  }

  changeOf(tensor: TensorEntry): ParameterChange | null {
    const same = this.byPath.get(JSON.stringify(tensor.path));
    const found = same ?? this.byOrigin.get(this.keyOf(tensor));
    if (found === undefined) {
      return 'removed';
    }
    if (found.shape.join() !== tensor.shape.join()) {
      return 'reshaped';
    }
    if (found.dtype !== tensor.dtype) {
      return 'recast';
    }
    if (same !== undefined && isMade(found) && originOf(found).source !== originOf(tensor).source) {
      return 'redrawn';
    }
    return same === undefined ? 'renamed' : null;
  }

  private keyOf(tensor: TensorEntry): string {
    return `${String(this.idOf(originOf(tensor).source ?? this))}:${String(tensor.offset)}:${tensor.shape.join()}`;
  }

  private idOf(origin: object): number {
    const known = this.ids.get(origin) ?? this.ids.size;
    this.ids.set(origin, known);
    return known;
  }
}
