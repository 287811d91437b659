import { isNode, NodeKind, type PyCall, type Value } from '../pickle/values';
import { argumentsOf, asCall, asItems, asText, dictEntries, lookUp } from './arguments';
import type { PathElement, Role } from './checkpoint';
import { listChildren } from './childLists';
import type { BranchMeaning, Child, Shower } from './meaning';
import type { NameTable } from './names';
import { elementText } from './path';

/** What TorchScript's code says of a class. */
export interface ModuleClass {
  readonly isModule: boolean;
  readonly parameters: ReadonlySet<string>;
  readonly buffers: ReadonlySet<string>;
}

/** Classes of a TorchScript archive by qualified name (`__torch__.Net`). */
export type ModuleClasses = ReadonlyMap<string, ModuleClass>;

/** The parts of a module, as `state_dict()` looks at them: names and values in turn. */
export interface ModuleState {
  readonly parameters: readonly Value[];
  readonly buffers: readonly Value[];
  readonly submodules: readonly Value[];
  /** Everything else that the object holds. */
  readonly attributes: readonly Value[];
}

const partNames = new Set(['_parameters', '_buffers', '_modules']);

/** The dict of an object's attributes; null where it has none. */
function instanceDict(call: PyCall, name: string | null): readonly Value[] | null {
  // fx keeps the dict of the module as an argument, and the code that makes its class beside it.
  if (name === 'torch.fx.graph_module.reduce_graph_module') {
    return dictEntries(argumentsOf(call)[0]);
  }
  return dictEntries(call.state) ?? dictEntries(asItems(call.state)?.[0]);
}

/** The parts of a pickled `torch.nn.Module`, whatever its class; null for an object that is none. */
export function moduleState(
  call: PyCall,
  name: string | null,
  names: NameTable,
  classes: ModuleClasses | null,
): ModuleState | null {
  const dict = instanceDict(call, name);
  if (dict === null) {
    return null;
  }
  const scripted = name === null ? undefined : classes?.get(name);
  if (scripted !== undefined) {
    return scripted.isModule ? scriptState(dict, scripted, names, classes) : null;
  }
  const parameters = dictEntries(lookUp(dict, '_parameters'));
  const submodules = dictEntries(lookUp(dict, '_modules'));
  if (parameters === null || submodules === null) {
    return null;
  }
  const transient = new Set(namesIn(lookUp(dict, '_non_persistent_buffers_set')));
  const [buffers, transientBuffers] = split(dictEntries(lookUp(dict, '_buffers')) ?? [], transient);
  const [, attributes] = split(dict, partNames, true);
  return { parameters, buffers, submodules, attributes: [...transientBuffers, ...attributes] };
}

/** TorchScript keeps parameters, buffers, submodules and attributes in one dict; its code tells them apart. */
function scriptState(
  dict: readonly Value[],
  { parameters, buffers }: ModuleClass,
  names: NameTable,
  classes: ModuleClasses | null,
): ModuleState {
  const state = {
    parameters: [] as Value[],
    buffers: [] as Value[],
    submodules: [] as Value[],
    attributes: [] as Value[],
  };
  for (let index = 0; index + 1 < dict.length; index += 2) {
    const key = dict[index] ?? null;
    const value = dict[index + 1] ?? null;
    const text = asText(key) ?? '';
    const call = asCall(value);
    const className = call === null ? null : names.callee(call.callee);
    if (parameters.has(text)) {
      state.parameters.push(key, value);
    } else if (buffers.has(text)) {
      state.buffers.push(key, value);
    } else if (className !== null && classes?.get(className)?.isModule === true) {
      state.submodules.push(key, value);
    } else {
      state.attributes.push(key, value);
    }
  }
  return state;
}

/** Entries whose key is not among the names, and those whose key is; with `inverse` the second first. */
function split(entries: readonly Value[], chosen: ReadonlySet<string>, inverse = false): [Value[], Value[]] {
  const without: Value[] = [];
  const among: Value[] = [];
  for (let index = 0; index + 1 < entries.length; index += 2) {
    const key = entries[index] ?? null;
    (chosen.has(asText(key) ?? '') ? among : without).push(key, entries[index + 1] ?? null);
  }
  return inverse ? [among, without] : [without, among];
}

