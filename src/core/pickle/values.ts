/**
 * The value graph: what a pickle says, as data. Nothing is imported, called or built.
 *
 * Python's identity is JavaScript's identity: one object in the pickle (one memo entry) is one node here, two equal
 * strings that were two objects are two nodes. Python's types stay apart: tuple, list, set; int, float, bool; str,
 * bytes. The writer relies on both to give back the bytes that CPython would have written.
 *
 * Plain JavaScript values stand for what Python's pickler never memoises: `null` is None, `true`/`false` are bool,
 * `number` is an int within ±(2⁵³−1), `bigint` any other int. Floats are nodes, since 1.0 is not 1.
 */
export type Value = null | boolean | number | bigint | PyNode;

export type PyNode =
  | PyFloat
  | PyStr
  | PyByteString
  | PyBytes
  | PyTuple
  | PyList
  | PyDict
  | PySet
  | PyGlobal
  | PyCall
  | PyPersistent
  | PyExtension;

export enum NodeKind {
  Float,
  Str,
  ByteString,
  Bytes,
  Tuple,
  List,
  Dict,
  Set,
  Global,
  Call,
  Persistent,
  Extension,
}

export class PyFloat {
  declare readonly kind: NodeKind.Float;
  constructor(readonly value: number) {}
}

/** A NaN with other bits than `float('nan')`: x86 makes one with the sign set. JavaScript need not keep them. */
export class PyNan extends PyFloat {
  /** As BINFLOAT writes it: eight bytes, big-endian. */
  constructor(readonly bytes: Uint8Array) {
    super(NaN);
  }
}

/** A `str`. Lone surrogates (CPython's `surrogatepass`) stay lone surrogates. */
export class PyStr {
  declare readonly kind: NodeKind.Str;
  constructor(readonly value: string) {}
}

/** A range of the pickled stream that was too long to keep in memory: read it when it is wanted. */
export interface StreamRange {
  /** Absolute position in the source that the pickle was read from, in bytes. */
  readonly start: number;
  readonly length: number;
}

/** A Python 2 `str` (STRING, BINSTRING, SHORT_BINSTRING): bytes that Python 3 decodes by `encoding`. */
export class PyByteString {
  declare readonly kind: NodeKind.ByteString;
  constructor(readonly bytes: Uint8Array) {}
}

/**
 * What the data of a `PyBytes` is. The last four stand for a text too long for memory, and always with a range:
 * - `utf8-text`: a `str`; in checkpoints the text of a long protocol-2 `bytes` (`_codecs.encode(text, 'latin1')`).
 * - `escaped-text`: a `str` in raw-unicode-escape (UNICODE).
 * - `byte-string`, `escaped-byte-string`: a Python 2 `str`, plain (BINSTRING) or with its escapes, the quotes left out
 *   (STRING).
 */
export type BytesType =
  'bytes' | 'bytearray' | 'buffer' | 'utf8-text' | 'escaped-text' | 'byte-string' | 'escaped-byte-string';

/** `bytes` or `bytearray` written by protocol 3 or later, and every text too long for memory. */
export class PyBytes {
  declare readonly kind: NodeKind.Bytes;
  constructor(
    readonly type: BytesType,
    /** The bytes themselves, or where they are when there are more than `Limits.inlineBytes`. */
    readonly data: Uint8Array | StreamRange,
    /** Written READONLY_BUFFER after it. */
    readonly readonly: boolean = false,
  ) {}
}

export class PyTuple {
  declare readonly kind: NodeKind.Tuple;
  constructor(readonly items: readonly Value[]) {}
}

export class PyList {
  declare readonly kind: NodeKind.List;
  constructor(readonly items: Value[]) {}
}

/** A plain `dict`, keys and values in turn, in the order set: `[k, v, k, v, …]`. A key that is set twice stands twice. */
export class PyDict {
  declare readonly kind: NodeKind.Dict;
  /** BUILD on a plain dict: nobody writes it, a hostile pickle may. */
  state: Value | undefined;
  constructor(readonly entries: Value[]) {}
}

/** A `set` or `frozenset` written by EMPTY_SET or FROZENSET (protocol 4). At protocol 2 they are calls. */
export class PySet {
  declare readonly kind: NodeKind.Set;
  constructor(
    readonly type: 'set' | 'frozenset',
    readonly items: Value[],
  ) {}
}

