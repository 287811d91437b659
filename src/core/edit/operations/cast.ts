import { dtypes } from '../../checkpoint/dtypes';
import type { TensorEntry } from '../../checkpoint/checkpoint';
import { keyOf } from '../../checkpoint/path';
import { PyTuple, type PyNode, type Value } from '../../pickle/values';
import { castTargets } from '../../tensor/castTargets';
import type { StorageContent } from '../../write/storageContent';
import { contentOf, unusedKey } from '../contents';
import { editError } from '../editError';
import type { Cast } from '../operations';
import { replaceNodes } from '../replaceNodes';
import { nextState, type EditState } from '../state';
import { storageUses, type StorageUse, type View } from '../storageUses';
import { elementBytes, isTyped, storageElements, TensorValues, withArguments } from '../tensorValues';
import { tensorsIn } from '../tensorsIn';
import type { Context } from './context';

export interface CastPlan {
  /** Storages that are cast, each once and whole, so that tied weights stay tied. */
  readonly storages: readonly { readonly use: StorageUse; readonly from: string; readonly elements: number }[];
  /** Tensors whose numbers change, chosen or because they lie in the same storage. */
  readonly tensors: readonly TensorEntry[];
  /** Chosen ones that are left as they are: quantized, of other kinds, or in a storage that holds more than one dtype. */
  readonly left: readonly TensorEntry[];
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** @throws EditError when the dtype is none, or nothing can be cast. */
export function planCast(context: Context, operation: Cast): CastPlan {
  if (!castTargets.includes(operation.dtype)) {
    throw editError('edit-invalid', 'bad-dtype', [], operation.dtype);
  }
  const { checkpoint } = context;
  const chosen = chosenTensors(context, operation);
  const uses = storageUses(context);
  const storages = new Map<string, CastPlan['storages'][number]>();
  const dtypeOf = new Map<StorageUse, string | null>();
  const left: TensorEntry[] = [];
  for (const tensor of chosen) {
    const key = tensor.storage?.key ?? '';
    const use = uses.get(key);
    // Once for a storage: thousands of tensors may lie in one.
    const known = use === undefined ? null : dtypeOf.get(use);
    const from = use !== undefined && known === undefined ? castableFrom(use, operation) : (known ?? null);
    if (use !== undefined) {
      dtypeOf.set(use, from);
    }
    if (use === undefined || from === null) {
      left.push(tensor);
    } else if (from !== operation.dtype && !storages.has(key)) {
      storages.set(key, { use, from, elements: Math.floor(use.bytes / elementBytes(from)) });
    }
  }
  if (storages.size === 0) {
    throw editError(
      'edit-no-match',
      'no-tensor-to-cast',
      left.map(({ path }) => keyOf(path)),
      operation.dtype,
    );
  }
  const planned = [...storages.values()];
  return {
    storages: planned,
    tensors: checkpoint.entries.filter(
      (entry): entry is TensorEntry => entry.kind === 'tensor' && storages.has(entry.storage?.key ?? ''),
    ),
    left,
    bytesBefore: planned.reduce((sum, { use }) => sum + use.bytes, 0),
    bytesAfter: planned.reduce((sum, { elements }) => sum + elements * elementBytes(operation.dtype), 0),
  };
}

function chosenTensors({ checkpoint }: Context, { selection, integers = false }: Cast): readonly TensorEntry[] {
  const all =
    selection === undefined
      ? checkpoint.entries.filter((entry) => entry.kind === 'tensor')
      : tensorsIn(checkpoint, selection);
  return all.filter(({ dtype }) => isCastable(dtype, integers));
}

function isCastable(dtype: string, integers: boolean): boolean {
  switch (dtypes.get(dtype)?.class) {
    case 'float':
      // Two numbers to a byte: no elements that could be cast one by one.
      return dtype !== 'float4_e2m1fn_x2';
    case 'int':
    case 'bool':
      return integers && !/^u?int[1-7]$/.test(dtype);
    default:
      return false;
  }
}

/** The one dtype that a storage holds; null where it holds several, or something that is no plain tensor. */
function castableFrom({ isFixed, views, bytes }: StorageUse, { integers = false }: Cast): string | null {
  const [first, ...others] = views;
  if (isFixed || first === undefined || others.some(({ dtype }) => dtype !== first.dtype)) {
    return null;
  }
  return isCastable(first.dtype, integers) && bytes % elementBytes(first.dtype) === 0 ? first.dtype : null;
}

/** Casts the storages that hold the chosen tensors. Offsets and strides count elements, and stay. */
export function cast(context: Context, operation: Cast): EditState {
  const { state } = context;
  const plan = planCast(context, operation);
  const values = new TensorValues();
  const contents = new Map<string, StorageContent>(state.contents);
  const replacements = new Map<PyNode, Value>();
  const toDtype = operation.dtype;
  const freshKey = unusedKey(state, contents);
  for (const { use, from, elements } of plan.storages) {
    const key = freshKey();
    contents.set(key, { kind: 'cast', from: contentOf(state, use.key), fromDtype: from, toDtype, elements });
    const count = storageElements(toDtype, elements * elementBytes(toDtype));
    const made = new Map<Value, Value>(use.ids.map((id) => [id, values.storage(toDtype, key, use.device, count)]));
    for (const view of use.views) {
      const storage = made.get(view.args[0] ?? null) ?? null;
      replacements.set(view.call, recast(view, values, toDtype, storage));
    }
  }
  return nextState(state, { root: replaceNodes(state.root, replacements), contents });
}

function recast(view: View, values: TensorValues, dtype: string, storage: Value): Value {
  const [, offset = 0, size = null, stride = null, requiresGrad = false, hooks = values.orderedDict()] = view.args;
  const common: Value[] = [storage, offset, size, stride, requiresGrad, hooks];
  // `{'conj': …}`, `{'neg': …}`: behind the dtype of a v3 tensor.
  const metadata = view.args.slice(isTyped(view.dtype) ? 6 : 7);
  const args = isTyped(dtype) ? [...common, ...metadata] : [...common, values.global('torch', dtype), ...metadata];
  const callee = values.global('torch._utils', isTyped(dtype) ? '_rebuild_tensor_v2' : '_rebuild_tensor_v3');
  if (!view.isWrapped) {
    return withArguments(view.call, new PyTuple(args), callee);
  }
  const outer = view.call.args instanceof PyTuple ? view.call.args.items : [];
  return withArguments(
    view.call,
    new PyTuple(outer.map((item, index) => (index === 0 ? callee : index === 2 ? new PyTuple(args) : item))),
  );
}
