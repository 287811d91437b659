import {
  CallForm,
  isNode,
  NodeKind,
  type PyCall,
  type PyDict,
  type PyNode,
  type PySet,
  type Value,
} from '../pickle/values';
import { argumentsOf, asCall, asItems, asText, dictEntries, Unreadable } from './arguments';
import type { PathElement } from './checkpoint';
import { joinChildren, listChildren, MappingChildren, SequenceChildren, withoutRepeats } from './childLists';
import { isOptimizer, mayRepeatKeys, objectKeys } from './dictKeys';
import { dtypeNamed } from './dtypes';
import { knownCalls, knownSingleton, leafCalls } from './knownCalls';
import {
  leaf,
  type BranchMeaning,
  type Child,
  type ChildList,
  type LeafMeaning,
  type Meaning,
  type Shower,
} from './meaning';
import { isTensorInternal, moduleMeaning, moduleState, type ModuleClasses } from './modules';
import { NameTable } from './names';
import { latin1, latin1Bytes } from './pythonText';
import { TensorReader } from './tensorReader';
import { byteStringText, cutText, plainText, ReprWriter } from './reprText';
import type { Place, StorageTable } from './storageTable';
import { tensorText, type OpenTensor } from './openTensor';

const noValues: readonly Value[] = [];
const noChildren: readonly Child[] = [];

/** Known calls in the arguments of known calls, each with a text of its own. Seen: 3 (a scalar, its dtype, its bytes). */
const maxReprNesting = 8;

/** Says what the values of one pickle are. */
export class Interpreter implements Shower {
  readonly names: NameTable;
  private readonly tensors: TensorReader;
  private reprDepth = 0;

  constructor(
    private readonly place: Place,
    private readonly storages: StorageTable,
    private readonly classes: ModuleClasses | null,
  ) {
    this.names = new NameTable(place.section.graph.protocol);
    this.tensors = new TensorReader(place, this.names, storages);
  }

  /** @param submodule dotted name below the outermost module, for a module inside one. */
  meaningOf(value: Value, submodule: string | null = null): Meaning {
    if (!isNode(value)) {
      return leaf(plainType(value), plainText(value));
    }
    switch (value.kind) {
      case NodeKind.Call:
        return this.callMeaning(value, submodule);
      case NodeKind.Dict:
        return this.dictMeaning(value);
      case NodeKind.Tuple:
        return this.sequenceMeaning('tuple', value.items, '()');
      case NodeKind.List:
        return this.sequenceMeaning('list', value.items, '[]');
      case NodeKind.Set:
        return this.setMeaning(value);
      case NodeKind.Persistent:
        return this.persistentMeaning(value);
      default:
        return this.leafMeaning(value);
    }
  }

  repr(value: Value): string {
    if (this.reprDepth >= maxReprNesting) {
      return '...';
    }
    this.reprDepth++;
    try {
      return ReprWriter.of(value, this.names, (node) => this.shownCall(node));
    } finally {
      this.reprDepth--;
    }
  }

  name(value: Value | undefined): string | null {
    return value === undefined ? null : this.names.callee(value);
  }

  bytes(value: Value | undefined): Uint8Array | null {
    if (value === undefined || !isNode(value)) {
      return null;
    }
    switch (value.kind) {
      case NodeKind.Bytes:
        return value.data instanceof Uint8Array ? value.data : null;
      case NodeKind.ByteString:
        return value.bytes;
      case NodeKind.Call: {
        const text = this.name(value.callee) === '_codecs.encode' ? asText(argumentsOf(value)[0]) : null;
        return text === null ? null : latin1Bytes(text);
      }
      default:
        return null;
    }
  }

  /** What stands below a tensor: attributes that Python code set on it. */
  tensorAttributes(tensor: OpenTensor): readonly Child[] {
    const state = this.tensors.stateOf(tensor);
    return state === undefined
      ? noChildren
      : this.attributes(state).filter(({ element, value }) => !isTensorInternal(element, value));
  }

  sequence(items: readonly Value[]): ChildList {
    return items.length === 0 ? noChildren : new SequenceChildren(items);
  }

  mapping(entries: readonly Value[]): ChildList {
    const children = new MappingChildren(entries, (key) => this.keyElement(key));
    return mayRepeatKeys(entries) ? withoutRepeats(children, entries) : children;
  }

  attributes(state: Value | undefined): readonly Child[] {
    if (state === undefined || state === null) {
      return [];
    }
    const [first, slots, ...more] = asItems(state) ?? [];
    // `copyreg`: a pair of the instance's dict and what its slots hold.
    const isPair =
      isTuple(state) && more.length === 0 && slots !== undefined && (first === null || dictEntries(first) !== null);
    const slotEntries = isPair ? dictEntries(slots) : null;
    const entries = slotEntries === null ? plainEntries(state) : [...(dictEntries(first) ?? noValues), ...slotEntries];
    if (entries === null) {
      return [attributeChild('.__setstate__', state)];
    }
    return listChildren(this.mapping(entries)).map(({ element, value }) =>
      attributeChild(typeof element === 'object' ? element : `.${String(element)}`, value),
    );
  }

