import type { Finding } from '../../findings';
import type { RecordNames, Root } from './names';
import type { Layout } from './positions';
import { deflatedMethod, storedMethod, type ZipRecord } from './record';

/** What is odd about the records as the directory lists them. One finding a kind of oddity, with the first name. */
export function recordFindings(
  source: { readonly size: number },
  records: readonly ZipRecord[],
  names: RecordNames,
): Finding[] {
  const odd = {
    sizes: new Array<ZipRecord>(),
    beyondEnd: new Array<ZipRecord>(),
    encrypted: new Array<ZipRecord>(),
    method: new Array<ZipRecord>(),
  };
  for (const record of records) {
    if (record.method === storedMethod && record.size !== record.packedSize) odd.sizes.push(record);
    if (record.headerOffset + record.packedSize > source.size) odd.beyondEnd.push(record);
    if (record.encrypted) odd.encrypted.push(record);
    if (record.method !== storedMethod && record.method !== deflatedMethod) odd.method.push(record);
  }
  return [
    ...many('error', 'duplicate-records', names.duplicates),
    ...many('error', 'record-sizes', odd.sizes),
    ...many('error', 'record-beyond-end', odd.beyondEnd),
    ...many('error', 'record-encrypted', odd.encrypted),
    ...many('error', 'record-method', odd.method),
    ...checksumFindings(records),
  ];
}

/** `set_crc32_options(False)` leaves every checksum 0, `skip_data()` those of the storages that it did not write. */
function checksumFindings(records: readonly ZipRecord[]): Finding[] {
  const filled = records.filter((r) => r.size > 0);
  const without = filled.filter((r) => r.crc32 === 0);
  if (without.length === 0) return [];
  for (const record of without) record.crc32 = null;
  return without.length === filled.length
    ? [{ severity: 'info', code: 'checksums-off' }]
    : many('warning', 'data-skipped', without);
}

/** The pickles that readers look for; torch finds them in any case, other readers do not. */
const pickleNames = ['data.pkl', 'constants.pkl'];

export function caseFindings(names: RecordNames): Finding[] {
  const found = pickleNames.map((name) => names.find(name));
  const odd = found.filter((record, i) => record !== undefined && record.name !== pickleNames[i]);
  return many(
    'warning',
    'name-case',
    odd.filter((record) => record !== undefined),
  );
}

export function layoutFindings(layout: Layout): Finding[] {
  return [
    ...many('error', 'record-header-missing', layout.broken),
    ...many('warning', 'records-overlap', layout.overlapping),
  ];
}

export function rootFindings(root: Root): Finding[] {
  switch (root.problem) {
    case 'none':
      return [];
    case 'other-folder':
      return [{ severity: 'error', code: 'root-folder', args: [root.folder ?? ''] }];
    case 'records-outside':
      return [{ severity: 'error', code: 'records-outside-root', args: [root.outside, root.folder ?? ''] }];
  }
}

/** `{0}` is how many records, `entry` the first of them. */
function many(severity: Finding['severity'], code: string, records: readonly ZipRecord[]): Finding[] {
  const first = records[0];
  return first === undefined
    ? []
    : [{ severity, code, entry: first.name, offset: first.headerOffset, args: [records.length] }];
}
