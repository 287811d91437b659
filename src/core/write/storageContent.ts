import { dtypes } from '../checkpoint/dtypes';
import type { Container, ContainerRecord } from '../container/container';
import { stepSize, type DrawStream } from '../init/drawStream';
import { gridElements, type PositionGrid } from '../tensor/interpolate';

/**
 * What the bytes of a storage are. Plain data, so that states can share it; read as a stream while writing, never held
 * whole. Its size is known before a byte is read.
 */
export type StorageContent =
  RecordContent | CastContent | GatherContent | BytesContent | DrawnContent | OverlayContent | InterpolatedContent;

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

/** Numbers drawn as torch draws them, in float32: one step of a stream of random numbers. */
export interface DrawnContent {
  readonly kind: 'drawn';
  /** Shared by all contents that are drawn from one seed. */
  readonly stream: DrawStream;
  readonly step: number;
}

/** A contiguous tensor of which a corner, from index 0 of every dimension on, is taken from another one. */
export interface OverlayContent {
  readonly kind: 'overlay';
  readonly base: StorageContent;
  /** The elements of the corner, in logical order, one behind the other. */
  readonly over: StorageContent;
  /** Bytes per element. */
  readonly elementSize: number;
  readonly shape: readonly number[];
  /** Sizes of the corner: none is larger than that of the shape. */
  readonly corner: readonly number[];
}

/** Position embeddings for a grid of another size, interpolated as torch does. Held whole: they are small (`positionGrid`). */
export interface InterpolatedContent {
  readonly kind: 'interpolated';
  readonly from: StorageContent;
  /** torch's name without `torch.`. */
  readonly dtype: string;
  readonly grid: PositionGrid;
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
    case 'drawn':
    case 'overlay':
    case 'interpolated':
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
    case 'drawn':
      return stepSize(content.stream, content.step);
    case 'overlay':
      return contentSize(content.base);
    case 'interpolated':
      return gridElements(content.grid, content.grid.to) * (dtypes.get(content.dtype)?.size ?? 1);
  }
}