  /** What a path calls a key. */
  keyElement(key: Value): PathElement {
    if (typeof key === 'number') {
      return Number.isSafeInteger(key) ? key : { repr: plainText(key) };
    }
    if (isNode(key)) {
      if (key.kind === NodeKind.Str) {
        return key.value;
      }
      if (key.kind === NodeKind.ByteString) {
        return latin1(key.bytes);
      }
    }
    return { repr: this.repr(key) };
  }

  private dictMeaning(dict: PyDict): BranchMeaning {
    const children = this.mapping(dict.entries);
    return {
      kind: 'branch',
      type: 'dict',
      role: isOptimizer(dict.entries) ? 'optimizer' : 'mapping',
      children: dict.state === undefined ? children : joinChildren(children, this.attributes(dict.state)),
      empty: '{}',
      own: objectKeys(dict.entries),
    };
  }

  private sequenceMeaning(type: string, items: readonly Value[], empty: string): BranchMeaning {
    return { kind: 'branch', type, role: 'sequence', children: this.sequence(items), empty, own: noValues };
  }

  private setMeaning({ type, items }: PySet): BranchMeaning {
    return { kind: 'branch', type, role: 'set', children: this.sequence(items), empty: `${type}()`, own: noValues };
  }

  private persistentMeaning(node: PyNode): Meaning {
    const old = this.tarMeaning(node);
    if (old !== null) {
      return old;
    }
    const className = this.names.callee(node);
    if (className !== null) {
      return leaf('global', className);
    }
    return (
      this.storageMeaning(node) ?? leaf('persistent id', this.repr(node.kind === NodeKind.Persistent ? node.id : node))
    );
  }

  private tarMeaning(node: PyNode): Meaning | null {
    try {
      const tensor = this.tensors.tarTensor(node);
      return tensor === null ? null : { kind: 'tensor', tensor };
    } catch (error) {
      return this.broken(error, 'torch.Tensor', node);
    }
  }

  /** A storage that stands by itself: nothing of it is a tensor. */
  private storageMeaning(node: PyNode): LeafMeaning | Meaning | null {
    if (!this.storages.isStorage(node, this.place)) {
      return null;
    }
    try {
      const { dtype, bytes, device } = this.storages.of(node, this.place);
      const name = dtype === null ? 'UntypedStorage' : 'TypedStorage';
      const kind = dtype === null ? '' : `dtype=${dtype}, `;
      return leaf(`torch.storage.${name}`, `${name}(${kind}${String(bytes)} bytes, device=${device ?? 'cpu'})`);
    } catch (error) {
      return this.broken(error, 'torch.storage.TypedStorage', node);
    }
  }

  private leafMeaning(node: PyNode): LeafMeaning {
    switch (node.kind) {
      case NodeKind.Float:
        return leaf('float', this.repr(node));
      case NodeKind.Str:
        return leaf('str', this.repr(node));
      case NodeKind.ByteString:
        return leaf(byteStringText(node.bytes) === null ? 'bytes' : 'str', this.repr(node));
      case NodeKind.Bytes:
        return leaf(bytesType(node.type), this.repr(node));
      case NodeKind.Global: {
        const name = this.names.of(node);
        const dtype = name.startsWith('torch.') ? dtypeNamed(name.slice('torch.'.length)) : undefined;
        return dtype === undefined
          ? leaf(knownSingleton(name) ?? 'global', this.names.shown(node))
          : leaf('torch.dtype', `torch.${dtype.name}`);
      }
      default:
        return leaf('extension', this.repr(node));
    }
  }

  private callMeaning(call: PyCall, submodule: string | null): Meaning {
    const name = this.names.callee(call.callee);
    if (name !== null && this.tensors.isTensor(name)) {
      try {
        return { kind: 'tensor', tensor: this.tensors.read(name, call) };
      } catch (error) {
        return this.broken(error, name, call);
      }
    }
    const known = name === null ? undefined : knownCalls.get(name)?.(call, this);
    if (known !== undefined && known !== null) {
      return known;
    }
    return this.storageMeaning(call) ?? this.objectMeaning(call, name, submodule);
  }

  private objectMeaning(call: PyCall, name: string | null, submodule: string | null): Meaning {
    const type = this.className(call, name);
    const state = moduleState(call, name, this.names, this.classes);
    if (state !== null) {
      return moduleMeaning(this, call, type, state, submodule);
    }
    const plainCall = this.plainCall(call, type);
    return plainCall ?? this.generic(call, type, name);
  }

