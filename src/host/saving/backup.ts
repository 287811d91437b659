import type { SourceIdentity } from '../../core/bytes/byteSource';
import type { Operation } from '../../core/edit/operations';
import {
  isArrayOf,
  isIndex,
  isNullOr,
  isNumber,
  isOneOf,
  isRecord,
  isShape,
  isString,
  type Guard,
} from '../../protocol/guards';

/** What VS Code keeps of unsaved edits over a restart: the edits, and the file that they apply to. */
export interface Backup {
  readonly version: 1;
  /** From the file as it was opened, in order. */
  readonly operations: readonly Operation[];
  /** How many of them the file on disk holds; null when it is none of the states that they lead through. */
  readonly saved: number | null;
  readonly base: {
    /** File name under which the bytes are kept since the file was replaced; null while they are the file itself. */
    readonly kept: string | null;
    /** Bytes that count: something may have been appended behind them. */
    readonly size: number;
    readonly identity: BackupIdentity;
  };
  /** What the file was when it was read or written last. */
  readonly disk: BackupIdentity;
}

/** Without device and inode: those may have other numbers after a restart of the machine. */
export type BackupIdentity = Pick<SourceIdentity, 'size' | 'modified'>;

export function backupIdentity({ size, modified }: SourceIdentity): BackupIdentity {
  return { size, modified };
}

export function isSameFile(identity: BackupIdentity, now: BackupIdentity | null): boolean {
  return now?.size === identity.size && now.modified === identity.modified;
}

const isIdentity = isShape<BackupIdentity>({ size: isNumber, modified: isNullOr(isNumber) });

/** The text is one that this extension wrote: the fields of an operation are those of its kind. */
const isOperation: Guard<Operation> = (value): value is Operation => isRecord(value) && isString(value['kind']);

const isBackup = isShape<Backup>({
  version: isOneOf(1),
  operations: isArrayOf(isOperation),
  saved: isNullOr(isIndex),
  base: isShape<Backup['base']>({ kept: isNullOr(isString), size: isNumber, identity: isIdentity }),
  disk: isIdentity,
});

export function backupBytes(backup: Backup): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(backup));
}

/** @throws Error for what is no backup of this version. */
export function parseBackup(bytes: Uint8Array): Backup {
  const backup: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!isBackup(backup)) {
    throw new Error('not a backup of this version');
  }
  return backup;
}
