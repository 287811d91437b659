import type { ByteSource } from '../bytes/byteSource';
import type { Finding } from '../findings';
import type { PickleGraph } from '../pickle/values';

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
  /** Position of the first byte of content in the file; null where it is packed (deflated) or not yet known. */
  readonly position: number | null;
  readonly packed: boolean;
  /** CRC-32 of the content as the directory records it; null where there is none or it is switched off. */
  readonly crc32: number | null;
}

/** Where the bytes of a storage lie. */
export interface StorageRecord {
  readonly key: string;
  readonly record: ContainerRecord;
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
  /** torch's name without `torch.`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly record: ContainerRecord;
}

export interface Container {
  readonly kind: ContainerKind;
  /** Root folder of a zip archive; null elsewhere. */
  readonly rootFolder: string | null;
  /** In file order. */
  readonly records: readonly ContainerRecord[];
  /** The main pickle first. Empty for formats without one, and where it could not be read (then a finding says why). */
  readonly sections: readonly PickleSection[];
  /** safetensors and numpy files; empty elsewhere. */
  readonly tensors: readonly HeaderTensor[];
  /** safetensors `__metadata__`, `.format_version`, … as text. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
  /** Content of a record, unpacked; streamed inflate, refused beyond `limit` bytes. */
  readRecord(record: ContainerRecord, limit: number): Promise<Uint8Array>;
}
