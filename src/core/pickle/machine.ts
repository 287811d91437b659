import { CheckpointError } from '../errors';
import type { Limits } from '../limits';
import { asciiOf, leafOf, lineOf, textOf } from './leaves';
import { Memo } from './memo';
import { parseMemoIndex } from './numbers';
import { Op } from './opcodes';
import { malformed } from './pickleError';
import { rawArrayBytes } from './rawArrays';
import { Stack } from './stack';
import { decodeStrictUtf8 } from './text';
import { addItems, append, build, setItems } from './updates';
import {
  CallForm,
  PyBytes,
  PyByteString,
  PyCall,
  PyDict,
  PyGlobal,
  PyList,
  PyPersistent,
  PySet,
  PyStr,
  PyTuple,
  type LossyCode,
  type LossyNote,
  type Value,
} from './values';
import type { Window } from './window';

const highestProtocol = 5;
/** Notes beyond this many say nothing new. */
const mostLossyNotes = 100;
/** CPython has one empty tuple too, and never memoises it. */
const emptyTuple = new PyTuple([]);

/**
 * The pickle machine: stack, marks and memo of CPython's C unpickler, with names and calls kept as data. It works
 * without waiting on what the window holds, and has no recursion: nesting in the pickle is depth of its stack.
 */
export class Machine {
  private readonly stack: Stack;
  private readonly memo: Memo;
  readonly globals: PyGlobal[] = [];
  readonly calls: PyCall[] = [];
  readonly persistents: PyPersistent[] = [];
  readonly opcodes = new Uint32Array(256);
  readonly lossy: LossyNote[] = [];
  protocol = 0;
  /** The last TUPLE2 that went straight into a REDUCE. */
  private barePair: PyTuple | undefined = undefined;

  constructor(
    private readonly window: Window,
    private readonly limits: Limits,
    private readonly rawArrays: boolean,
  ) {
    this.stack = new Stack(limits.depth);
    this.memo = new Memo(limits.memoIndex);
  }

  /**
   * Runs what the window holds.
   * @returns the root when STOP is met; undefined when the window must be refilled first.
   * @throws CheckpointError `malformed-pickle`, `truncated`, `limit-exceeded`, without an offset: that of the opcode is
   * `Window.offset`.
   */
  run(): Value | undefined {
    const { window, opcodes, stack, memo } = this;
    for (let code = window.next(); code !== undefined; code = window.next()) {
      opcodes[code] = (opcodes[code] ?? 0) + 1;
      switch (code) {
        case Op.LONG_BINPUT:
          memo.set(window.uint32(), stack.top());
          break;
        case Op.BINPUT:
          memo.set(window.uint8(), stack.top());
          break;
        case Op.MARK:
          stack.mark();
          break;
        case Op.STOP:
          return stack.pop();
        default: {
          const value = this.valueOf(code);
          if (value !== undefined) stack.push(value);
        }
      }
    }
    return undefined;
  }

  /** What the opcode puts on the stack; undefined when it changes something instead. The common opcodes come first. */
  private valueOf(code: Op): Value | undefined {
    const { stack, window } = this;
    switch (code) {
      case Op.BINGET:
        return this.memorised(window.uint8());
      case Op.BININT1:
        return window.uint8();
      case Op.TUPLE:
        return tuple(stack.popMark());
      case Op.BINUNICODE:
      case Op.SHORT_BINUNICODE:
        return this.text();
      case Op.REDUCE:
        return this.reduce();
      case Op.TUPLE1:
        return new PyTuple([stack.pop()]);
      case Op.TUPLE2:
        return this.pair();
      case Op.TUPLE3:
        return new PyTuple(stack.popSome(3));
      case Op.BINPERSID:
        return this.persistent(stack.pop());
      case Op.BININT:
        return window.uint32() | 0;
      case Op.BININT2:
        return window.unsigned(2);
      case Op.NEWFALSE:
        return false;
      case Op.NEWTRUE:
        return true;
      case Op.NONE:
        return null;
      case Op.EMPTY_TUPLE:
        return emptyTuple;
      case Op.EMPTY_LIST:
        return new PyList([]);
      case Op.EMPTY_DICT:
        return new PyDict([]);
      case Op.LONG_BINGET:
        return this.memorised(window.uint32());
      default:
        return this.rareValueOf(code);
    }
  }

