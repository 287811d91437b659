import { argumentsOf, asCall, asItems, dictEntries, lookUp } from '../checkpoint/arguments';
import type { PathElement } from '../checkpoint/checkpoint';
import { Interpreter } from '../checkpoint/interpreter';
import { knownCalls } from '../checkpoint/knownCalls';
import { moduleState } from '../checkpoint/modules';
import type { NameTable } from '../checkpoint/names';
import { elementText } from '../checkpoint/path';
import { StorageTable } from '../checkpoint/storageTable';
import { rebuilds, tensorClass } from '../checkpoint/rebuild';
import { isNode, NodeKind, type PyCall, type PyNode, type Value } from '../pickle/values';
import { moduleDict, textsIn } from './moduleDicts';
import type { EditState } from './state';

/** Where a value stands: in which list of which node. */
export interface Slot {
  readonly owner: PyNode;
  readonly list: 'items' | 'entries' | 'state';
  /** Of an entry: that of its key, the value stands behind it. */
  readonly index: number;
}

/**
 * - `key`: of a dict or what is like one.
 * - `item`: of a list, tuple, set or deque.
 * - `tensor`: a parameter or buffer of a module, its submodules' included.
 * - `submodule`, `attribute`.
 * - `fixed`: a part that cannot go: an argument of a call, the state of an object, an item of an array.
 */
export type ChildKind = 'key' | 'item' | 'tensor' | 'submodule' | 'attribute' | 'fixed';

export interface SlotChild {
  readonly element: PathElement;
  readonly value: Value;
  readonly slot: Slot;
  readonly kind: ChildKind;
}

/** Finds the places of the values that the checkpoint layer lists, by the same names. */
export class SlotReader {
  readonly names: NameTable;
  private readonly interpreter: Interpreter;

  constructor({ original }: EditState) {
    const { container, reading } = original;
    const section = container.sections[0] ?? {
      name: '',
      graph: { ...emptyGraph, protocol: 2 },
      source: container.source,
      storage: () => undefined,
    };
    const place = { container, section, name: section.name, base: null };
    this.interpreter = new Interpreter(place, new StorageTable(reading.nested.nested), null);
    this.names = this.interpreter.names;
  }

  /** Whether a call gives a tensor. */
  isTensor(call: PyCall): boolean {
    const name = this.names.callee(call.callee);
    return name !== null && (rebuilds.has(name) || tensorClass(name) !== undefined);
  }

  isModule(call: PyCall): boolean {
    return moduleState(call, this.names.callee(call.callee), this.names, null) !== null;
  }

  /** What a path calls a key. */
  keyElement(key: Value): PathElement {
    return this.interpreter.keyElement(key);
  }

  /** Bytes that a value is; null for others, and for those left in the stream. */
  bytesOf(value: Value | undefined): Uint8Array | null {
    return this.interpreter.bytes(value);
  }

  childrenOf(value: Value): readonly SlotChild[] {
    if (!isNode(value)) {
      return [];
    }
    switch (value.kind) {
      case NodeKind.Dict:
        return [...this.keyed(value, value.entries, 'key'), ...this.attributes(value, value.state)];
      case NodeKind.Tuple:
      case NodeKind.List:
      case NodeKind.Set:
        return itemsOf(value, value.items, 'item');
      case NodeKind.Call:
        return this.ofCall(value);
      default:
        return [];
    }
  }

  private ofCall(call: PyCall): readonly SlotChild[] {
    const name = this.names.callee(call.callee);
    if (name !== null && this.isTensor(call)) {
      return this.ofTensor(name, call);
    }
    switch (name) {
      case 'collections.OrderedDict':
      case 'collections.Counter':
      case 'collections.defaultdict':
      case 'builtins.dict':
        return [...this.keyed(call, mappingEntries(call, name), 'key'), ...this.attributes(call, call.state)];
      case 'collections.deque':
      case 'builtins.set':
      case 'builtins.frozenset':
        return sequenceItems(call);
      case 'numpy._core.multiarray._reconstruct':
        return this.ofArray(call);
      default:
    }
    if (name !== null && knownCalls.has(name)) {
      return [];
    }
    const parts = moduleState(call, name, this.names, null);
    return parts === null ? this.ofObject(call, name) : this.ofModule(call, name, '', new Set([call]));
  }

  private ofTensor(name: string, call: PyCall): readonly SlotChild[] {
    const args = call.args;
    const hasState = name.startsWith('torch._tensor._rebuild_from_type') || name.endsWith('_parameter_with_state');
    const state = hasState ? argumentsOf(call)[3] : undefined;
    return state === undefined || !isNode(args)
      ? []
      : this.stateAttributes(state, { owner: args, list: 'items', index: 3 });
  }

  private ofArray(call: PyCall): readonly SlotChild[] {
    const content = asItems(call.state)?.at(-1);
    const items = asItems(content);
    return items === null || content === undefined || !isNode(content) ? [] : itemsOf(content, items, 'fixed');
  }

