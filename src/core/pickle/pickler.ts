import { CheckpointError } from '../errors';
import type { Limits } from '../limits';
import { ByteWriter, type PicklePart } from './byteWriter';
import { bytearrayAsCall, bytesAsCall, makingOfCall, makingOfDict, nestedName, setAsCall } from './making';
import { encodeTwosComplement } from './numbers';
import { Op } from './opcodes';
import { python2Name } from './pythonNames';
import { BatchTask, ObjectTask, PersistentTask, TupleTask, type Task, type Updates } from './tasks';
import {
  isNode,
  NodeKind,
  PyNan,
  PyStr,
  type PyByteString,
  type PyBytes,
  type PyExtension,
  type PyFloat,
  type PyGlobal,
  type PyNode,
  type PyCall,
  type PyPersistent,
  type PyTuple,
  type StreamRange,
  type Value,
} from './values';

const protocol = 2;
const noUpdates: Updates = { entries: undefined, state: undefined };
const int32Min = -(2 ** 31);
const int32Max = 2 ** 31 - 1;

/** CPython 3.11's C pickler at protocol 2, with names and calls given as data. Writes one graph. */
export class Pickler {
  private readonly out: ByteWriter;
  private readonly tasks: Task[] = [];
  private readonly memo = new Map<PyNode | string, number>();
  private readonly latin1 = new PyStr('latin1');

  /** @param mapsNames whether the graph's names are Python 3's (protocol 3 and later), to be written as Python 2's. */
  constructor(
    private readonly mapsNames: boolean,
    private readonly limits: Limits,
    private readonly persistent: (node: PyPersistent) => Value,
  ) {
    this.out = new ByteWriter(limits.pickleBytes);
  }

  /** @throws CheckpointError `limit-exceeded`, `unsupported` */
  dump(root: Value): PicklePart[] {
    this.opcode(Op.PROTO);
    this.out.byte(protocol);
    this.save(root);
    for (let task = this.tasks.at(-1); task; task = this.tasks.at(-1)) {
      if (task.advance(this)) {
        this.tasks.pop();
      }
    }
    this.opcode(Op.STOP);
    return this.out.finish();
  }

  opcode(code: Op): void {
    this.out.byte(code);
  }

  push(task: Task): void {
    if (this.tasks.length > 4 * this.limits.depth) {
      throw new CheckpointError('limit-exceeded', { detail: 'nesting of the values' });
    }
    this.tasks.push(task);
  }

  isMemoised(node: PyNode): boolean {
    return this.memo.has(this.memoKey(node));
  }

  memoise(node: PyNode): void {
    const index = this.memo.size;
    this.memo.set(this.memoKey(node), index);
    this.indexed(Op.BINPUT, Op.LONG_BINPUT, index);
  }

  get(node: PyNode): void {
    this.indexed(Op.BINGET, Op.LONG_BINGET, this.memo.get(this.memoKey(node)) ?? 0);
  }

  /** A name is one object to Python, however many nodes it has here. */
  private memoKey(node: PyNode): PyNode | string {
    return node.kind === NodeKind.Global ? this.lines(node) : node;
  }

  /** Module and name as GLOBAL has them. */
  private lines(global: PyGlobal): string {
    const [module, name] = this.mapsNames ? python2Name(global) : [global.module, global.name];
    return `${module}\n${name}\n`;
  }

  private indexed(short: Op, long: Op, index: number): void {
    if (index < 256) {
      this.opcode(short);
      this.out.byte(index);
    } else {
      this.opcode(long);
      this.out.int32(index);
    }
  }

  /** @returns whether it is written whole; false when its tasks were pushed. */
  save(value: Value): boolean {
    if (value === null) {
      this.opcode(Op.NONE);
      return true;
    }
    switch (typeof value) {
      case 'boolean':
        this.opcode(value ? Op.NEWTRUE : Op.NEWFALSE);
        return true;
      case 'number':
        return this.saveInt(value);
      case 'bigint':
        return this.saveLong(value);
      default:
        return this.saveNode(value);
    }
  }

  private saveInt(value: number): boolean {
    if (value < int32Min || value > int32Max) {
      return this.saveLong(BigInt(value));
    }
    if (value < 0 || value > 0xffff) {
      this.opcode(Op.BININT);
      this.out.int32(value);
    } else if (value > 0xff) {
      this.opcode(Op.BININT2);
      this.out.uint16(value);
    } else {
      this.opcode(Op.BININT1);
      this.out.byte(value);
    }
    return true;
  }

  private saveLong(value: bigint): boolean {
    const bytes = encodeTwosComplement(value);
    if (bytes.length < 256) {
      this.opcode(Op.LONG1);
      this.out.byte(bytes.length);
    } else {
      this.opcode(Op.LONG4);
      this.out.int32(bytes.length);
    }
    this.out.bytes(bytes);
    return true;
  }

  private saveNode(node: PyNode): boolean {
    switch (node.kind) {
      case NodeKind.Float:
        return this.saveFloat(node);
      case NodeKind.Persistent:
        return this.savePersistent(node);
      case NodeKind.Extension:
        return this.saveExtension(node);
      default:
        break;
    }
    if (this.isMemoised(node)) {
      this.get(node);
      return true;
    }
    return this.saveNew(node);
  }

