import { encodeTwosComplement } from '../pickle/numbers';
import { Op } from '../pickle/opcodes';
import {
  CallForm,
  isNode,
  NodeKind,
  PyGlobal,
  type PickleGraph,
  type PyBytes,
  type PyCall,
  type PyNode,
  type PyPersistent,
  type Value,
} from '../pickle/values';

/** Bytes of the longest int that LONG1 holds. */
const long1Bytes = 255;

/** Longest tuple that is looked through again at each mention. Seen: some 8, the arguments of a tensor. */
const shortTuple = 16;

/** What may hold others, or is counted. */
type Held = Exclude<PyNode, { kind: NodeKind.Str | NodeKind.Float }>;

/**
 * The graph that a pickle of these values would be read as, once it is written at protocol 2: which names it imports,
 * what it calls, what it refers to.
 * @param protocol that the names belong to: from 3 on they are Python 3's.
 */
export function graphOf(root: Value, protocol: number): PickleGraph {
  return new Collector(root, protocol).graph();
}

class Collector {
  private readonly globals: PyGlobal[] = [];
  private readonly calls: PyCall[] = [];
  private readonly persistents: PyPersistent[] = [];
  private readonly opcodes = new Uint32Array(256);
  /** Names that the writer brings in for values that protocol 2 has no opcode for. */
  private readonly implied = new Map<string, PyGlobal>();

  /** What is waited for last is looked at first. */
  private readonly waiting: Held[] = [];

  constructor(
    private readonly root: Value,
    private readonly protocol: number,
  ) {}

  graph(): PickleGraph {
    const seen = new Set<PyNode>();
    this.wait(this.root);
    for (let node = this.waiting.pop(); node !== undefined; node = this.waiting.pop()) {
      if (!seen.has(node)) {
        seen.add(node);
        this.visit(node);
      }
    }
    return {
      root: this.root,
      protocol: this.protocol,
      end: 0,
      globals: [...this.globals, ...this.implied.values()],
      calls: this.calls,
      persistents: this.persistents,
      opcodes: this.opcodes,
      lossy: [],
    };
  }

  private visit(node: Held): void {
    switch (node.kind) {
      case NodeKind.Tuple:
      case NodeKind.List:
        this.waitForAll(node.items);
        return;
      case NodeKind.Set:
        this.imply('builtins', node.type);
        this.waitForAll(node.items);
        return;
      case NodeKind.Dict:
        if (node.state !== undefined) {
          this.count(Op.BUILD);
          this.wait(node.state);
        }
        this.waitForAll(node.entries);
        return;
      case NodeKind.Persistent:
        this.persistents.push(node);
        this.waitForParts(node.id);
        return;
      case NodeKind.Call:
        this.visitCall(node);
        return;
      case NodeKind.Global:
        this.globals.push(node);
        return;
      case NodeKind.ByteString:
        this.count(node.bytes.length < 256 ? Op.SHORT_BINSTRING : Op.BINSTRING);
        return;
      case NodeKind.Bytes:
        this.visitBytes(node);
        return;
      case NodeKind.Extension:
        this.count(Op.EXT4);
        return;
    }
  }

  private visitCall(call: PyCall): void {
    this.calls.push(call);
    switch (call.form) {
      case CallForm.NewObjEx:
        this.imply('functools', 'partial');
        this.imply('builtins', 'getattr');
        break;
      case CallForm.Inst:
        this.count(Op.INST);
        break;
      case CallForm.Obj:
        this.count(Op.OBJ);
        break;
      case CallForm.Reduce:
      case CallForm.NewObj:
      case CallForm.Attribute:
        break;
    }
    this.wait(call.state ?? null);
    this.wait(call.kwargs ?? null);
    this.waitForAll(call.entries ?? []);
    this.waitForAll(call.items ?? []);
    this.waitForParts(call.args);
    this.wait(call.callee);
  }

  private wait(value: Value): void {
    if (typeof value === 'bigint' && encodeTwosComplement(value).length > long1Bytes) {
      this.count(Op.LONG4);
    }
    if (!isNode(value) || value.kind === NodeKind.Str || value.kind === NodeKind.Float) {
      return;
    }
    if (value.kind === NodeKind.Tuple && value.items.length <= shortTuple && !value.items.some(isNode)) {
      this.waitForAll(value.items);
      return;
    }
    this.waiting.push(value);
  }

  private waitForAll(values: readonly Value[]): void {
    for (let index = values.length - 1; index >= 0; index--) {
      this.wait(values[index] ?? null);
    }
  }

  /** Arguments and ids are seldom held twice: short ones are looked through rather than kept in mind. */
  private waitForParts(value: Value): void {
    if (isNode(value) && value.kind === NodeKind.Tuple && value.items.length <= shortTuple) {
      this.waitForAll(value.items);
    } else {
      this.wait(value);
    }
  }

  private visitBytes({ type, data }: PyBytes): void {
    switch (type) {
      case 'bytes':
        if (!(data instanceof Uint8Array)) {
          this.count(data.length < 2 ** 32 ? Op.BINBYTES : Op.BINBYTES8);
        } else if (data.length === 0) {
          this.imply('builtins', 'bytes');
        } else {
          this.imply('_codecs', 'encode');
        }
        return;
      case 'bytearray':
      case 'buffer':
        this.imply('builtins', 'bytearray');
        return;
      case 'utf8-text':
        return;
      case 'byte-string':
        this.count(Op.BINSTRING);
        return;
      case 'escaped-text':
        this.count(Op.UNICODE);
        return;
      case 'escaped-byte-string':
        this.count(Op.STRING);
        return;
    }
  }

  private count(opcode: Op): void {
    this.opcodes[opcode] = (this.opcodes[opcode] ?? 0) + 1;
  }

  private imply(module: string, name: string): void {
    const full = `${module}.${name}`;
    if (!this.implied.has(full)) {
      this.implied.set(full, new PyGlobal(module, name));
    }
  }
}
