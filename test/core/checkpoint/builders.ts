import { memorySource } from '../../../src/core/bytes/memorySource';
import type { Checkpoint, Entry, TensorEntry } from '../../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { keyOf } from '../../../src/core/checkpoint/path';
import type { Limits } from '../../../src/core/limits';
import {
  CallForm,
  PyCall,
  PyDict,
  PyFloat,
  PyGlobal,
  PyList,
  PyPersistent,
  PyStr,
  PyTuple,
  type Value,
} from '../../../src/core/pickle/values';
import { writePickle } from '../../../src/core/pickle/writer';
import { storedZip } from '../../support/storedZip';

/** Values as Python's pickler would see them. */
export const str = (text: string): PyStr => new PyStr(text);
export const float = (value: number): PyFloat => new PyFloat(value);
export const tuple = (...items: readonly Value[]): PyTuple => new PyTuple(items);
export const list = (...items: Value[]): PyList => new PyList(items);
export const ints = (...items: readonly number[]): PyTuple => new PyTuple(items);

export function dict(entries: Readonly<Record<string, Value>> | readonly (readonly [Value, Value])[]): PyDict {
  const pairs: readonly (readonly [Value, Value])[] = isPairs(entries)
    ? entries
    : Object.entries(entries).map(([key, value]) => [str(key), value]);
  return new PyDict(pairs.flat());
}

function isPairs(entries: object): entries is readonly (readonly [Value, Value])[] {
  return Array.isArray(entries);
}

export function global(full: string): PyGlobal {
  const dot = full.lastIndexOf('.');
  return new PyGlobal(full.slice(0, dot), full.slice(dot + 1));
}

export function call(full: string, ...args: readonly Value[]): PyCall {
  return new PyCall(CallForm.Reduce, global(full), tuple(...args));
}

/** `cls.__new__(cls)`, then BUILD. */
export function object(full: string, state?: Value, ...args: readonly Value[]): PyCall {
  const made = new PyCall(CallForm.NewObj, global(full), tuple(...args));
  made.state = state;
  return made;
}

export function orderedDict(entries: Readonly<Record<string, Value>>): PyCall {
  const made = call('collections.OrderedDict');
  made.entries = dict(entries).entries;
  return made;
}

export interface StorageFields {
  readonly type?: string;
  readonly device?: string;
  /** Elements that the pickle says it has. */
  readonly elements?: number;
}

export function storage(
  key: string,
  { type = 'torch.FloatStorage', device = 'cpu', elements = 6 }: StorageFields = {},
): PyPersistent {
  return new PyPersistent(tuple(str('storage'), global(type), str(key), str(device), elements));
}

export interface TensorFields extends StorageFields {
  readonly offset?: Value;
  readonly shape?: readonly number[];
  readonly stride?: readonly number[];
  readonly requiresGrad?: boolean;
}

function contiguous(shape: readonly number[]): number[] {
  return shape.map((_, dim) => shape.slice(dim + 1).reduce((product, size) => product * Math.max(size, 1), 1));
}

/** `_rebuild_tensor_v2` of a float32 tensor of shape [2, 3], unless said otherwise. */
export function tensor(key: string, fields: TensorFields = {}): PyCall {
  const { offset = 0, shape = [2, 3], stride = contiguous(shape), requiresGrad = false } = fields;
  const elements = fields.elements ?? shape.reduce((product, size) => product * Math.abs(size), 1);
  return call(
    'torch._utils._rebuild_tensor_v2',
    storage(key, { ...fields, elements }),
    offset,
    ints(...shape),
    ints(...stride),
    requiresGrad,
    call('collections.OrderedDict'),
  );
}

export function parameter(key: string, fields: TensorFields = {}): PyCall {
  return call('torch._utils._rebuild_parameter', tensor(key, fields), true, call('collections.OrderedDict'));
}

/** Bytes of storages by key; a number stands for so many zeros. */
export type Records = Readonly<Record<string, number>>;

/** The checkpoint that `torch.save` would have written for a value; storages have 24 bytes unless said otherwise. */
export async function open(
  root: Value,
  records: Records = { 0: 24, 1: 24, 2: 24 },
  limits?: Limits,
): Promise<Checkpoint> {
  const file = storedZip([
    { name: 'archive/data.pkl', content: writePickle(root) },
    ...Object.entries(records).map(([key, size]) => ({ name: `archive/data/${key}`, content: new Uint8Array(size) })),
    { name: 'archive/version', content: Buffer.from('3\n') },
  ]);
  return openCheckpoint(memorySource(file), limits === undefined ? {} : { limits });
}

/** `key type repr` of each value, `key [shape] dtype` of each tensor. */
export function listing(entries: readonly Entry[]): string[] {
  return entries.map((entry) =>
    entry.kind === 'value'
      ? `${keyOf(entry.path)} ${entry.type} ${entry.repr}`
      : `${keyOf(entry.path)} [${entry.shape.join()}] ${entry.dtype}`,
  );
}

export function tensorsOf(checkpoint: Checkpoint): TensorEntry[] {
  return checkpoint.entries.filter((entry) => entry.kind === 'tensor');
}
