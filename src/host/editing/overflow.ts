import type { EditState } from '../../core/edit/state';
import type { CastContent, StorageContent } from '../../core/write/storageContent';
import { streamContent } from '../../core/write/streamContent';

/** The largest number of a dtype, and what larger ones become. */
export interface Range {
  readonly largest: string;
  readonly becomes: 'inf' | 'nan';
}

const ranges: ReadonlyMap<string, Range> = new Map<string, Range>([
  ['float32', { largest: '3.4e38', becomes: 'inf' }],
  ['float16', { largest: '65,504', becomes: 'inf' }],
  ['bfloat16', { largest: '3.39e38', becomes: 'inf' }],
  ['float8_e5m2', { largest: '57,344', becomes: 'inf' }],
  ['float8_e4m3fn', { largest: '448', becomes: 'nan' }],
  ['float8_e4m3fnuz', { largest: '240', becomes: 'nan' }],
  ['float8_e5m2fnuz', { largest: '57,344', becomes: 'nan' }],
]);

export function rangeOf(dtype: string): Range | undefined {
  return ranges.get(dtype);
}

/** Finite numbers that a cast finds too large, by dtype. */
export type Overflow = ReadonlyMap<string, number>;

/** Each storage is read once, for whichever state and panel asks. */
const counts = new WeakMap<CastContent, Promise<number>>();
const counted = new WeakMap<CastContent, number>();

/** Casts of storages that a state uses. */
function castsOf({ checkpoint }: EditState): CastContent[] {
  return checkpoint.storages.flatMap(({ content }) => castsIn(content));
}

function castsIn(content: StorageContent | undefined): CastContent[] {
  switch (content?.kind) {
    case 'cast':
      return [content, ...castsIn(content.from)];
    case 'gather':
    case 'interpolated':
      return castsIn(content.from);
    case 'overlay':
      return [...castsIn(content.base), ...castsIn(content.over)];
    case 'record':
    case 'bytes':
    case 'drawn':
    case undefined:
      return [];
  }
}

/** What casts of a state overflow, as far as it has been counted. */
export function overflowOf(state: EditState): Overflow {
  const sums = new Map<string, number>();
  for (const cast of castsOf(state)) {
    const count = counted.get(cast) ?? 0;
    if (count > 0) {
      sums.set(cast.toDtype, (sums.get(cast.toDtype) ?? 0) + count);
    }
  }
  return sums;
}

/** Whether `countOverflow` has something to do. */
export function isCounted(state: EditState): boolean {
  return castsOf(state).every((cast) => counted.has(cast));
}

/**
 * Reads the storages that a state casts, and counts what is too large, in memory that does not grow with them.
 * @throws CheckpointError when they cannot be read.
 */
export async function countOverflow(state: EditState): Promise<void> {
  for (const cast of castsOf(state)) {
    let count = counts.get(cast);
    if (count === undefined) {
      count = countIn(cast);
      counts.set(cast, count);
    }
    try {
      counted.set(cast, await count);
    } catch (error) {
      counts.delete(cast);
      throw error;
    }
  }
}

async function countIn(cast: CastContent): Promise<number> {
  let count = 0;
  // What the cast before overflows is counted with that one.
  const pieces = streamContent(cast, {
    onOverflow: (more) => {
      count += more;
    },
  });
  while ((await pieces.next()).done !== true) {
    // Lets the editor go on between pieces.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return count;
}
