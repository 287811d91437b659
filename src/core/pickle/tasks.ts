import { Op } from './opcodes';
import type { Pickler } from './pickler';
import { PyDict, type PyNode, type PyPersistent, type PyTuple, type Value } from './values';

/** CPython's `_BATCHSIZE`. */
const batchSize = 1000;

/**
 * An object that is being written. The pickler keeps them on a stack of its own: nesting may be a million levels deep.
 */
export interface Task {
  /** Writes on. @returns whether it is done; if not, the tasks pushed on top of it come first. */
  advance(pickler: Pickler): boolean;
}

const tupleOpcodes = [Op.EMPTY_TUPLE, Op.TUPLE1, Op.TUPLE2, Op.TUPLE3] as const;

/** CPython's `save_tuple`. */
export class TupleTask implements Task {
  private next = 0;
  private readonly opcode: Op;

  constructor(private readonly tuple: PyTuple) {
    this.opcode = tupleOpcodes[tuple.items.length] ?? Op.TUPLE;
  }

  advance(pickler: Pickler): boolean {
    const { items } = this.tuple;
    if (this.next === 0 && this.opcode === Op.TUPLE) {
      pickler.opcode(Op.MARK);
    }
    while (this.next < items.length) {
      if (!pickler.save(items[this.next++] ?? null)) {
        return false;
      }
    }
    this.finish(pickler);
    return true;
  }

  /** A tuple that got into the memo meanwhile holds itself: what was written of it is dropped again. */
  private finish(pickler: Pickler): void {
    if (!pickler.isMemoised(this.tuple)) {
      pickler.opcode(this.opcode);
      pickler.memoise(this.tuple);
      return;
    }
    if (this.opcode === Op.TUPLE) {
      pickler.opcode(Op.POP_MARK);
    } else {
      for (let count = this.tuple.items.length; count > 0; count--) {
        pickler.opcode(Op.POP);
      }
    }
    pickler.get(this.tuple);
  }
}

/**
 * Items of a list or dict, in batches. CPython has two ways: for an exact `list` or `dict` it knows the length, for
 * items that come with a reduced object (an OrderedDict) it has an iterator.
 */
export class BatchTask implements Task {
  private next = 0;
  private batchEnd = 0;
  private isOpen = false;
  private isSingle = false;
  /** Values to an item: 2 are key and value. */
  private readonly width: number;

  constructor(
    private readonly values: readonly Value[],
    private readonly kind: 'items' | 'entries',
    private readonly isExact: boolean,
  ) {
    this.width = kind === 'items' ? 1 : 2;
  }

  advance(pickler: Pickler): boolean {
    for (;;) {
      if (!this.isOpen) {
        if (!this.begin(pickler)) {
          return true;
        }
      } else if (this.next >= this.batchEnd) {
        this.finish(pickler);
      } else if (!pickler.save(this.values[this.next++] ?? null)) {
        return false;
      }
    }
  }

  /** @returns false when there is nothing more to write. */
  private begin(pickler: Pickler): boolean {
    const left = this.values.length - this.next;
    if (left === 0) {
      this.finishExactDict(pickler);
      return false;
    }
    this.isSingle = left === this.width && (!this.isExact || this.next === 0);
    this.batchEnd = this.next + Math.min(left, batchSize * this.width);
    this.isOpen = true;
    if (!this.isSingle) {
      pickler.opcode(Op.MARK);
    }
    return true;
  }

  private finish(pickler: Pickler): void {
    this.isOpen = false;
    if (this.kind === 'items') {
      pickler.opcode(this.isSingle ? Op.APPEND : Op.APPENDS);
    } else {
      pickler.opcode(this.isSingle ? Op.SETITEM : Op.SETITEMS);
    }
  }

  /** `batch_dict_exact` ends with a batch that is not full, and be it empty. */
  private finishExactDict(pickler: Pickler): void {
    if (this.kind === 'entries' && this.isExact && this.next > 0 && this.next % (batchSize * this.width) === 0) {
      pickler.opcode(Op.MARK);
      pickler.opcode(Op.SETITEMS);
    }
  }
}

/** How an object gets onto the stack: what is saved first, and the opcodes that make it of that. */
export interface Making {
  readonly hasMark?: boolean;
  readonly operands: readonly Value[];
  finish(pickler: Pickler): void;
}

/** What is done to the object afterwards. */
export interface Updates {
  readonly items?: readonly Value[] | undefined;
  readonly entries: readonly Value[] | undefined;
  readonly state: Value | undefined;
}

/** CPython's `save_reduce` and `save_dict`: the object, into the memo, then its items, its entries, its state. */
export class ObjectTask implements Task {
  private step = 0;
  private operand = 0;

  /** @param owner the node that stands in the memo: a `set`, say, where it is written as a call. */
  constructor(
    private readonly owner: PyNode,
    private readonly making: Making,
    private readonly updates: Updates,
  ) {}

  advance(pickler: Pickler): boolean {
    const { items, entries, state } = this.updates;
    for (;;) {
      switch (this.step) {
        case 0:
          if (!this.saveOperands(pickler)) {
            return false;
          }
          this.making.finish(pickler);
          if (this.isRecursive(pickler)) {
            return true;
          }
          break;
        case 1:
          if (items) {
            return this.wait(pickler, new BatchTask(items, 'items', false));
          }
          break;
        case 2:
          if (entries) {
            return this.wait(pickler, new BatchTask(entries, 'entries', this.owner instanceof PyDict));
          }
          break;
        case 3:
          if (state === undefined) {
            return true;
          }
          this.step++;
          if (!pickler.save(state)) {
            return false;
          }
          continue;
        default:
          pickler.opcode(Op.BUILD);
          return true;
      }
      this.step++;
    }
  }

  private wait(pickler: Pickler, task: Task): false {
    this.step++;
    pickler.push(task);
    return false;
  }

  private saveOperands(pickler: Pickler): boolean {
    const { hasMark, operands } = this.making;
    if (hasMark && this.operand === 0) {
      pickler.opcode(Op.MARK);
    }
    while (this.operand < operands.length) {
      if (!pickler.save(operands[this.operand++] ?? null)) {
        return false;
      }
    }
    return true;
  }

  /** Its own arguments held it: then it is in the memo already, whole, and this second one is dropped. */
  private isRecursive(pickler: Pickler): boolean {
    if (!pickler.isMemoised(this.owner)) {
      pickler.memoise(this.owner);
      return false;
    }
    pickler.opcode(Op.POP);
    pickler.get(this.owner);
    return true;
  }
}

/** CPython's `save_pers`: never in the memo. */
export class PersistentTask implements Task {
  private isSaved = false;

  constructor(private readonly persistent: PyPersistent) {}

  advance(pickler: Pickler): boolean {
    if (!this.isSaved) {
      this.isSaved = true;
      if (!pickler.save(this.persistent.id)) {
        return false;
      }
    }
    pickler.opcode(Op.BINPERSID);
    return true;
  }
}
