import { dtypes } from '../checkpoint/dtypes';
import { CallForm, PyCall, PyGlobal, PyPersistent, PyStr, PyTuple, type Value } from '../pickle/values';

/** Values as `torch.save` pickles them, made anew. Names are one object each, as in a pickle. */
export class TensorValues {
  /** By module, then by name. */
  private readonly globals = new Map<string, Map<string, PyGlobal>>();
  private readonly storageMark = new PyStr('storage');

  global(module: string, name: string): PyGlobal {
    let ofModule = this.globals.get(module);
    if (ofModule === undefined) {
      ofModule = new Map();
      this.globals.set(module, ofModule);
    }
    let known = ofModule.get(name);
    if (known === undefined) {
      known = new PyGlobal(module, name);
      ofModule.set(name, known);
    }
    return known;
  }

  call(module: string, name: string, args: readonly Value[]): PyCall {
    return new PyCall(CallForm.Reduce, this.global(module, name), new PyTuple(args));
  }

  /**
   * The persistent id of a storage.
   * @param elements of the dtype; an untyped storage counts bytes.
   */
  storage(dtype: string | null, key: string, device: string, elements: number): PyPersistent {
    return new PyPersistent(
      new PyTuple([this.storageMark, this.storageClass(dtype), new PyStr(key), new PyStr(device), elements]),
    );
  }

  /** The typed class of a dtype; that of untyped storages where it has none. */
  storageClass(dtype: string | null): PyGlobal {
    const name = dtype === null ? null : (dtypes.get(dtype)?.storage ?? null);
    return name === null ? this.global('torch.storage', 'UntypedStorage') : this.global('torch', name);
  }

  /** A view of a storage that holds this dtype, by the rebuild function that the dtype needs. */
  tensor(
    dtype: string,
    storage: Value,
    offset: number,
    shape: readonly number[],
    stride: readonly number[],
    requiresGrad: Value = false,
    hooks: Value = this.orderedDict(),
  ): PyCall {
    const args: Value[] = [storage, offset, new PyTuple(shape), new PyTuple(stride), requiresGrad, hooks];
    return isTyped(dtype)
      ? this.call('torch._utils', '_rebuild_tensor_v2', args)
      : this.call('torch._utils', '_rebuild_tensor_v3', [...args, this.global('torch', dtype)]);
  }

  orderedDict(entries?: Value[]): PyCall {
    const dict = this.call('collections', 'OrderedDict', []);
    dict.entries = entries;
    return dict;
  }
}

/** Whether a dtype has a storage class of its own; the others lie in untyped storages (torch-format.md 3). */
export function isTyped(dtype: string): boolean {
  return dtypes.get(dtype)?.storage !== null;
}

export function elementBytes(dtype: string): number {
  return dtypes.get(dtype)?.size ?? 1;
}

/** What a storage's persistent id counts: elements, or bytes of an untyped one. */
export function storageElements(dtype: string, bytes: number): number {
  return isTyped(dtype) ? bytes / elementBytes(dtype) : bytes;
}

/** A call like another one, with other arguments; what was set on it stays. */
export function withArguments(call: PyCall, args: Value, callee: Value = call.callee): PyCall {
  const copy = new PyCall(call.form, callee, args, call.kwargs);
  copy.items = call.items;
  copy.entries = call.entries;
  copy.state = call.state;
  return copy;
}
