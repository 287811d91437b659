import {
  isNode,
  NodeKind,
  type PyBytes,
  PyGlobal,
  PyNan,
  PyStr,
  PyTuple,
  type PyCall,
  type PyNode,
  type Value,
} from '../../../src/core/pickle/values';
import { pythonName } from '../../../src/core/pickle/pythonNames';

/**
 * What Python would have in memory, as one line of text that `test/torch/describe_value.py` writes too. `#3=` numbers an
 * object when it is met first, `#3#` is the same object again; numbers, None and `()` have no identity.
 */
export function describeValue(root: Value, protocol: number): string {
  return new Describer(protocol).describe(root);
}

class Describer {
  private readonly seen = new Map<PyNode, number>();

  constructor(private readonly protocol: number) {}

  describe(value: Value): string {
    if (value === null) {
      return 'N';
    }
    if (typeof value === 'boolean') {
      return value ? 'T' : 'F';
    }
    return isNode(value) ? this.node(value) : `i${value}`;
  }

  private node(node: PyNode): string {
    if (node.kind === NodeKind.Float) {
      return `f${floatHex(node.value, node)}`;
    }
    if (node.kind === NodeKind.Global) {
      return `g${pythonName(node, this.protocol).full}`;
    }
    if (node.kind === NodeKind.Tuple && node.items.length === 0) {
      return '()';
    }
    const known = this.seen.get(node);
    if (known !== undefined) {
      return `#${known}#`;
    }
    this.seen.set(node, this.seen.size);
    return `#${this.seen.size - 1}=${this.content(node)}`;
  }

  private content(node: PyNode): string {
    switch (node.kind) {
      case NodeKind.Str:
        return `s${utf16Hex(node.value)}`;
      case NodeKind.ByteString:
        return `s${utf16Hex(Buffer.from(node.bytes).toString('latin1'))}`;
      case NodeKind.Bytes:
        return `${node.type === 'bytes' ? 'b' : 'a'}${hexOf(node)}`;
      case NodeKind.Tuple:
        return `(${this.list(node.items)})`;
      case NodeKind.List:
        return `[${this.list(node.items)}]`;
      case NodeKind.Dict:
        return `{${this.list(node.entries)}}`;
      case NodeKind.Set:
        return `${node.type}{${this.list(node.items)}}`;
      case NodeKind.Call:
        return this.call(node);
      default:
        throw new Error(`no description for kind ${node.kind}`);
    }
  }

  private list(values: readonly Value[]): string {
    return values.map((value) => this.describe(value)).join(',');
  }

  private call(call: PyCall): string {
    const args = call.args instanceof PyTuple ? call.args.items : [];
    const callee = call.callee instanceof PyGlobal ? pythonName(call.callee, this.protocol).full : '?';
    const [first] = args;
    switch (callee) {
      case 'copyreg._reconstructor':
        return `${this.describe(first ?? null).slice(1)}()${this.state(call)}`;
      case '_codecs.encode':
        return `b${first instanceof PyStr ? Buffer.from(first.value, 'latin1').toString('hex') : '?'}`;
      case 'builtins.bytes':
        return 'b';
      case 'builtins.bytearray':
        return `a${this.bytesOf(first)}`;
      case 'builtins.set':
      case 'builtins.frozenset':
        return `${callee.slice('builtins.'.length)}{${isNode(first ?? null) ? this.itemsOf(first) : ''}}`;
      case 'builtins.complex':
        return `c${this.list(args)}`;
      case 'collections.OrderedDict':
        return `O{${this.list(call.entries ?? [])}}`;
      case 'collections.deque':
        return `D[${this.list(call.items ?? [])}]`;
      default:
        return `${callee}(${this.list(args)})${this.state(call)}`;
    }
  }

  private state(call: PyCall): string {
    return call.state === undefined ? '' : `!${this.describe(call.state)}`;
  }

  private itemsOf(value: Value | undefined): string {
    return value !== undefined && isNode(value) && value.kind === NodeKind.List ? this.list(value.items) : '?';
  }

  /** The argument of `bytearray`: `bytes`, whatever the protocol writes them as, or latin-1 text. */
  private bytesOf(value: Value | undefined): string {
    if (value === undefined) {
      return '';
    }
    if (value instanceof PyStr) {
      return Buffer.from(value.value, 'latin1').toString('hex');
    }
    return isNode(value) ? new Describer(this.protocol).describe(value).replace(/^#0=b/, '') : '?';
  }
}

function hexOf(node: PyBytes): string {
  return node.data instanceof Uint8Array ? Buffer.from(node.data).toString('hex') : '?';
}

function utf16Hex(text: string): string {
  return Buffer.from(text, 'utf16le').swap16().toString('hex');
}

function floatHex(value: number, node: PyNode): string {
  if (node instanceof PyNan) {
    return Buffer.from(node.bytes).toString('hex');
  }
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}
