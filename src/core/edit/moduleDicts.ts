import { argumentsOf, asCall, asItems, asText, dictEntries, lookUp } from '../checkpoint/arguments';
import { isNode, NodeKind, PyDict, PyStr, PyTuple, type PyCall, type Value } from '../pickle/values';
import type { SlotReader } from './slots';
import { TensorValues, withArguments } from './tensorValues';

/** The dict that holds a module's parts and attributes. */
export function moduleDict(call: PyCall, name: string | null): Value {
  if (name === 'torch.fx.graph_module.reduce_graph_module') {
    return argumentsOf(call)[0] ?? null;
  }
  const pair = asItems(call.state);
  return (pair === null ? call.state : pair[0]) ?? null;
}

/** Texts in a set or a list. */
export function textsIn(value: Value | undefined): readonly string[] {
  const call = asCall(value);
  const items =
    value !== undefined && isNode(value) && value.kind === NodeKind.Set
      ? value.items
      : asItems(call === null ? value : argumentsOf(call)[0]);
  return (items ?? []).flatMap((item) => asText(item) ?? []);
}

interface Visit {
  readonly call: PyCall;
  /** Name below the outermost module with a dot behind it; '' for that one itself. */
  readonly prefix: string;
}

/** A module and all its submodules, in the order of `named_modules(remove_duplicate=False)`. */
export function modulesOf(outermost: PyCall, reader: SlotReader): readonly Visit[] {
  const all: Visit[] = [];
  const open: Visit[] = [{ call: outermost, prefix: '' }];
  for (let visit = open.pop(); visit !== undefined && all.length < maxModules; visit = open.pop()) {
    const { call, prefix } = visit;
    all.push(visit);
    const submodules = entriesOf(partOf(call, '_modules', reader)).flatMap(([name, value]): Visit[] => {
      const submodule = asCall(value);
      return submodule === null || !reader.isModule(submodule)
        ? []
        : [{ call: submodule, prefix: `${prefix}${name}.` }];
    });
    open.push(...submodules.reverse());
  }
  return all;
}

/** Modules of one model, shared ones as often as they stand in it. Seen: some 5,000. */
const maxModules = 1_000_000;

function partOf(call: PyCall, part: string, reader: SlotReader): Value | undefined {
  return lookUp(dictEntries(moduleDict(call, reader.names.callee(call.callee))) ?? [], part);
}

function entriesOf(dict: Value | undefined): readonly (readonly [string, Value])[] {
  const entries = dictEntries(dict) ?? [];
  const pairs: [string, Value][] = [];
  for (let index = 0; index + 1 < entries.length; index += 2) {
    const name = asText(entries[index]);
    const value = entries[index + 1] ?? null;
    if (name !== null && value !== null) {
      pairs.push([name, value]);
    }
  }
  return pairs;
}

/** What `module.state_dict()` gives: an OrderedDict of tensors, with `_metadata`. */
export function stateDictOf(module: PyCall, reader: SlotReader): PyCall {
  const values = new TensorValues();
  const entries: Value[] = [];
  const metadata: Value[] = [];
  for (const { call, prefix } of modulesOf(module, reader)) {
    const buffers = partOf(call, '_buffers', reader);
    const transient = new Set(textsIn(partOf(call, '_non_persistent_buffers_set', reader)));
    const version = new PyDict([new PyStr('version'), moduleVersion(call, buffers, reader)]);
    metadata.push(new PyStr(prefix.slice(0, -1)), version);
    for (const [name, value] of entriesOf(partOf(call, '_parameters', reader))) {
      entries.push(new PyStr(prefix + name), detached(value, reader));
    }
    for (const [name, value] of entriesOf(buffers)) {
      if (!transient.has(name)) {
        entries.push(new PyStr(prefix + name), detached(value, reader));
      }
    }
  }
  const dict = values.orderedDict(entries.length === 0 ? undefined : entries);
  dict.state = new PyDict([new PyStr('_metadata'), values.orderedDict(metadata)]);
  return dict;
}

/** `Module._version` stands in the class, not in the file: 2 of the norms that count batches, 1 of all others. */
function moduleVersion(call: PyCall, buffers: Value | undefined, { names }: SlotReader): number {
  const isNorm = /^torch\.nn\.modules\.(?:batchnorm|instancenorm)\./.test(names.callee(call.callee) ?? '');
  const countsBatches = lookUp(dictEntries(buffers) ?? [], 'num_batches_tracked') !== undefined;
  return isNorm || countsBatches ? 2 : 1;
}

const plainTypes: ReadonlySet<string> = new Set([
  'torch.Tensor',
  'torch.nn.parameter.Parameter',
  'torch.nn.parameter.Buffer',
]);
/** Where `requires_grad` stands in the arguments of a tensor. */
const requiresGradArgument = 4;

/** `tensor.detach()`: the tensor that a parameter wraps. */
export function detached(value: Value, reader: SlotReader): Value {
  const call = asCall(value);
  const name = call === null ? null : reader.names.callee(call.callee);
  const args = call === null ? [] : argumentsOf(call);
  switch (name) {
    case 'torch._utils._rebuild_parameter':
    case 'torch._utils._rebuild_parameter_with_state':
      return args[0] ?? value;
    case 'torch._tensor._rebuild_from_type_v2':
    case 'torch._tensor._rebuild_from_type': {
      const [inner = null, type = null, innerArgs] = args;
      const items = asItems(innerArgs);
      if (call === null || items === null || !plainTypes.has(reader.names.callee(type) ?? '')) {
        return value;
      }
      const plain = items.map((item, index) => (index === requiresGradArgument ? false : item));
      const rebuilt = withArguments(call, new PyTuple(plain), inner);
      return detached(rebuilt, reader);
    }
    case 'torch.nn.parameter.Parameter': {
      const state = asItems(call?.state) ?? [];
      const data = state.length === 5 ? state[0] : args[0];
      return data ?? value;
    }
    default:
      return value;
  }
}
