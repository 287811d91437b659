import type { Storage, TensorEntry } from '../../core/checkpoint/checkpoint';
import { dtypeNamed } from '../../core/checkpoint/dtypes';
import { RowFlag } from '../../core/tree/treeColumns';
import type { DetailsFact, DetailsSection } from '../../protocol/messages';
import { formatCrc32, formatExact, formatHex, formatSize, formatTuple } from '../../wording/format';
import { linkFacts, section, sizeFact, type DetailsContext } from './facts';
import { entriesOf } from './sharing';

/** Tensor and storage: everything that the file says of one tensor. */
export function tensorSections(
  entry: TensorEntry,
  row: number,
  context: DetailsContext,
): (DetailsSection | undefined)[] {
  const { t } = context;
  return [
    section('tensor', t('Tensor'), [
      { label: t('Elements'), value: formatExact(context.index.tree.elements[row] ?? 0) },
      sizeFact(t('Size'), entry.bytes, context),
      strideFact(entry, row, context),
      entry.layout === 'strided' ? undefined : { label: t('Layout'), value: entry.layout },
      { label: t('Requires grad'), value: entry.requiresGrad ? 'True' : 'False', token: 'boolean' },
      entry.notes.length === 0 ? undefined : { label: t('Also'), value: entry.notes.join(', ') },
    ]),
    entry.storage === null ? undefined : storageSection(entry, entry.storage, row, context),
  ];
}

function strideFact({ stride }: TensorEntry, row: number, { index, t }: DetailsContext): DetailsFact | undefined {
  if (stride === null) {
    return undefined;
  }
  const strided = ((index.tree.flags[row] ?? 0) & RowFlag.Strided) !== 0;
  const order = strided ? t('not contiguous') : t('contiguous');
  return { label: t('Stride'), value: formatTuple(stride), secondary: order };
}

function storageSection(
  entry: TensorEntry,
  storage: Storage,
  row: number,
  context: DetailsContext,
): DetailsSection | undefined {
  const { t, index } = context;
  const { record } = storage;
  const root = storage.container.rootFolder;
  const itemSize = dtypeNamed(entry.dtype)?.size;
  const place = positionInFile(entry, storage);
  const others = entriesOf(index.checkpoint, storage)
    .map((at) => index.rowOfEntry[at] ?? -1)
    .filter((other) => other >= 0 && other !== row);
  return section('storage', t('Storage'), [
    record === null
      ? { label: t('Record'), value: t('missing') }
      : { label: t('Record'), value: root === null ? record.name : `${root}/${record.name}` },
    record === null ? { label: t('Key'), value: storage.key } : undefined,
    entry.offset === null || itemSize === undefined
      ? undefined
      : {
          label: t('Offset'),
          value: formatExact(entry.offset),
          secondary: t('of {0} elements', formatExact(Math.floor(storage.bytes / itemSize))),
        },
    storage.bytes === entry.bytes ? undefined : sizeFact(t('Size'), storage.bytes, context),
    storage.device === null || storage.device === entry.device
      ? undefined
      : { label: t('Device'), value: storage.device },
    place === null
      ? undefined
      : { label: t('In the file'), value: formatExact(place), secondary: `(${formatHex(place)})` },
    record?.packed === true ? { label: t('Packed'), value: formatSize(record.packedSize) } : undefined,
    record === null || record.crc32 === null ? undefined : { label: t('CRC-32'), value: formatCrc32(record.crc32) },
    ...(others.length === 0
      ? [{ label: t('Shared with'), value: t('nothing') }]
      : linkFacts(t('Shared with'), others, context)),
  ]);
}

/** Position of the tensor's first byte; null where the file holds it packed, or not at all. */
function positionInFile(entry: TensorEntry, storage: Storage): number | null {
  const itemSize = dtypeNamed(entry.dtype)?.size;
  return storage.position === null || itemSize === undefined ? null : storage.position + (entry.offset ?? 0) * itemSize;
}