  /** The class of an object, through the helpers of `copyreg`. */
  private className(call: PyCall, name: string | null): string {
    const first = argumentsOf(call)[0];
    const isHelper =
      name === 'copyreg._reconstructor' || name === 'copyreg.__newobj__' || name === 'copyreg.__newobj_ex__';
    const full = (isHelper && first !== undefined ? this.names.callee(first) : null) ?? name;
    return full === null ? 'object' : full.replace(/^builtins\./, '');
  }

  /** `pkg.Color(3)`: an enum, or another call on one int or text that has nothing set on it. */
  private plainCall(call: PyCall, type: string): LeafMeaning | null {
    const args = argumentsOf(call);
    const [argument] = args;
    const isPlain = typeof argument === 'number' || typeof argument === 'bigint' || asText(argument) !== null;
    const isBare = call.state === undefined && call.items === undefined && call.entries === undefined;
    if (args.length !== 1 || argument === undefined || !isPlain || !isBare || call.form !== CallForm.Reduce) {
      return null;
    }
    return leaf(type, cutText(`${type}(${this.repr(argument)})`));
  }

  private generic(call: PyCall, type: string, name: string | null): BranchMeaning {
    const entries = call.entries ?? noValues;
    const children = [
      this.callArguments(call, name),
      this.sequence(call.items ?? noValues),
      this.mapping(entries),
      this.attributes(call.state),
    ].reduce(joinChildren);
    const state = dictEntries(call.state);
    return {
      kind: 'branch',
      type,
      role: isOptimizer(entries) || (state !== null && isOptimizer(state)) ? 'optimizer' : 'object',
      children,
      empty: `${type}()`,
      own: [call.callee, ...(name?.startsWith('copyreg.') === true ? argumentsOf(call).slice(0, 2) : noValues)],
    };
  }

  private callArguments(call: PyCall, name: string | null): readonly Child[] {
    const all = asItems(call.args) ?? [call.args];
    // `_reconstructor(class, object, None)` and `__newobj__(class, …)`: what makes the object, and nothing that it holds.
    const skipped = name === 'copyreg._reconstructor' ? 3 : name?.startsWith('copyreg.__newobj') === true ? 1 : 0;
    const children = all.slice(skipped).map((value, index) => attributeChild(`(${String(index)})`, value));
    const keywords = dictEntries(call.kwargs) ?? noValues;
    return [
      ...children,
      ...listChildren(this.mapping(keywords)).map(({ element, value }) =>
        attributeChild(typeof element === 'object' ? element : `(${String(element)})`, value),
      ),
    ];
  }

  /** Text of a call inside a value; null for one that shows as a plain call. */
  private shownCall(node: PyNode): string | null {
    const call = asCall(node);
    if (call === null) {
      const storage = this.storageMeaning(node);
      return storage?.kind === 'leaf' ? storage.repr : null;
    }
    const name = this.names.callee(call.callee);
    if (name !== null && this.tensors.isTensor(name)) {
      return this.shownTensor(name, call);
    }
    // Containers would be made whole only to be cut: they show as calls.
    const isLeaf = name !== null && leafCalls.has(name);
    const known = isLeaf ? knownCalls.get(name)?.(call, this) : undefined;
    return known?.kind === 'leaf' ? known.repr : null;
  }

  private shownTensor(name: string, call: PyCall): string {
    try {
      return tensorText(this.tensors.read(name, call));
    } catch (error) {
      if (!(error instanceof Unreadable)) {
        throw error;
      }
      return '<tensor>';
    }
  }

  private broken(error: unknown, type: string, node: PyNode): Meaning {
    if (!(error instanceof Unreadable)) {
      throw error;
    }
    return { kind: 'broken', type, repr: this.claim(type, node), reason: error.reason };
  }

  /** What a broken tensor claims to be: its call, arguments and all. */
  private claim(type: string, node: PyNode): string {
    const call = asCall(node);
    return call === null ? `${type}()` : cutText(`${type}${this.repr(call.args)}`);
  }
}

function attributeChild(element: PathElement, value: Value): Child {
  return { element, value, role: null, submodule: null, attribute: true };
}

function plainType(value: null | boolean | number | bigint): string {
  return value === null ? 'NoneType' : typeof value === 'boolean' ? 'bool' : 'int';
}

function bytesType(type: string): string {
  switch (type) {
    case 'bytes':
    case 'bytearray':
      return type;
    case 'buffer':
      return 'bytes';
    default:
      return 'str';
  }
}

function isTuple(value: Value): boolean {
  return isNode(value) && value.kind === NodeKind.Tuple;
}

/** Entries of a state that is a dict; null for any other. */
function plainEntries(state: Value): readonly Value[] | null {
  if (!isNode(state) || (state.kind !== NodeKind.Dict && state.kind !== NodeKind.Call)) {
    return null;
  }
  const entries = dictEntries(state);
  return state.kind === NodeKind.Call && state.entries === undefined ? null : entries;
}
