import type { Checkpoint, OptimizerInfo, Path, TensorEntry } from '../checkpoint/checkpoint';
import { elementText, keyOf } from '../checkpoint/path';
import { originOf } from './origin';
import type { EditState } from './state';

export type ParameterChange = 'removed' | 'renamed' | 'recast' | 'reshaped';

/** What edits mean for an optimizer that was saved beside the model. */
export interface OptimizerConsequence {
  /** Where the optimizer was, and where it is now; null when it is gone. */
  readonly path: Path;
  readonly pathNow: Path | null;
  /** Its parameters could not be derived: nothing can be said. */
  readonly unknown: boolean;
  /** `parameter` is its place in the optimizer's order, `key` its key in the model as it was. */
  readonly changes: readonly { readonly parameter: number; readonly key: string; readonly change: ParameterChange }[];
  /** `load_state_dict` would refuse: there are fewer parameters than the optimizer holds. */
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
  return {
    path: info.path,
    pathNow: now.optimizers.find(({ path }) => keyOf(path) === keyOf(info.path))?.path ?? null,
    unknown: info.parameters.length > 0 && entries.every((entry) => entry === undefined),
    changes,
    refused: changes.some(({ change }) => change === 'removed'),
    breaks: changes.some(({ change }) => change === 'reshaped'),
  };
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
