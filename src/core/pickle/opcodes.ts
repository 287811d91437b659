/** Every opcode of protocols 0 to 5, by the names that Python's `pickletools` gives them. */
export enum Op {
  MARK = 0x28,
  EMPTY_TUPLE = 0x29,
  STOP = 0x2e,
  POP = 0x30,
  POP_MARK = 0x31,
  DUP = 0x32,
  BINBYTES = 0x42,
  SHORT_BINBYTES = 0x43,
  FLOAT = 0x46,
  BINFLOAT = 0x47,
  INT = 0x49,
  BININT = 0x4a,
  BININT1 = 0x4b,
  LONG = 0x4c,
  BININT2 = 0x4d,
  NONE = 0x4e,
  PERSID = 0x50,
  BINPERSID = 0x51,
  REDUCE = 0x52,
  STRING = 0x53,
  BINSTRING = 0x54,
  SHORT_BINSTRING = 0x55,
  UNICODE = 0x56,
  BINUNICODE = 0x58,
  EMPTY_LIST = 0x5d,
  APPEND = 0x61,
  BUILD = 0x62,
  GLOBAL = 0x63,
  DICT = 0x64,
  APPENDS = 0x65,
  GET = 0x67,
  BINGET = 0x68,
  INST = 0x69,
  LONG_BINGET = 0x6a,
  LIST = 0x6c,
  OBJ = 0x6f,
  PUT = 0x70,
  BINPUT = 0x71,
  LONG_BINPUT = 0x72,
  SETITEM = 0x73,
  TUPLE = 0x74,
  SETITEMS = 0x75,
  EMPTY_DICT = 0x7d,
  PROTO = 0x80,
  NEWOBJ = 0x81,
  EXT1 = 0x82,
  EXT2 = 0x83,
  EXT4 = 0x84,
  TUPLE1 = 0x85,
  TUPLE2 = 0x86,
  TUPLE3 = 0x87,
  NEWTRUE = 0x88,
  NEWFALSE = 0x89,
  LONG1 = 0x8a,
  LONG4 = 0x8b,
  SHORT_BINUNICODE = 0x8c,
  BINUNICODE8 = 0x8d,
  BINBYTES8 = 0x8e,
  EMPTY_SET = 0x8f,
  ADDITEMS = 0x90,
  FROZENSET = 0x91,
  NEWOBJ_EX = 0x92,
  STACK_GLOBAL = 0x93,
  MEMOIZE = 0x94,
  FRAME = 0x95,
  BYTEARRAY8 = 0x96,
  NEXT_BUFFER = 0x97,
  READONLY_BUFFER = 0x98,
}

/** What follows the opcode in the stream. Up to `Byte8` the value is the argument's length in bytes. */
export enum Argument {
  None = 0,
  Byte1 = 1,
  Byte2 = 2,
  Byte4 = 4,
  Byte8 = 8,
  /** Bytes up to a line feed. */
  Line,
  /** Module and name, each a line. */
  TwoLines,
  /** A length of one byte, then so many bytes. */
  Counted1,
  /** A little-endian length of four bytes, unsigned, then so many bytes. */
  Counted4,
  /** The same, signed: a negative one is an error. */
  CountedSigned4,
  /** The same, of eight bytes. */
  Counted8,
}

export interface Opcode {
  readonly code: Op;
  /** As `pickletools` names it. */
  readonly name: string;
  /** The protocol that brought it. */
  readonly protocol: number;
  readonly argument: Argument;
  /** Bytes of heap that one use takes at most, beyond its stack slot and its argument. */
  readonly heap: number;
}

/** Measured in V8 without pointer compression: an object of the largest node class, or a node with its array. */
const callHeap = 88;
const nodeHeap = 112;
const textHeap = 64;
const slotHeap = 24;