/** Names in a set or a list. */
function namesIn(value: Value | undefined): string[] {
  const items = value !== undefined && isNode(value) && value.kind === NodeKind.Set ? value.items : itemsOfSet(value);
  return items.flatMap((item) => asText(item) ?? []);
}

function itemsOfSet(value: Value | undefined): readonly Value[] {
  const call = asCall(value);
  return asItems(call === null ? value : argumentsOf(call)[0]) ?? [];
}

/** Attributes that say nothing: None, and containers without items, such as the many tables of hooks. */
function isEmptyAttribute(value: Value): boolean {
  if (value === null) {
    return true;
  }
  if (!isNode(value)) {
    return false;
  }
  switch (value.kind) {
    case NodeKind.Dict:
      return value.entries.length === 0;
    case NodeKind.List:
    case NodeKind.Tuple:
    case NodeKind.Set:
      return value.items.length === 0;
    case NodeKind.Call:
      return isEmptyCall(value);
    default:
      return false;
  }
}

function isEmptyCall(call: PyCall): boolean {
  const isUntouched = call.entries === undefined && call.items === undefined && call.state === undefined;
  const [first, ...more] = argumentsOf(call);
  const global = isNode(call.callee) && call.callee.kind === NodeKind.Global ? call.callee : null;
  const isContainer = global !== null && /^(?:OrderedDict|set|frozenset|defaultdict|dict)$/.test(global.name);
  return isUntouched && isContainer && more.length === 0 && (first === undefined || asItems(first)?.length === 0);
}

/**
 * Whether an attribute is nothing but parameters and buffers of its module, the very same objects: an LSTM keeps its own in
 * a list, `_flat_weights`, which is no part of its state.
 */
function isOwnAgain(value: Value, own: ReadonlySet<Value>): boolean {
  if (!isNode(value)) {
    return false;
  }
  const isSequence = value.kind === NodeKind.List || value.kind === NodeKind.Tuple;
  return own.has(value) || (isSequence && value.items.length > 0 && value.items.every((item) => own.has(item)));
}

/** Values of dict entries that are objects: equal numbers say nothing. */
function objectsIn(entries: readonly Value[]): Value[] {
  return entries.filter((value, index) => index % 2 === 1 && isNode(value));
}

function named(entries: readonly Value[], prefix: string, role: Role | null, shower: Shower): Child[] {
  return listChildren(shower.mapping(entries))
    .filter(({ value }) => value !== null)
    .map(({ element, value }) => ({
      element: `${prefix}${elementText(element)}`,
      value,
      role,
      submodule: null,
      attribute: false,
    }));
}

/**
 * A module as `state_dict()` would list it: its parameters, its persistent buffers, then its submodules, each name one
 * path element below the outermost module.
 * @param submodule its dotted name below that one; null for the outermost itself.
 */
export function moduleMeaning(
  shower: Shower,
  call: PyCall,
  type: string,
  state: ModuleState,
  submodule: string | null,
): BranchMeaning {
  const prefix = submodule === null ? '' : `${submodule}.`;
  const own = new Set([...objectsIn(state.parameters), ...objectsIn(state.buffers)]);
  const submodules = named(state.submodules, prefix, null, shower).map((child) => ({
    ...child,
    submodule: elementText(child.element),
  }));
  return {
    kind: 'branch',
    type,
    role: 'module',
    children: [
      ...named(state.parameters, prefix, 'parameter', shower),
      ...named(state.buffers, prefix, 'buffer', shower),
      ...listChildren(shower.mapping(state.attributes))
        .filter(({ value }) => !isEmptyAttribute(value) && !isOwnAgain(value, own))
        .map((child) => ({
          ...child,
          element: typeof child.element === 'object' ? child.element : `.${String(child.element)}`,
          role: 'attribute' as const,
          attribute: true,
        })),
      ...submodules,
    ],
    empty: `${type}()`,
    own: [call.callee],
  };
}

const bufferMarks = new Set(['.persistent', '._is_buffer', '._is_param']);

/** `torch.nn.Buffer` keeps its marks as attributes; its role says the same. */
export function isTensorInternal(element: PathElement, value: Value): boolean {
  return value === null || (typeof element === 'string' && bufferMarks.has(element));
}