  private rareValueOf(code: Op): Value | undefined {
    const { stack, window } = this;
    switch (code) {
      case Op.GLOBAL:
        return this.global();
      case Op.STACK_GLOBAL:
        return this.stackGlobal();
      case Op.NEWOBJ:
        return this.newObject(CallForm.NewObj, undefined);
      case Op.NEWOBJ_EX:
        return this.newObject(CallForm.NewObjEx, stack.pop());
      case Op.INST:
        return this.instance();
      case Op.OBJ:
        return this.object();
      case Op.LIST:
        return new PyList(stack.popMark());
      case Op.DICT:
        return new PyDict(pairs(stack.popMark()));
      case Op.EMPTY_SET:
        return new PySet('set', []);
      case Op.FROZENSET:
        return new PySet('frozenset', stack.popMark());
      case Op.DUP:
        return stack.top();
      case Op.GET:
        return this.memorised(parseMemoIndex(lineOf(window)));
      case Op.PERSID:
        return this.persistent(new PyStr(asciiOf(window)));
      case Op.BINUNICODE8:
        return this.text();
      case Op.READONLY_BUFFER:
        return this.readonlyBuffer();
      default:
        return this.leafOrEffect(code);
    }
  }

  private leafOrEffect(code: Op): Value | undefined {
    const leaf = leafOf(code, this.window, this.limits);
    if (leaf === undefined) {
      this.change(code);
    }
    return leaf;
  }

  private change(code: Op): void {
    const { stack, memo, window } = this;
    switch (code) {
      case Op.MEMOIZE:
        memo.set(memo.count, stack.top());
        break;
      case Op.PUT:
        memo.set(parseMemoIndex(lineOf(window)), stack.top());
        break;
      case Op.POP:
        stack.popOrUnmark();
        break;
      case Op.POP_MARK:
        stack.popMark();
        break;
      case Op.PROTO:
        this.declare(window.uint8());
        break;
      case Op.FRAME:
        this.frame(window.unsigned(8));
        break;
      case Op.NEXT_BUFFER:
        throw malformed('NEXT_BUFFER: the data lies outside of the pickle');
      default:
        this.note(this.update(code));
    }
  }

  /** SETITEMS, APPENDS …: the object below the items stays on the stack. Says what is lost, if anything is. */
  private update(code: Op): LossyCode | undefined {
    const { stack } = this;
    switch (code) {
      case Op.SETITEMS:
        return setItems(pairs(stack.popMark()), stack.top());
      case Op.SETITEM:
        return setItems(stack.popSome(2), stack.top());
      case Op.APPENDS:
        return append(stack.popMark(), stack.top());
      case Op.APPEND:
        return append([stack.pop()], stack.top());
      case Op.ADDITEMS:
        return addItems(stack.popMark(), stack.top());
      case Op.BUILD:
        return this.build();
      default:
        throw new Error(`no opcode: ${code}`);
    }
  }

  private build(): LossyCode | undefined {
    const { stack, window } = this;
    const lost = build(stack.pop(), stack.top());
    const length = this.rawArrays ? rawArrayBytes(stack.top(), window.bytes[window.argumentEnd] ?? 0) : 0;
    if (length === 0) {
      return lost;
    }
    if (Number.isNaN(length) || lost !== undefined) {
      throw malformed('an array of which it cannot be told how long it is');
    }
    window.skip(length);
    return 'raw-array';
  }

  private note(code: LossyCode | undefined): void {
    if (code !== undefined && this.lossy.length < mostLossyNotes) {
      this.lossy.push({ offset: this.window.offset, code });
    }
  }

  private memorised(index: number): Value {
    const value = this.memo.get(index);
    if (value === undefined) {
      throw malformed(`nothing in the memo at ${index}`);
    }
    return value;
  }

  private text(): Value {
    const text = textOf(this.window);
    const { argumentStart, argumentEnd } = this.window;
    const length = argumentEnd - argumentStart;
    if (text instanceof PyStr && text.value.length !== length && Buffer.byteLength(text.value) !== length) {
      this.note('lone-surrogates');
    }
    return text;
  }

