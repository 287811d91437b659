import type { ByteSource } from '../bytes/byteSource';
import type { Finding } from '../findings';
import type { CheckpointError } from '../errors';
import type { PartialPickle } from '../pickle/pickleError';
import type { PickleGraph } from '../pickle/values';
import type { StorageContent } from '../write/storageContent';

/** As `ptckpt inspect --json` names them (cli.md). */
export type ContainerKind =
  | 'zip'
  | 'legacy'
  | 'tar'
  | 'pickle'
  | 'torchscript'
  | 'mobile'
  | 'package'
  | 'pt2'
  | 'safetensors'
  | 'npy'
  | 'npz'
  | 'unknown';

/** One record (zip entry, tar member, part of a legacy file). */
export interface ContainerRecord {
  /** Without the archive's root folder: `data.pkl`, `data/0`. */
  readonly name: string;
  /** Bytes of content, unpacked. */
  readonly size: number;
  /** Bytes as they lie in the file. */
  readonly packedSize: number;
  /**
   * Position of the first byte of content in `Container.source`; null where it is packed (deflated), cut off, or not yet
   * known. For zip archives it follows from the directory (see `zip/positions.ts`); `Container.locate` asks the record's
   * own header, as torch does.
   */
  readonly position: number | null;
  readonly packed: boolean;
  /** CRC-32 of the content as the directory records it; null where there is none or it is switched off. */
  readonly crc32: number | null;
  /** The file ends before its last byte. */
  readonly cut?: boolean;
}

/** Where the bytes of a storage lie. */
export interface StorageRecord {
  readonly key: string;
  /** Its size is that of the storage; without a position where an edit made the bytes. */
  readonly record: ContainerRecord;
  /** What reads `record`, where that is another container than the one that names it. */
  readonly container?: Container;
  /** What an edit made of the storage; absent where its bytes are those of `record`. */
  readonly content?: StorageContent;
}

/** One pickle of the container, read, and the storages that its persistent ids name. */
export interface PickleSection {
  /** Record name (`data.pkl`, `constants.pkl`), or '' where the file is the pickle. */
  readonly name: string;
  readonly graph: PickleGraph;
  /** The source that ranges (`StreamRange`) of this graph point into. */
  readonly source: ByteSource;
  /** The storage that a persistent id of this pickle names by `key`; undefined when the container lacks it. */
  storage(key: string): StorageRecord | undefined;
  /** The 0.1 tar only: what the persistent ids of its main pickle name. */
  readonly tar?: TarTables;
}

/** A pickle that could not be read to its end, and what was seen before the error: the audit wants it. */
export interface UnreadablePickle {
  /** Record name, or '' where the file is the pickle. */
  readonly name: string;
  readonly partial: PartialPickle;
  readonly error: CheckpointError;
}

/** The tensors of a 0.1 tar file, by key (torch-format.md 1.3). */
export interface TarTables {
  readonly tensors: ReadonlyMap<string, TarTensor>;
  readonly storages: ReadonlyMap<string, TarStorage>;
}
export interface TarTensor {
  readonly storageKey: string;
  /** As written: `torch.FloatTensor`. */
  readonly type: string;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  /** In elements. */
  readonly offset: number;
}
export interface TarStorage {
  readonly device: string;
  /** As written: `torch.FloatStorage`. */
  readonly type: string;
  readonly elements: number;
  /** A view names the storage that it lies in, and where, in elements. */
  readonly root: string | null;
  readonly rootOffset: number;
  readonly record: ContainerRecord;
}

/** A tensor that the container itself describes, without a pickle: safetensors, `.npy`, `.npz`. */
export interface HeaderTensor {
  readonly name: string;
  /** torch's name without `torch.`; where torch has none, the name that the file gives. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Elements in column-major order: numpy's `fortran_order`. */
  readonly columnMajor: boolean;
  readonly bigEndian: boolean;
  readonly record: ContainerRecord;
  /** Bytes of the record before the first element: an `.npy` header within an `.npz`. */
  readonly skip: number;
}

export interface Container {
  readonly kind: ContainerKind;
  /** What positions and ranges point into: the file, or the unpacked bytes of a compressed one. */
  readonly source: ByteSource;
  /** How the file as a whole is packed; then positions in `source` are no positions in the file. */
  readonly compression: 'gzip' | 'zlib' | null;
  /** Root folder of a zip archive; null elsewhere. */
  readonly rootFolder: string | null;
  /** In file order. */
  readonly records: readonly ContainerRecord[];
  /** The main pickle first. Empty for formats without one, and where it could not be read (then a finding says why). */
  readonly sections: readonly PickleSection[];
  /**
   * Pickles that loading reads too and that hold nothing of the checkpoint (magic number, `sys_info`, key lists), and
   * pickles that stand behind the first one of the file. The audit wants them.
   */
  readonly asides: readonly PickleSection[];
  /** Pickles that could not be read; each has a finding of severity `error` too. */
  readonly unreadable: readonly UnreadablePickle[];
  /** safetensors and numpy files; empty elsewhere. */
  readonly tensors: readonly HeaderTensor[];
  /** safetensors `__metadata__`, `.format_version`, … as text. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
  /**
   * Records that torch does not see: of a second directory, or of a directory and entries that are no longer referred
   * to. Their names may be those of `records`. `readRecord` reads them too.
   */
  readonly hidden: readonly ContainerRecord[];
  /**
   * Content of a record, unpacked; streamed inflate.
   * @throws CheckpointError `limit-exceeded` when it has more than `limit` bytes, `unsupported` when it is encrypted or
   * packed by an unknown method, `malformed-…` or `truncated` when its bytes are not whole.
   */
  readRecord(record: ContainerRecord, limit: number): Promise<Uint8Array>;
  /**
   * Position in `source` of the first byte of a record as it lies there (packed or not), as its own header says. One
   * small read at most.
   * @throws CheckpointError `malformed-zip` when there is no such header.
   */
  locate(record: ContainerRecord): Promise<number>;
}
