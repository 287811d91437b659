import { isNode, NodeKind, type PyBytes, type PyNode, type Value } from '../pickle/values';
import { asCall } from './arguments';
import type { NameTable } from './names';
import { bytesRepr, floatRepr, stringRepr } from './pythonText';

/** Signs that are shown of a value (cli.md): beyond it the text is cut and ends in `…`. */
export const maxReprLength = 200;

/** Cut to `maxReprLength` UTF-16 units, never inside a surrogate pair. */
export function cutText(text: string): string {
  if (text.length <= maxReprLength) {
    return text;
  }
  const cut = text.slice(0, maxReprLength - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A Python 2 `str` is text where it is UTF-8, else bytes. */
export function byteStringText(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    // Not UTF-8: the caller shows the bytes.
    return null;
  }
}

/** Enough of a text or of bytes to fill what is shown, and to be cut. */
const enough = maxReprLength + 1;

/**
 * Python's text for a value. Each level of nesting writes at least one sign and nothing is written beyond the limit, so
 * that neither depth nor sharing of what a file holds can make this long.
 */
export class ReprWriter {
  private text = '';
  private readonly open = new Set<PyNode>();

  /** @param call text of a call that is known; null for the others. */
  constructor(
    private readonly names: NameTable,
    private readonly call: (node: PyNode) => string | null,
  ) {}

  static of(value: Value, names: NameTable, call: (node: PyNode) => string | null): string {
    const writer = new ReprWriter(names, call);
    writer.write(value);
    return cutText(writer.text);
  }

  private get full(): boolean {
    return this.text.length > maxReprLength;
  }

  private write(value: Value): void {
    if (this.full) {
      return;
    }
    if (!isNode(value)) {
      this.text += plainText(value);
      return;
    }
    const leafText = this.leafText(value);
    if (leafText !== null) {
      this.text += leafText;
    } else if (this.open.has(value)) {
      this.text += value.kind === NodeKind.Dict ? '{...}' : value.kind === NodeKind.List ? '[...]' : '(...)';
    } else {
      this.open.add(value);
      this.container(value);
      this.open.delete(value);
    }
  }

  private leafText(node: PyNode): string | null {
    switch (node.kind) {
      case NodeKind.Float:
        return floatRepr(node.value);
      case NodeKind.Str:
        return stringRepr(node.value.slice(0, enough));
      case NodeKind.ByteString:
        return byteStringRepr(node.bytes);
      case NodeKind.Bytes:
        return longBytesRepr(node);
      case NodeKind.Global:
        return this.names.shown(node);
      case NodeKind.Extension:
        return `<extension ${String(node.code)}>`;
      case NodeKind.Call:
        return this.call(node);
      case NodeKind.Persistent:
        return this.names.callee(node) ?? this.call(node) ?? '<persistent id>';
      case NodeKind.Tuple:
      case NodeKind.List:
      case NodeKind.Dict:
      case NodeKind.Set:
        return null;
    }
  }

  private container(node: PyNode): void {
    switch (node.kind) {
      case NodeKind.Tuple:
        this.items('(', node.items, node.items.length === 1 ? ',)' : ')');
        return;
      case NodeKind.List:
        this.items('[', node.items, ']');
        return;
      case NodeKind.Set:
        this.set(node.type, node.items);
        return;
      case NodeKind.Dict:
        this.pairs(node.entries);
        return;
      default:
        this.object(node);
    }
  }

  private items(start: string, items: readonly Value[], end: string): void {
    this.text += start;
    for (let index = 0; index < items.length && !this.full; index++) {
      this.text += index === 0 ? '' : ', ';
      this.write(items[index] ?? null);
    }
    this.text += end;
  }

  private set(type: 'set' | 'frozenset', items: readonly Value[]): void {
    if (items.length === 0) {
      this.text += `${type}()`;
    } else if (type === 'set') {
      this.items('{', items, '}');
    } else {
      this.items('frozenset({', items, '})');
    }
  }

  private pairs(entries: readonly Value[]): void {
    this.text += '{';
    for (let index = 0; index + 1 < entries.length && !this.full; index += 2) {
      this.text += index === 0 ? '' : ', ';
      this.write(entries[index] ?? null);
      this.text += ': ';
      this.write(entries[index + 1] ?? null);
    }
    this.text += '}';
  }

  /** A call that is not modelled: what is called, and with what. */
  private object(node: PyNode): void {
    const call = asCall(node);
    if (call === null) {
      this.text += '<object>';
      return;
    }
    this.text += this.names.callee(call.callee)?.replace(/^builtins\./, '') ?? '<call>';
    const items = isNode(call.args) && call.args.kind === NodeKind.Tuple ? call.args.items : [call.args];
    this.items('(', items, ')');
  }
}

export function plainText(value: null | boolean | number | bigint): string {
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'number':
      return String(value);
    case 'bigint':
      return bigText(value);
    default:
      return 'None';
  }
}

// Turning a huge int into digits takes quadratic time, and only 200 of them are shown.
const hexFrom = 1n << 4096n;

function bigText(value: bigint): string {
  return value < hexFrom && value > -hexFrom
    ? value.toString()
    : `${value < 0n ? '-' : ''}0x${value.toString(16).replace('-', '')}`;
}

function byteStringRepr(bytes: Uint8Array): string {
  const text = byteStringText(bytes);
  return text === null ? bytesRepr(bytes.subarray(0, enough)) : stringRepr(text.slice(0, enough));
}

/** What was left in the stream shows as its length alone; `open.ts` reads the start of those that are entries. */
function longBytesRepr({ type, data }: PyBytes): string {
  if (!(data instanceof Uint8Array)) {
    return `<${String(data.length)} bytes>`;
  }
  const text = bytesRepr(data.subarray(0, enough));
  return type === 'bytearray' ? `bytearray(${text})` : text;
}
