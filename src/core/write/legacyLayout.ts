import { keyOf } from '../checkpoint/path';
import { legacyMagic } from '../container/legacy';
import { findContent } from '../edit/contents';
import type { EditState } from '../edit/state';
import { CheckpointError } from '../errors';
import { PyDict, PyList, PyStr, type Value } from '../pickle/values';
import { writePickle, writePickleParts } from '../pickle/writer';
import { protocolOf } from '../edit/state';
import { bytesPart, planOf, type SavePart, type SavePlan } from './savePlan';
import { byteOrder, contentSize } from './storageContent';
import { expectedSize, legacyIds, StorageIds, type WrittenStorage } from './storageIds';
import { pickleParts } from './zipCheckpoint';

const protocolVersion = 1001;

/** A checkpoint as `torch.save` wrote it before 1.6: five pickles, then the storages (torch-format.md 1.2). */
export function planLegacy(state: EditState): SavePlan {
  const ids = new StorageIds((key) => findContent(state, key), legacyIds);
  const { persistent } = ids;
  const object = pickleParts(state, writePickleParts(state.root, { protocol: protocolOf(state.original), persistent }));
  refuseUntyped(state, ids.storages);
  // By code points, as Python sorts: keys are digits everywhere but in files made to be odd.
  const storages = ids.storages.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return planOf([
    ...[legacyMagic, protocolVersion, systemInfo()].map((value) => bytesPart(writePickle(value))),
    ...object,
    bytesPart(writePickle(new PyList(storages.map(({ key }) => new PyStr(key))))),
    ...storages.flatMap(storageParts),
  ]);
}

/** torch writes them, and then cannot read them. */
function refuseUntyped({ checkpoint }: EditState, storages: readonly WrittenStorage[]): void {
  const keys = new Set(storages.flatMap(({ untyped, original }) => (untyped ? [original] : [])));
  if (keys.size > 0) {
    const entry = checkpoint.entries.find((each) => each.kind === 'tensor' && keys.has(each.storage?.key ?? ''));
    const [key = ''] = keys;
    throw new CheckpointError('save-unsupported', {
      entry: entry === undefined ? key : keyOf(entry.path),
      detail: 'an untyped storage',
    });
  }
}

/** torch does not read it. */
function systemInfo(): Value {
  const sizes: [string, number][] = [
    ['short', 2],
    ['int', 4],
    ['long', 4],
  ];
  return dict([
    ['protocol_version', protocolVersion],
    ['little_endian', true],
    ['type_sizes', dict(sizes)],
  ]);
}

function dict(entries: readonly (readonly [string, Value])[]): PyDict {
  return new PyDict(entries.flatMap(([key, value]) => [new PyStr(key), value]));
}

function storageParts(storage: WrittenStorage): SavePart[] {
  const { content, elements, unit } = storage;
  const length = contentSize(content);
  if (length !== expectedSize(storage)) {
    const detail = `a storage of ${length} bytes where the pickle says ${expectedSize(storage)}`;
    throw new CheckpointError('save-unsupported', { entry: storage.key, detail });
  }
  const count = Buffer.alloc(8);
  count.writeBigInt64LE(BigInt(elements));
  const swap = byteOrder(content) === 'little' ? 1 : unit;
  return [bytesPart(count), ...(length === 0 ? [] : [{ kind: 'content', content, length, swap } as const])];
}
