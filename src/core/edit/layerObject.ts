import { dictEntries, lookUp } from '../checkpoint/arguments';
import { layerAttributes, layerModule } from '../init/layerAttributes';
import type { LayerKind, LayerSpec } from '../init/layerSpec';
import {
  CallForm,
  isNode,
  NodeKind,
  PyCall,
  PyDict,
  PyList,
  PySet,
  PyStr,
  PyTuple,
  type Value,
} from '../pickle/values';
import { moduleDict } from './moduleDicts';
import { parseLiteral } from './pythonLiteral';
import type { SlotReader } from './slots';
import { TensorValues, withArguments } from './tensorValues';

/** What every `torch.nn.Module` has, whatever its class. Its hooks are not those of the layer before. */
const commonNames =
  /^(?:training|_backend|_parameters|_buffers|_non_persistent_buffers_set|_modules|_is_full_backward_hook|_\w*hooks\w*)$/;

/**
 * A new layer as torch pickles it, in the way that the one before it was pickled: by that torch's names and containers, in
 * its mode. Hooks and attributes of the one before are left behind, as in Python.
 * @param tensors parameters and buffers by name.
 */
export function layerObject(
  reader: SlotReader,
  before: PyCall,
  spec: LayerSpec,
  tensors: ReadonlyMap<string, Value>,
): PyCall {
  const values = new TensorValues();
  const old = dictEntries(moduleDict(before, reader.names.callee(before.callee))) ?? [];
  const parameters = slotsOf(parameterNames(spec.kind, tensors), tensors);
  const buffers = slotsOf(bufferNames(spec.kind), tensors);
  const entries: Value[] = [];
  for (let index = 0; index + 1 < old.length; index += 2) {
    const [key = null, value = null] = old.slice(index, index + 2);
    const name = key instanceof PyStr ? key.value : '';
    if (commonNames.test(name)) {
      const filling = name === '_parameters' ? parameters : name === '_buffers' ? buffers : [];
      entries.push(key, emptied(value, filling));
    }
  }
  if (lookUp(old, '_buffers') === undefined) {
    entries.push(new PyStr('_buffers'), values.orderedDict(buffers));
  }
  for (const { name, literal } of layerAttributes(spec)) {
    entries.push(new PyStr(name), parseLiteral(literal));
  }
  if (recurrentKinds.has(spec.kind)) {
    entries.push(new PyStr('_flat_weights'), new PyList([...tensors.values()]));
  }
  const made = new PyCall(CallForm.NewObj, values.global(layerModule(spec.kind), spec.kind), new PyTuple([]));
  made.state = new PyDict(entries);
  return made;
}

const recurrentKinds: ReadonlySet<LayerKind> = new Set<LayerKind>(['LSTM', 'GRU', 'RNN']);

/** Names and values in turn; None under the name of what a layer could have and has not. */
function slotsOf(names: readonly string[], tensors: ReadonlyMap<string, Value>): Value[] {
  return names.flatMap((name) => [new PyStr(name), tensors.get(name) ?? null]);
}

function parameterNames(kind: LayerKind, tensors: ReadonlyMap<string, Value>): readonly string[] {
  switch (kind) {
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return [...tensors.keys()];
    case 'Identity':
      return [];
    case 'Embedding':
    case 'RMSNorm':
      return ['weight'];
    default:
      return ['weight', 'bias'];
  }
}

function bufferNames(kind: LayerKind): readonly string[] {
  return kind.startsWith('BatchNorm') ? ['running_mean', 'running_var', 'num_batches_tracked'] : [];
}

/** A container of the same class with other entries; what is no container as it is. */
function emptied(value: Value, entries: Value[]): Value {
  if (!isNode(value)) {
    return value;
  }
  switch (value.kind) {
    case NodeKind.Dict:
      return new PyDict(entries);
    case NodeKind.Set:
      return new PySet(value.type, []);
    case NodeKind.Call: {
      // `OrderedDict()`, and `set([…])` of protocol 2.
      const isEmpty = entries.length === 0;
      const copy = withArguments(
        value,
        value.entries === undefined && isSet(value) ? new PyTuple([new PyList([])]) : new PyTuple([]),
      );
      copy.items = undefined;
      copy.state = undefined;
      copy.entries = isEmpty ? undefined : entries;
      return copy;
    }
    default:
      return value;
  }
}

function isSet({ callee }: PyCall): boolean {
  return isNode(callee) && callee.kind === NodeKind.Global && /^(?:set|frozenset)$/.test(callee.name);
}