/** A name that Python would import. `module` and `name` as written; see `pythonName` for what they mean. */
export class PyGlobal {
  declare readonly kind: NodeKind.Global;
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}
}

/** Which opcode made the object. */
export enum CallForm {
  Reduce,
  NewObj,
  NewObjEx,
  Inst,
  Obj,
  /**
   * REDUCE of `getattr` whose TUPLE2 was not memoised: how CPython from 3.13 on writes a nested name (`Outer.Inner`)
   * below protocol 4. The name that it starts from is not memoised either.
   */
  Attribute,
}

/**
 * What Python would get by calling: `callee(*args)`, or `callee.__new__(callee, *args, **kwargs)`; then, as the
 * pickle protocol has it, list items appended, dict items set, state built.
 */
export class PyCall {
  declare readonly kind: NodeKind.Call;
  /** APPENDS onto the result. */
  items: Value[] | undefined = undefined;
  /** SETITEMS onto the result: keys and values in turn. */
  entries: Value[] | undefined = undefined;
  /** BUILD. More than one BUILD: the last; the graph then says `lossy`. `undefined` when there was none. */
  state: Value | undefined = undefined;
  /** Arguments: a tuple in every pickle that Python writes, any value in a hostile one. */
  constructor(
    readonly form: CallForm,
    readonly callee: Value,
    readonly args: Value,
    readonly kwargs?: Value,
  ) {}
}

/** PERSID, BINPERSID: an object that the pickle names but does not hold; in checkpoints a storage. Never memoised. */
export class PyPersistent {
  declare readonly kind: NodeKind.Persistent;
  constructor(readonly id: Value) {}
}

/** EXT1, EXT2, EXT4: an entry of the copyreg registry, by number. */
export class PyExtension {
  declare readonly kind: NodeKind.Extension;
  constructor(readonly code: number) {}
}

/** One pickle, read. */
export interface PickleGraph {
  readonly root: Value;
  /** As declared by PROTO; 0 when there is none. */
  readonly protocol: number;
  /** Absolute position of the first byte behind STOP. */
  readonly end: number;
  /** Every import, in stream order, one per GLOBAL / STACK_GLOBAL / INST, those whose object was dropped again too. */
  readonly globals: readonly PyGlobal[];
  /** Every call in stream order, those whose result was dropped again too: what loading would run. Read by the audit. */
  readonly calls: readonly PyCall[];
  /** Every persistent id in stream order, likewise. */
  readonly persistents: readonly PyPersistent[];
  /** Opcodes met, as a 256-entry table of counts: what `weights_only` may refuse. */
  readonly opcodes: Uint32Array;
  /**
   * What the graph could not hold (BUILD twice, items set on a string …), and what CPython itself reads in more than one
   * way (an opcode across the end of its FRAME). Empty for everything that Python writes.
   */
  readonly lossy: readonly LossyNote[];
}

export interface LossyNote {
  readonly offset: number;
  readonly code: LossyCode;
}

/** What the graph could not hold of what an opcode does, or what Python itself is of two minds about. */
export type LossyCode =
  | 'appended-to-no-list'
  | 'appended-late'
  | 'set-on-no-dict'
  | 'set-after-build'
  | 'added-to-no-set'
  | 'built-no-object'
  | 'built-twice'
  | 'lone-surrogates'
  | 'unnamed-global'
  | 'readonly-no-buffer'
  | 'protocol-changes'
  /** The numbers of an array stand between the opcodes, as joblib writes them. */
  | 'raw-array'
  /** An opcode stands across the end of its FRAME: CPython's `load` and `loads` differ. */
  | 'frame-crossing';

// On the prototype: one word less per node than a field.
const kinds: [{ prototype: object }, NodeKind][] = [
  [PyFloat, NodeKind.Float],
  [PyStr, NodeKind.Str],
  [PyByteString, NodeKind.ByteString],
  [PyBytes, NodeKind.Bytes],
  [PyTuple, NodeKind.Tuple],
  [PyList, NodeKind.List],
  [PyDict, NodeKind.Dict],
  [PySet, NodeKind.Set],
  [PyGlobal, NodeKind.Global],
  [PyCall, NodeKind.Call],
  [PyPersistent, NodeKind.Persistent],
  [PyExtension, NodeKind.Extension],
];
for (const [type, kind] of kinds) {
  Object.defineProperty(type.prototype, 'kind', { value: kind });
}

export function isNode(value: Value): value is PyNode {
  return typeof value === 'object' && value !== null;
}