  private savePersistent(node: PyPersistent): boolean {
    const standIn = this.persistent(node);
    return isNode(standIn) && standIn.kind === NodeKind.Persistent
      ? this.wait(new PersistentTask(standIn))
      : this.save(standIn);
  }

  private saveNew(node: Exclude<PyNode, { kind: NodeKind.Float | NodeKind.Persistent | NodeKind.Extension }>): boolean {
    switch (node.kind) {
      case NodeKind.Str:
        this.opcode(Op.BINUNICODE);
        this.out.countedText(node.value);
        return this.done(node);
      case NodeKind.Tuple:
        return this.saveTuple(node);
      case NodeKind.Call:
        return this.wait(new ObjectTask(node, makingOfCall(node), node));
      case NodeKind.Global:
        return this.saveGlobal(node);
      case NodeKind.Dict:
        return this.wait(new ObjectTask(node, makingOfDict(), node));
      case NodeKind.List:
        this.opcode(Op.EMPTY_LIST);
        this.memoise(node);
        return this.wait(new BatchTask(node.items, 'items', true));
      case NodeKind.Set:
        return this.saveAs(node, setAsCall(node));
      case NodeKind.ByteString:
        return this.saveByteString(node);
      case NodeKind.Bytes:
        return this.saveBytes(node);
    }
  }

  private wait(task: Task): false {
    this.push(task);
    return false;
  }

  private done(node: PyNode): true {
    this.memoise(node);
    return true;
  }

  /** Writes a call in the node's place, and the node into the memo. */
  private saveAs(node: PyNode, call: PyCall): false {
    return this.wait(new ObjectTask(node, makingOfCall(call), noUpdates));
  }

  private saveFloat(node: PyFloat): true {
    this.opcode(Op.BINFLOAT);
    if (node instanceof PyNan) {
      this.out.bytes(node.bytes);
    } else {
      this.out.float64(node.value);
    }
    return true;
  }

  private saveExtension({ code }: PyExtension): true {
    if (code <= 0xff) {
      this.opcode(Op.EXT1);
      this.out.byte(code);
    } else if (code <= 0xffff) {
      this.opcode(Op.EXT2);
      this.out.uint16(code);
    } else {
      this.opcode(Op.EXT4);
      this.out.int32(code);
    }
    return true;
  }

  private saveTuple(node: PyTuple): boolean {
    if (node.items.length === 0) {
      this.opcode(Op.EMPTY_TUPLE);
      return true;
    }
    return this.wait(new TupleTask(node));
  }

  private saveGlobal(node: PyGlobal): boolean {
    const nested = this.mapsNames ? nestedName(node) : undefined;
    if (nested) {
      return this.saveAs(node, nested);
    }
    this.name(Op.GLOBAL, node);
    return this.done(node);
  }

  /** GLOBAL or INST and the two lines of its name. */
  name(code: Op.GLOBAL | Op.INST, global: PyGlobal): void {
    const lines = this.lines(global);
    if (!/^[^\n]+\n[^\n]+\n$/.test(lines)) {
      throw new CheckpointError('unsupported', { detail: 'a name that GLOBAL cannot hold' });
    }
    this.opcode(code);
    this.out.text(lines);
  }

  private saveByteString(node: PyByteString): true {
    this.byteString(node.bytes, node.bytes.length);
    return this.done(node);
  }

  private byteString(data: Uint8Array | StreamRange, length: number): void {
    if (length < 256) {
      this.opcode(Op.SHORT_BINSTRING);
      this.out.byte(length);
    } else {
      this.opcode(Op.BINSTRING);
      this.out.int32(length);
    }
    this.out.data(data);
  }

  private saveBytes(node: PyBytes): boolean {
    const { data } = node;
    switch (node.type) {
      case 'bytes':
        if (data instanceof Uint8Array) {
          return this.saveAs(node, bytesAsCall(data, this.latin1));
        }
        this.counted(Op.BINBYTES, Op.BINBYTES8, data);
        break;
      case 'bytearray':
      case 'buffer':
        return this.saveAs(node, bytearrayAsCall(data));
      case 'utf8-text':
        this.counted(Op.BINUNICODE, Op.BINUNICODE8, data);
        break;
      case 'byte-string':
        this.byteString(data, data.length);
        break;
      case 'escaped-text':
        this.line(Op.UNICODE, '', data);
        break;
      case 'escaped-byte-string':
        this.line(Op.STRING, "'", data);
        break;
    }
    return this.done(node);
  }

  /**
   * What is too long for memory is copied as it stands: `bytes` by an opcode of protocol 3, since protocol 2 would have
   * it re-encoded. CPython reads every opcode whatever PROTO says.
   */
  private counted(short: Op, long: Op, data: Uint8Array | StreamRange): void {
    if (data.length < 2 ** 32) {
      this.opcode(short);
      this.out.int32(data.length);
    } else {
      this.opcode(long);
      this.out.uint64(data.length);
    }
    this.out.data(data);
  }

  private line(code: Op, quote: string, data: Uint8Array | StreamRange): void {
    this.opcode(code);
    this.out.text(quote);
    this.out.data(data);
    this.out.text(`${quote}\n`);
  }
}
