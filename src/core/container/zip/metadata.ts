import type { ByteSource } from '../../bytes/byteSource';
import { CheckpointError } from '../../errors';
import type { Finding } from '../../findings';
import type { ContainerKind } from '../container';
import { latin1 } from '../format';
import { isFileFault } from '../sections';
import { readContent } from './content';
import type { RecordNames } from './names';
import { defaultAlignment } from './positions';

/** Small records that say something of the archive as a whole. */
const metadataNames = [
  'version',
  'byteorder',
  '.format_version',
  '.storage_alignment',
  'archive_format',
  'archive_version',
];
// The longest that torch writes has 6 bytes.
const metadataBytes = 1024;

export interface ZipMetadata {
  readonly values: ReadonlyMap<string, string>;
  readonly alignment: number;
  readonly findings: readonly Finding[];
}

/** Reads the records that say how to read the others. */
export async function readMetadata(source: ByteSource, names: RecordNames): Promise<ZipMetadata> {
  const values = new Map<string, string>();
  const findings: Finding[] = [];
  for (const name of metadataNames) {
    // torch prefers `.data/version`; torch.package writes only that.
    const record = (name === 'version' ? names.find('.data/version') : undefined) ?? names.find(name);
    if (record === undefined) continue;
    try {
      values.set(name, latin1(await readContent(source, record, metadataBytes)));
    } catch (error) {
      if (!(error instanceof CheckpointError) || !isFileFault(error)) throw error;
      findings.push({ severity: 'error', code: 'record-unreadable', entry: record.name, args: [error.code] });
    }
  }
  return { values, alignment: alignmentOf(values.get('.storage_alignment'), findings), findings };
}

function alignmentOf(text: string | undefined, findings: Finding[]): number {
  if (text === undefined) return defaultAlignment;
  const alignment = /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : 0;
  if (alignment > 0) return alignment;
  findings.push({
    severity: 'error',
    code: 'alignment-invalid',
    entry: '.storage_alignment',
    args: [text.slice(0, 40)],
  });
  return defaultAlignment;
}

const oldestVersion = 1;
const newestVersion = 10;

/** What torch says of `version` and `byteorder`. */
export function metadataFindings(kind: ContainerKind, values: ReadonlyMap<string, string>): Finding[] {
  const findings: Finding[] = [];
  // A `.pt2` of torch 2.7 and before is no archive of torch's own writer; its version is that of the export schema.
  if (kind !== 'npz' && !(kind === 'pt2' && !values.has('archive_format'))) {
    findings.push(...versionFindings(values.get('version')));
  }
  const byteorder = values.get('byteorder');
  if (byteorder === 'big') findings.push({ severity: 'info', code: 'big-endian', entry: 'byteorder' });
  else if (byteorder !== undefined && byteorder !== 'little') {
    findings.push({ severity: 'error', code: 'byteorder-invalid', entry: 'byteorder', args: [byteorder.slice(0, 40)] });
  }
  return findings;
}

function versionFindings(text: string | undefined): Finding[] {
  if (text === undefined) return [{ severity: 'error', code: 'version-missing' }];
  // As C++ reads it (stoull): leading space, digits, anything behind them.
  const digits = /^\s*\+?(\d+)/.exec(text)?.[1];
  if (digits === undefined) {
    return [{ severity: 'error', code: 'version-invalid', entry: 'version', args: [text.slice(0, 40)] }];
  }
  const version = Number(digits);
  if (version >= oldestVersion && version <= newestVersion) return [];
  return [{ severity: 'error', code: 'version-unsupported', entry: 'version', args: [version] }];
}