  private ofObject(call: PyCall, name: string | null): readonly SlotChild[] {
    const skipped = name === 'copyreg._reconstructor' ? 3 : name?.startsWith('copyreg.__newobj') === true ? 1 : 0;
    const args = isNode(call.args) ? itemsOf(call.args, argumentsOf(call), 'fixed').slice(skipped) : [];
    return [
      ...args.map((child, index): SlotChild => ({ ...child, element: `(${String(index)})` })),
      ...itemsOf(call, call.items ?? [], 'item'),
      ...this.keyed(call, call.entries ?? [], 'key'),
      ...this.attributes(call, call.state),
    ];
  }

  /** Parameters and buffers by their whole names, submodules, and the attributes of the module itself. */
  private ofModule(call: PyCall, name: string | null, prefix: string, open: Set<PyCall>): readonly SlotChild[] {
    const dict = moduleDict(call, name);
    const transient = new Set(textsIn(lookUp(dictEntries(dict) ?? [], '_non_persistent_buffers_set')));
    const found: SlotChild[] = [];
    const submodules: SlotChild[] = [];
    for (const part of this.keyed(dict, dictEntries(dict) ?? [], 'attribute')) {
      if (part.element === '_parameters' || part.element === '_buffers') {
        const isBuffers = part.element === '_buffers';
        for (const child of this.keyed(part.value, dictEntries(part.value) ?? [], 'tensor')) {
          const text = elementText(child.element);
          if (isBuffers && transient.has(text)) {
            found.push({ ...child, element: `.${text}`, kind: 'attribute' });
          } else if (child.value !== null) {
            found.push({ ...child, element: `${prefix}${text}` });
          }
        }
      } else if (part.element === '_modules') {
        submodules.push(...this.keyed(part.value, dictEntries(part.value) ?? [], 'submodule'));
      } else if (prefix === '') {
        found.push({ ...part, element: `.${elementText(part.element)}` });
      }
    }
    for (const child of submodules) {
      const full = `${prefix}${elementText(child.element)}`;
      found.push({ ...child, element: full }, ...this.ofSubmodule(child.value, `${full}.`, open));
    }
    return found;
  }

  private ofSubmodule(value: Value, prefix: string, open: Set<PyCall>): readonly SlotChild[] {
    const call = asCall(value);
    if (call === null || open.has(call) || open.size > maxModuleDepth || !this.isModule(call)) {
      return [];
    }
    open.add(call);
    const found = this.ofModule(call, this.names.callee(call.callee), prefix, open);
    open.delete(call);
    return prefix === '' ? found : found.filter(({ kind }) => kind !== 'attribute');
  }

  private attributes(owner: PyNode, state: Value | undefined): readonly SlotChild[] {
    return state === undefined ? [] : this.stateAttributes(state, { owner, list: 'state', index: 0 });
  }

  private stateAttributes(state: Value, slot: Slot): readonly SlotChild[] {
    if (!isNode(state)) {
      return [];
    }
    const [first, slots, ...more] = asItems(state) ?? [];
    const isPair = state.kind === NodeKind.Tuple && more.length === 0 && slots !== undefined;
    if (isPair && (first === null || dictEntries(first) !== null) && dictEntries(slots) !== null) {
      return [...this.dotted(first ?? null), ...this.dotted(slots)];
    }
    const isDict = state.kind === NodeKind.Dict || (state.kind === NodeKind.Call && state.entries !== undefined);
    return isDict ? this.dotted(state) : [{ element: '.__setstate__', value: state, slot, kind: 'fixed' }];
  }

  private dotted(dict: Value): readonly SlotChild[] {
    return this.keyed(dict, dictEntries(dict) ?? [], 'attribute').map((child) => ({
      ...child,
      element: typeof child.element === 'object' ? child.element : `.${String(child.element)}`,
    }));
  }

  private keyed(owner: Value, entries: readonly Value[], kind: ChildKind): SlotChild[] {
    const found: SlotChild[] = [];
    if (!isNode(owner)) {
      return found;
    }
    for (let index = 0; index + 1 < entries.length; index += 2) {
      const element = this.interpreter.keyElement(entries[index] ?? null);
      found.push({ element, value: entries[index + 1] ?? null, slot: { owner, list: 'entries', index }, kind });
    }
    return found;
  }
}

/** Submodules within submodules. Seen: some 12. */
const maxModuleDepth = 1_000;

const emptyGraph = {
  root: null,
  end: 0,
  globals: [],
  calls: [],
  persistents: [],
  opcodes: new Uint32Array(256),
  lossy: [],
};

function itemsOf(owner: PyNode, items: readonly Value[], kind: ChildKind): SlotChild[] {
  return items.map((value, index) => ({ element: index, value, slot: { owner, list: 'items', index }, kind }));
}

/** `deque([…])`, `set([…])`: what stands in the argument, then what was appended. */
function sequenceItems(call: PyCall): readonly SlotChild[] {
  const [argument] = argumentsOf(call);
  const first = argument !== undefined && isNode(argument) ? itemsOf(argument, asItems(argument) ?? [], 'item') : [];
  const appended = itemsOf(call, call.items ?? [], 'item');
  return [...first, ...appended.map((child, index) => ({ ...child, element: first.length + index }))];
}

/** What a mapping holds; of a `defaultdict` the argument makes values, and is none. */
export function mappingEntries(call: PyCall, name: string | null): readonly Value[] {
  return (name === 'collections.defaultdict' ? call.entries : dictEntries(call)) ?? [];
}
