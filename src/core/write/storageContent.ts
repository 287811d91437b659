import { dtypes } from '../checkpoint/dtypes';
import type { Container, ContainerRecord } from '../container/container';

/**
 * What the bytes of a storage are. Plain data, so that states can share it; read as a stream while writing, never held
 * whole. Its size is known before a byte is read.
 */
export type StorageContent = RecordContent | CastContent | GatherContent | BytesContent;

/** A record of this file or of another one. */
export interface RecordContent {
  readonly kind: 'record';
  readonly container: Container;
  readonly record: ContainerRecord;
}

/** Every element converted, rounded as torch does. */
export interface CastContent {
  readonly kind: 'cast';
  readonly from: StorageContent;
  /** torch's names without `torch.`. */
  readonly fromDtype: string;
  readonly toDtype: string;
  readonly elements: number;
}

/** The elements of a strided view, in logical order, one behind the other. */
export interface GatherContent {
  readonly kind: 'gather';
  readonly from: StorageContent;
  /** Bytes per element. */
  readonly elementSize: number;
  /** Storage offset in elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** In elements. */
  readonly stride: readonly number[];
}

export interface BytesContent {
  readonly kind: 'bytes';
  /** Numbers in little-endian order. */
  readonly data: Uint8Array;
}

/** In which the numbers of a content are: that of the archive that they lie in; little where they were made here. */
export function byteOrder(content: StorageContent): 'little' | 'big' {
  switch (content.kind) {
    case 'record':
      return content.container.metadata.get('byteorder')?.trim() === 'big' ? 'big' : 'little';
    case 'gather':
      return byteOrder(content.from);
    case 'cast':
    case 'bytes':
      return 'little';
  }
}

/** Bytes that a storage will have. */
export function contentSize(content: StorageContent): number {
  switch (content.kind) {
    case 'record':
      return content.record.size;
    case 'cast':
      return content.elements * (dtypes.get(content.toDtype)?.size ?? 1);
    case 'gather':
      return content.shape.reduce((product, size) => product * size, content.elementSize);
    case 'bytes':
      return content.data.length;
  }
}
