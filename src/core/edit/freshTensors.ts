import type { TensorEntry } from '../checkpoint/checkpoint';
import { dtypes } from '../checkpoint/dtypes';
import { contiguousStride } from '../checkpoint/strides';
import { countOf } from '../init/distributions';
import type { DrawStream } from '../init/drawStream';
import { castTargets } from '../tensor/castTargets';
import type { Value } from '../pickle/values';
import type { StorageContent } from '../write/storageContent';
import { contentOf, unusedKey } from './contents';
import { drawnContent } from './drawnContent';
import type { EditState } from './state';
import { elementBytes, storageElements, TensorValues } from './tensorValues';

/** What a new tensor has from the one that it takes the place of. */
export interface TensorLook {
  readonly dtype: string;
  readonly device: string;
  readonly requiresGrad: boolean;
  /** It is a `torch.nn.Parameter`. */
  readonly isParameter: boolean;
}

/** Whether fresh numbers may take the place of a tensor: its dtype is one of plain floating numbers. */
export function isFloating({ dtype, notes, layout }: TensorEntry): boolean {
  return castTargets.includes(dtype) && layout === 'strided' && !notes.includes('quantized');
}

export function lookOf(entry: TensorEntry, isParameter: boolean): TensorLook {
  const { dtype, device, requiresGrad } = entry;
  // A storage on `meta` would have no numbers.
  return { dtype, device: device === null || device === 'meta' ? 'cpu' : device, requiresGrad, isParameter };
}

/** Makes tensors whose numbers are drawn, each in a storage of its own. */
export class FreshTensors {
  readonly contents: Map<string, StorageContent>;
  private readonly values = new TensorValues();
  private readonly freshKey: () => string;

  constructor(
    private readonly state: EditState,
    private readonly stream: DrawStream,
  ) {
    this.contents = new Map(state.contents);
    this.freshKey = unusedKey(state, this.contents);
  }

  /** @param over a tensor of the same dtype of which the corner that both have is kept. */
  tensor(step: number, look: TensorLook, over?: TensorEntry): Value {
    const { shape = [] } = this.stream.steps[step] ?? {};
    const drawn = drawnContent(this.stream, step, look.dtype);
    const storage = this.storage(over === undefined ? drawn : this.overlaid(drawn, shape, over), look, countOf(shape));
    return this.viewOf(storage, shape, look);
  }

  /** A storage for what several tensors show. */
  storage(content: StorageContent, { dtype, device }: TensorLook, elements: number): Value {
    const key = this.freshKey();
    this.contents.set(key, content);
    return this.values.storage(dtype, key, device, storageElements(dtype, elements * elementBytes(dtype)));
  }

  viewOf(storage: Value, shape: readonly number[], { dtype, requiresGrad, isParameter }: TensorLook): Value {
    const tensor = this.values.tensor(dtype, storage, 0, shape, contiguousStride(shape), !isParameter && requiresGrad);
    return isParameter
      ? this.values.call('torch._utils', '_rebuild_parameter', [tensor, requiresGrad, this.values.orderedDict()])
      : tensor;
  }

  private overlaid(base: StorageContent, shape: readonly number[], over: TensorEntry): StorageContent {
    const corner = cornerOf(shape, over);
    if (corner === null || over.storage === null || over.stride === null) {
      return base;
    }
    const elementSize = elementBytes(over.dtype);
    const from = contentOf(this.state, over.storage.key);
    const gathered: StorageContent = {
      kind: 'gather',
      from,
      elementSize,
      offset: over.offset ?? 0,
      shape: corner,
      stride: over.stride,
    };
    return { kind: 'overlay', base, over: gathered, elementSize, shape, corner };
  }
}

/** What two shapes have in common; null where that is nothing. */
export function cornerOf(shape: readonly number[], over: TensorEntry): readonly number[] | null {
  const corner = shape.map((size, dim) => Math.min(size, over.shape[dim] ?? 0));
  const isComparable = over.shape.length === shape.length && dtypes.has(over.dtype);
  return isComparable && countOf(corner) > 0 && over.storage !== null && over.stride !== null ? corner : null;
}