  private pair(): PyTuple {
    const second = this.stack.pop();
    const pair = new PyTuple([this.stack.pop(), second]);
    if (this.window.peek === Op.REDUCE) {
      this.barePair = pair;
    }
    return pair;
  }

  private global(): PyGlobal {
    const { bytes, argumentStart, firstLineEnd, argumentEnd } = this.window;
    const module = decodeStrictUtf8(bytes.subarray(argumentStart, firstLineEnd));
    const name = decodeStrictUtf8(bytes.subarray(firstLineEnd + 1, argumentEnd));
    if (module === '' || name === '') {
      throw malformed('an import without a name');
    }
    return this.import(module, name);
  }

  private import(module: string, name: string): PyGlobal {
    const global = new PyGlobal(module, name);
    this.globals.push(global);
    return global;
  }

  /** Operands that are no texts may be calls that give one: the import is real, its name unknown. */
  private stackGlobal(): PyGlobal {
    const name = nameOf(this.stack.pop());
    const module = nameOf(this.stack.pop());
    if (name === undefined || module === undefined) {
      this.note('unnamed-global');
    }
    return this.import(module ?? '?', name ?? '?');
  }

  private call(form: CallForm, callee: Value, args: Value, kwargs?: Value): PyCall {
    const call = new PyCall(form, callee, args, kwargs);
    this.calls.push(call);
    return call;
  }

  private reduce(): PyCall {
    const args = this.stack.pop();
    const callee = this.stack.pop();
    const isAttribute = args === this.barePair && isAttributeLookup(callee, this.barePair);
    return this.call(isAttribute ? CallForm.Attribute : CallForm.Reduce, callee, args);
  }

  private newObject(form: CallForm, kwargs: Value | undefined): PyCall {
    const args = this.stack.pop();
    return this.call(form, this.stack.pop(), args, kwargs);
  }

  private instance(): PyCall {
    const args = this.stack.popMark();
    return this.call(CallForm.Inst, this.global(), tuple(args));
  }

  private object(): PyCall {
    const [callee, ...args] = this.stack.popMark();
    if (callee === undefined) {
      throw malformed('OBJ without a class');
    }
    return this.call(CallForm.Obj, callee, tuple(args));
  }

  private persistent(id: Value): PyPersistent {
    const persistent = new PyPersistent(id);
    this.persistents.push(persistent);
    return persistent;
  }

  /** What is read-only already stays as it is, as in CPython. */
  private readonlyBuffer(): Value {
    const buffer = this.stack.pop();
    if (!(buffer instanceof PyBytes)) {
      this.note('readonly-no-buffer');
      return buffer;
    }
    return buffer.type === 'bytearray' ? new PyBytes(buffer.type, buffer.data, true) : buffer;
  }

  private declare(protocol: number): void {
    if (protocol > highestProtocol) {
      throw malformed(`protocol ${protocol}`);
    }
    if (this.protocol !== 0 && this.protocol !== protocol) {
      this.note('protocol-changes');
    }
    this.protocol = protocol;
  }

  /** What is read from a frame may go on behind it; the frame's bytes must be there, though. */
  private frame(length: number): void {
    if (length > this.window.remaining) {
      throw new CheckpointError('truncated', { detail: `FRAME of ${length} bytes goes past the end` });
    }
    this.window.enterFrame(length);
  }
}

function tuple(items: Value[]): PyTuple {
  return items.length === 0 ? emptyTuple : new PyTuple(items);
}

function isAttributeLookup(callee: Value, { items }: PyTuple): boolean {
  return callee instanceof PyGlobal && callee.name === 'getattr' && items[1] instanceof PyStr;
}

function nameOf(value: Value): string | undefined {
  if (value instanceof PyStr) {
    return value.value;
  }
  return value instanceof PyByteString ? Buffer.from(value.bytes).toString('latin1') : undefined;
}

function pairs(entries: Value[]): Value[] {
  if (entries.length % 2 !== 0) {
    throw malformed('a key without a value');
  }
  return entries;
}
