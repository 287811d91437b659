import type { ByteSource } from '../../src/core/bytes/byteSource';

export interface CountingSource extends ByteSource {
  /** Calls of `read`, and bytes read by them. */
  readonly reads: number;
  readonly bytes: number;
  /** `[offset, length]` of each read, in order. */
  readonly ranges: readonly (readonly [number, number])[];
}

/** Passes everything through to `source` and counts what it costs. */
export function countingSource(source: ByteSource): CountingSource {
  const ranges: (readonly [number, number])[] = [];
  return {
    size: source.size,
    identity: source.identity,
    ranges,
    get reads() {
      return ranges.length;
    },
    get bytes() {
      return ranges.reduce((sum, [, length]) => sum + length, 0);
    },
    read(offset, target) {
      ranges.push([offset, target.length]);
      return source.read(offset, target);
    },
    close: () => source.close(),
  };
}
