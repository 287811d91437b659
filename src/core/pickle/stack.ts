import { CheckpointError } from '../errors';
import { malformed } from './pickleError';
import type { Value } from './values';

/** Stack and marks as CPython's C unpickler has them: what lies below the last mark is out of reach. */
export class Stack {
  /** Never shrinks: what lies from `size` on is left over. */
  private readonly values: Value[] = [];
  private size = 0;
  private readonly marks: number[] = [];
  /** Size at the last mark. */
  private fence = 0;

  constructor(private readonly maxMarks: number) {}

  push(value: Value): void {
    this.values[this.size++] = value;
  }

  /** @throws CheckpointError `malformed-pickle` when nothing lies above the last mark. */
  top(): Value {
    this.need(1);
    const value = this.values[this.size - 1];
    if (value === undefined) {
      throw underflow();
    }
    return value;
  }

  pop(): Value {
    const value = this.top();
    this.size--;
    return value;
  }

  /** The upper `count` values, the lowest first. */
  popSome(count: number): Value[] {
    this.need(count);
    this.size -= count;
    return this.values.slice(this.size, this.size + count);
  }

  /** @throws CheckpointError `limit-exceeded` */
  mark(): void {
    if (this.marks.length >= this.maxMarks) {
      throw new CheckpointError('limit-exceeded', { detail: `${this.maxMarks} marks` });
    }
    this.fence = this.size;
    this.marks.push(this.size);
  }

  /** Everything above the last mark, which goes too. */
  popMark(): Value[] {
    const start = this.unmark();
    const items = this.values.slice(start, this.size);
    this.size = start;
    return items;
  }

  /** POP takes the mark away where a mark is on top. */
  popOrUnmark(): void {
    if (this.marks.length > 0 && this.fence === this.size) {
      this.unmark();
    } else {
      this.pop();
    }
  }

  private unmark(): number {
    const start = this.marks.pop();
    if (start === undefined) {
      throw malformed('no MARK');
    }
    this.fence = this.marks[this.marks.length - 1] ?? 0;
    return start;
  }

  private need(count: number): void {
    if (this.size - this.fence < count) {
      throw underflow();
    }
  }
}

function underflow(): CheckpointError {
  return malformed('nothing on the stack');
}