const rows: readonly (readonly [Op, number, Argument, number])[] = [
  [Op.MARK, 0, Argument.None, 0],
  [Op.EMPTY_TUPLE, 1, Argument.None, 0],
  [Op.STOP, 0, Argument.None, 0],
  [Op.POP, 0, Argument.None, 0],
  [Op.POP_MARK, 1, Argument.None, 0],
  [Op.DUP, 0, Argument.None, 0],
  [Op.BINBYTES, 3, Argument.Counted4, nodeHeap],
  [Op.SHORT_BINBYTES, 3, Argument.Counted1, nodeHeap],
  [Op.FLOAT, 0, Argument.Line, textHeap],
  [Op.BINFLOAT, 1, Argument.Byte8, textHeap],
  [Op.INT, 0, Argument.Line, textHeap],
  [Op.BININT, 1, Argument.Byte4, slotHeap],
  [Op.BININT1, 1, Argument.Byte1, 0],
  [Op.LONG, 0, Argument.Line, textHeap],
  [Op.BININT2, 1, Argument.Byte2, 0],
  [Op.NONE, 0, Argument.None, 0],
  [Op.PERSID, 0, Argument.Line, nodeHeap],
  [Op.BINPERSID, 1, Argument.None, textHeap],
  [Op.REDUCE, 0, Argument.None, callHeap],
  [Op.STRING, 0, Argument.Line, nodeHeap],
  [Op.BINSTRING, 1, Argument.CountedSigned4, nodeHeap],
  [Op.SHORT_BINSTRING, 1, Argument.Counted1, nodeHeap],
  [Op.UNICODE, 0, Argument.Line, textHeap],
  [Op.BINUNICODE, 1, Argument.Counted4, textHeap],
  [Op.EMPTY_LIST, 1, Argument.None, nodeHeap],
  [Op.APPEND, 0, Argument.None, slotHeap],
  [Op.BUILD, 0, Argument.None, 0],
  [Op.GLOBAL, 0, Argument.TwoLines, nodeHeap],
  [Op.DICT, 0, Argument.None, nodeHeap],
  [Op.APPENDS, 1, Argument.None, slotHeap],
  [Op.GET, 0, Argument.Line, 0],
  [Op.BINGET, 1, Argument.Byte1, 0],
  [Op.INST, 0, Argument.TwoLines, callHeap + 2 * nodeHeap],
  [Op.LONG_BINGET, 1, Argument.Byte4, 0],
  [Op.LIST, 0, Argument.None, nodeHeap],
  [Op.OBJ, 1, Argument.None, callHeap + nodeHeap],
  [Op.PUT, 0, Argument.Line, nodeHeap],
  [Op.BINPUT, 1, Argument.Byte1, slotHeap],
  [Op.LONG_BINPUT, 1, Argument.Byte4, nodeHeap],
  [Op.SETITEM, 0, Argument.None, slotHeap],
  [Op.TUPLE, 0, Argument.None, nodeHeap],
  [Op.SETITEMS, 1, Argument.None, slotHeap],
  [Op.EMPTY_DICT, 1, Argument.None, nodeHeap],
  [Op.PROTO, 2, Argument.Byte1, 0],
  [Op.NEWOBJ, 2, Argument.None, callHeap],
  [Op.EXT1, 2, Argument.Byte1, textHeap],
  [Op.EXT2, 2, Argument.Byte2, textHeap],
  [Op.EXT4, 2, Argument.Byte4, textHeap],
  [Op.TUPLE1, 2, Argument.None, nodeHeap],
  [Op.TUPLE2, 2, Argument.None, nodeHeap],
  [Op.TUPLE3, 2, Argument.None, nodeHeap],
  [Op.NEWTRUE, 2, Argument.None, 0],
  [Op.NEWFALSE, 2, Argument.None, 0],
  [Op.LONG1, 2, Argument.Counted1, textHeap],
  [Op.LONG4, 2, Argument.CountedSigned4, textHeap],
  [Op.SHORT_BINUNICODE, 4, Argument.Counted1, textHeap],
  [Op.BINUNICODE8, 4, Argument.Counted8, textHeap],
  [Op.BINBYTES8, 4, Argument.Counted8, nodeHeap],
  [Op.EMPTY_SET, 4, Argument.None, nodeHeap],
  [Op.ADDITEMS, 4, Argument.None, slotHeap],
  [Op.FROZENSET, 4, Argument.None, nodeHeap],
  [Op.NEWOBJ_EX, 4, Argument.None, callHeap],
  [Op.STACK_GLOBAL, 4, Argument.None, nodeHeap],
  [Op.MEMOIZE, 4, Argument.None, slotHeap],
  [Op.FRAME, 4, Argument.Byte8, 0],
  [Op.BYTEARRAY8, 5, Argument.Counted8, nodeHeap],
  [Op.NEXT_BUFFER, 5, Argument.None, 0],
  [Op.READONLY_BUFFER, 5, Argument.None, nodeHeap],
];

export const opcodes: readonly Opcode[] = rows.map(([code, protocol, argument, heap]) => ({
  code,
  name: Op[code],
  protocol,
  argument,
  heap,
}));

/** Opcode by byte, and argument by opcode: what the inner loop of the reader looks up. */
export const opcodeOf: readonly (Op | undefined)[] = tableOf(({ code }) => code);
export const argumentOf: readonly (Argument | undefined)[] = tableOf(({ argument }) => argument);

function tableOf<T>(column: (opcode: Opcode) => T): (T | undefined)[] {
  const table: (T | undefined)[] = [];
  for (let byte = 0; byte <= 256; byte++) {
    table.push(undefined);
  }
  for (const opcode of opcodes) {
    table[opcode.code] = column(opcode);
  }
  return table;
}

/** Stack slot, memo slot, and the two lists of calls and persistent ids. */
const heapPerOpcode = 16;

/** Bytes of heap that a pickle of these opcodes takes at most, its texts not counted. */
export function heapEstimate(counts: Uint32Array): number {
  return opcodes.reduce((sum, { code, heap }) => sum + (counts[code] ?? 0) * (heap + heapPerOpcode), 0);
}
