import { dtypes, dtypeOfStorage } from '../checkpoint/dtypes';
import { contiguousStride } from '../checkpoint/strides';
import type { TarTables } from '../container/container';
import { keyOf, storageId } from '../container/persistentId';
import { isNode, NodeKind, PyDict, PyPersistent, PyStr, PyTuple, type PyNode, type Value } from '../pickle/values';
import type { StorageContent } from '../write/storageContent';
import { editError } from './editError';
import { replaceNodes } from './replaceNodes';
import { nextState, type EditState } from './state';
import { storageElements, TensorValues } from './tensorValues';

/**
 * A state whose graph is one that `torch.save` could have written: storages are persistent ids and nothing else. Formats
 * that hold them otherwise are brought into that form before their first edit; what is shown stays the same.
 */
export function portable(state: EditState): EditState {
  if (!state.pristine) {
    return state;
  }
  switch (state.original.container.kind) {
    case 'safetensors':
      return ofSafetensors(state);
    case 'tar':
      return ofTar(state);
    case 'pickle':
      return ofPlainPickle(state);
    default:
      return state;
  }
}

function ofSafetensors(state: EditState): EditState {
  const { container } = state.original;
  const values = new TensorValues();
  const contents = new Map<string, StorageContent>();
  const entries: Value[] = [];
  for (const { name, dtype, shape, record } of container.tensors) {
    if (!dtypes.has(dtype)) {
      throw editError('edit-read-only', 'not-modelled', [name], dtype);
    }
    contents.set(name, { kind: 'record', container, record });
    const storage = values.storage(dtype, name, 'cpu', storageElements(dtype, record.size));
    entries.push(new PyStr(name), values.tensor(dtype, storage, 0, shape, contiguousStride(shape)));
  }
  return nextState(state, { root: new PyDict(entries), contents });
}

/** A 0.1 tar: its persistent ids name tensors, which its tables describe. */
function ofTar(state: EditState): EditState {
  const section = state.original.container.sections[0];
  const tables = section?.tar;
  if (section === undefined || tables === undefined) {
    return state;
  }
  const values = new TensorValues();
  const tensors = new Map<string, Value>();
  const replacements = new Map<PyNode, Value>();
  for (const persistent of section.graph.persistents) {
    const key = keyOf(persistent.id);
    const tensor = key === null ? undefined : (tensors.get(key) ?? tarTensor(key, tables, values));
    if (key !== null && tensor !== undefined) {
      tensors.set(key, tensor);
      replacements.set(persistent, tensor);
    }
  }
  return nextState(state, { root: replaceNodes(state.root, replacements) });
}

function tarTensor(key: string, { tensors, storages }: TarTables, values: TensorValues): Value | undefined {
  const tensor = tensors.get(key);
  const view = tensor === undefined ? undefined : storages.get(tensor.storageKey);
  const rootKey = view?.root ?? tensor?.storageKey ?? '';
  const root = storages.get(rootKey);
  if (tensor === undefined || view === undefined || root === undefined) {
    return undefined;
  }
  const dtype = dtypeOfStorage(root.type.slice(root.type.lastIndexOf('.') + 1))?.name ?? null;
  const storage = values.storage(dtype, rootKey, root.device, root.elements);
  return values.tensor(dtype ?? 'uint8', storage, tensor.offset + view.rootOffset, tensor.shape, tensor.stride);
}

/** A plain pickle: each storage is a whole legacy file in bytes. */
function ofPlainPickle(state: EditState): EditState {
  const replacements = new Map<PyNode, Value>();
  const contents = new Map<string, StorageContent>();
  for (const [call, { place, root }] of state.original.reading.nested.nested) {
    const id = isNode(root) && root.kind === NodeKind.Persistent ? storageId(root) : null;
    const items = isNode(root) && root.kind === NodeKind.Persistent ? idItems(root.id) : null;
    const found = id === null ? undefined : place.section.storage(id.view?.key ?? id.key);
    if (id === null || items === null || found === undefined) {
      continue;
    }
    const key = String(contents.size);
    contents.set(key, { kind: 'record', container: place.container, record: found.record });
    const [mark = null, type = null, , device = null] = items;
    const elements = id.view?.elements ?? id.elements;
    replacements.set(call, new PyPersistent(new PyTuple([mark, type, new PyStr(key), device, elements])));
  }
  return nextState(state, { root: replaceNodes(state.root, replacements), contents });
}

function idItems(id: Value): readonly Value[] | null {
  return isNode(id) && id.kind === NodeKind.Tuple ? id.items : null;
}
