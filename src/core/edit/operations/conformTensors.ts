import { asCall } from '../../checkpoint/arguments';
import { contiguousStride } from '../../checkpoint/strides';
import { countOf } from '../../init/distributions';
import type { DrawStream } from '../../init/drawStream';
import { positionGrid } from '../../match/positions';
import type { Value } from '../../pickle/values';
import { isCastTarget } from '../../tensor/cast';
import type { StorageContent } from '../../write/storageContent';
import { contentOf } from '../contents';
import { editError } from '../editError';
import { detached } from '../moduleDicts';
import type { Conform } from '../operations';
import { storageUses, type View } from '../storageUses';
import { elementBytes, storageElements, TensorValues } from '../tensorValues';
import type { Context } from './context';

/** Storages that the made tensors get. */
interface Made {
  readonly contents: Map<string, StorageContent>;
  readonly freshKey: () => string;
}

interface Wanted {
  readonly key: string;
  readonly shape: readonly number[];
}

/** Tensors that an edit makes from others, or of nothing. Each lies in a storage of its own. */
export class MadeTensors {
  private readonly values = new TensorValues();
  private known: ReadonlyMap<Value, View> | undefined;
  private devices = new Map<string, string>();
  private readonly stream: DrawStream;
  /** The last step of each key. */
  private steps: ReadonlyMap<string, number> | undefined;

  constructor(
    private readonly context: Context,
    private readonly operation: Conform,
    private readonly made: Made,
  ) {
    this.stream = operation.fresh ?? { seed: 0, steps: [] };
  }

  /** The same elements of the same storage; sizes of 1 come or go. */
  reshaped({ key, shape }: Wanted, tensor: Value): Value {
    const view = this.viewOf(key, tensor);
    const stride = reshapedStride(view, shape);
    if (stride === null) {
      throw editError('edit-unsupported', 'no-fitting-shape', [key]);
    }
    const [storage = null] = view.args;
    return this.values.tensor(view.dtype, storage, view.offset, shape, stride);
  }

  interpolated({ key, shape }: Wanted, tensor: Value): Value {
    const view = this.viewOf(key, tensor);
    const grid = positionGrid(key, view.shape, shape);
    if (grid === null) {
      throw editError('edit-unsupported', 'no-fitting-shape', [key]);
    }
    const { dtype } = view;
    const content: StorageContent = { kind: 'interpolated', from: this.gathered(view, view.shape), dtype, grid };
    return this.tensor(dtype, shape, content, this.deviceOf(view));
  }

  overlaid({ key, shape }: Wanted, tensor: Value): Value {
    const view = this.viewOf(key, tensor);
    if (view.shape.length !== shape.length) {
      throw editError('edit-unsupported', 'no-fitting-shape', [key]);
    }
    const elementSize = elementBytes(view.dtype);
    const corner = shape.map((size, dim) => Math.min(size, view.shape[dim] ?? 0));
    const [base, over] = [this.drawn(key, shape, view.dtype), this.gathered(view, corner)];
    const content: StorageContent = { kind: 'overlay', base, over, elementSize, shape, corner };
    return this.tensor(view.dtype, shape, content, this.deviceOf(view));
  }

  afresh({ key, shape, dtype }: Wanted & { readonly dtype: string }): Value {
    return this.tensor(dtype, shape, this.drawn(key, shape, dtype), 'cpu');
  }

  /** @throws EditError where nothing says how it is drawn. */
  private drawn(key: string, shape: readonly number[], dtype: string): StorageContent {
    this.steps ??= stepsByKey(this.operation);
    const step = this.steps.get(key);
    const found = step === undefined ? undefined : this.stream.steps[step];
    if (step === undefined || found?.shape.join() !== shape.join()) {
      throw editError('edit-unsupported', 'unknown-numbers', [key]);
    }
    if (found.draw.kind === 'constant' && found.draw.value === 0 && dtype !== 'float32') {
      return { kind: 'bytes', data: new Uint8Array(countOf(shape) * elementBytes(dtype)) };
    }
    if (!isCastTarget(dtype)) {
      throw editError('edit-unsupported', 'unknown-numbers', [key]);
    }
    const content: StorageContent = { kind: 'drawn', stream: this.stream, step };
    return dtype === 'float32'
      ? content
      : { kind: 'cast', from: content, fromDtype: 'float32', toDtype: dtype, elements: countOf(shape) };
  }

  private tensor(dtype: string, shape: readonly number[], content: StorageContent, device: string): Value {
    const key = this.made.freshKey();
    this.made.contents.set(key, content);
    const count = storageElements(dtype, countOf(shape) * elementBytes(dtype));
    const storage = this.values.storage(dtype, key, device, count);
    return this.values.tensor(dtype, storage, 0, shape, contiguousStride(shape));
  }

  /** The elements of a corner of a view. */
  private gathered({ key, dtype, offset, stride }: View, shape: readonly number[]): StorageContent {
    const from = contentOf(this.context.state, key);
    return { kind: 'gather', from, elementSize: elementBytes(dtype), offset, shape, stride };
  }

  private deviceOf({ key }: View): string {
    return this.devices.get(key) ?? 'cpu';
  }

  /** @throws EditError for what is no strided tensor. */
  private viewOf(key: string, tensor: Value): View {
    if (this.known === undefined) {
      const uses = [...storageUses(this.context).values()];
      this.known = new Map(uses.flatMap(({ views }) => views.map((view) => [view.call, view] as const)));
      this.devices = new Map(uses.map((use) => [use.key, use.device]));
    }
    const plain = detached(tensor, this.context.reader);
    const view = this.known.get(asCall(plain) ?? null);
    if (view === undefined) {
      throw editError('edit-unsupported', 'not-a-plain-tensor', [key]);
    }
    return view;
  }
}

function stepsByKey({ fresh }: Conform): ReadonlyMap<string, number> {
  const steps = new Map<string, number>();
  for (const [index, { key }] of (fresh?.steps ?? []).entries()) {
    if (key !== null) {
      steps.set(key, index);
    }
  }
  return steps;
}

/** Null where the shapes differ in more than sizes of 1. */
function reshapedStride({ shape: from, stride }: View, shape: readonly number[]): readonly number[] | null {
  const kept = from.flatMap((size, dim) => (size === 1 ? [] : [{ size, step: stride[dim] ?? 1 }]));
  const strides: number[] = [];
  let next = kept.length - 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const size = shape[dim] ?? 1;
    const one = kept[next];
    if (size === 1) {
      const inner = shape[dim + 1];
      strides.unshift(inner === undefined ? 1 : inner * (strides[0] ?? 1));
    } else if (one?.size === size) {
      strides.unshift(one.step);
      next--;
    } else {
      return null;
    }
  }
  return next === -1 ? strides : null;
}
