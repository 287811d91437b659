import { isNode, NodeKind, type PyCall, type Value } from '../pickle/values';
import { argumentsOf, asCall, asGlobal, asText, Unreadable } from './arguments';
import { dtypeNamed } from './dtypes';
import type { NameTable } from './names';
import { stridedTensor, type OpenTensor } from './openTensor';
import { oldTensor, rebuilds, tensorClass } from './rebuild';
import { tarKey, type Place, type StorageTable } from './storageTable';

/** Tensors inside the arguments of tensors. Seen: 4 (parameter, subclass, sparse, its indices). */
const maxTensorNesting = 16;

/** Describes the tensors of one pickle. */
export class TensorReader {
  private depth = 0;
  private readonly ragged = new Map<Value, string>();
  /** What Python code set on tensors: a dict, or a pair of a dict and slots. */
  private readonly states = new WeakMap<OpenTensor, Value>();

  constructor(
    private readonly place: Place,
    private readonly names: NameTable,
    private readonly storages: StorageTable,
  ) {}

  /** Whether a call gives a tensor, by the name of what is called. */
  isTensor(name: string): boolean {
    return rebuilds.has(name) || tensorClass(name) !== undefined;
  }

  /**
   * @param name of what is called, as `isTensor` takes it.
   * @throws Unreadable when the arguments do not describe a tensor.
   */
  read(name: string, call: PyCall): OpenTensor {
    return this.rebuild(name, argumentsOf(call), call);
  }

  /** A tensor that a persistent id of a 0.1 tar names; null for any other value. */
  tarTensor(value: Value | undefined): OpenTensor | null {
    const isPersistent = value !== undefined && isNode(value) && value.kind === NodeKind.Persistent;
    const key = isPersistent ? tarKey(value.id, this.place) : null;
    const found = key === null ? undefined : this.place.section.tar?.tensors.get(key);
    if (found === undefined) {
      return null;
    }
    const storage = this.storages.ofTar(found.storageKey, this.place);
    return stridedTensor(storage, storage.dtype ?? 'uint8', found.offset, found.shape, found.stride, false);
  }

  /** A tensor that is an argument. */
  tensor(value: Value | undefined): OpenTensor {
    const old = this.tarTensor(value);
    if (old !== null) {
      return old;
    }
    const call = asCall(value);
    const name = call === null ? null : this.names.callee(call.callee);
    if (call === null || name === null || !this.isTensor(name)) {
      throw new Unreadable('bad-arguments');
    }
    return this.read(name, call);
  }

  /** Attributes of a tensor that was read here; undefined when it has none. */
  stateOf(tensor: OpenTensor): Value | undefined {
    return this.states.get(tensor);
  }

  withState(tensor: OpenTensor, state: Value | undefined): OpenTensor {
    if (state !== undefined && isNode(state)) {
      this.states.set(tensor, state);
    }
    return tensor;
  }

  /** The result of `name(*args)`: how subclasses keep what they wrap. */
  rebuild(name: string, args: readonly Value[], call: PyCall): OpenTensor {
    if (this.depth >= maxTensorNesting) {
      throw new Unreadable('too-deep');
    }
    this.depth++;
    try {
      const rebuild = rebuilds.get(name);
      if (rebuild !== undefined) {
        return rebuild(this, args, call);
      }
      return oldTensor(this, name, call);
    } finally {
      this.depth--;
    }
  }

  storage(value: Value | undefined): ReturnType<StorageTable['of']> {
    return this.storages.of(value, this.place);
  }

  nameOf(value: Value | undefined): string {
    const global = asGlobal(value);
    const name = global === null ? null : this.names.of(global);
    if (name === null) {
      throw new Unreadable('bad-arguments');
    }
    return name;
  }

  dtype(value: Value | undefined): string {
    const name = this.nameOf(value);
    const dtype = name.startsWith('torch.') ? dtypeNamed(name.slice('torch.'.length)) : undefined;
    if (dtype === undefined) {
      throw new Unreadable('unknown-dtype');
    }
    return dtype.name;
  }

  /** `torch.device(…)`, or its text. */
  device(value: Value | undefined): string {
    const text = asText(value) ?? this.deviceCall(asCall(value));
    if (text === null) {
      throw new Unreadable('bad-arguments');
    }
    return text;
  }

  deviceCall(call: PyCall | null): string | null {
    if (call === null || this.names.callee(call.callee) !== 'torch.device') {
      return null;
    }
    const [type, index] = argumentsOf(call);
    const text = asText(type);
    return text !== null && typeof index === 'number' ? `${text}:${String(index)}` : text;
  }

  /** `torch.serialization._get_layout('torch.sparse_coo')` → `sparse_coo`. */
  layout(value: Value | undefined): string {
    const call = asCall(value);
    const text = call === null ? null : asText(argumentsOf(call)[0]);
    if (text === null) {
      throw new Unreadable('bad-arguments');
    }
    return text.replace(/^torch\./, '');
  }

  /** torch numbers the sizes that differ from row to row, one per tensor of offsets. */
  raggedName(offsets: Value): string {
    let name = this.ragged.get(offsets);
    if (name === undefined) {
      name = `j${String(this.ragged.size)}`;
      this.ragged.set(offsets, name);
    }
    return name;
  }

  subclass(value: Value | undefined): string | null {
    const global = asGlobal(value);
    return global === null ? null : this.names.shown(global);
  }
}
