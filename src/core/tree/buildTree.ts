import { elementsOfTensor, findAliases, type Aliases } from '../checkpoint/aliases';
import type { Branch, Checkpoint, Entry, TensorEntry } from '../checkpoint/checkpoint';
import { describeTree, type Descriptions, type DescriptionText, symbolText } from '../checkpoint/layers';
import { namedShape } from '../checkpoint/namedShape';
import { keyOf } from '../checkpoint/path';
import { isContiguous } from '../checkpoint/strides';
import { RowFlag, RowKind, type TreeColumns } from './treeColumns';
import { Trie } from './trie';

/** Texts by number: most of a tree's cells say the same few things. */
class StringTable {
  readonly strings: string[] = [''];
  private readonly numbers = new Map<string, number>([['', 0]]);

  of(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) {
      return known;
    }
    this.numbers.set(text, this.strings.length);
    return this.strings.push(text) - 1;
  }
}

/** Texts of shapes: a hundred thousand tensors have some dozens of them, which are known by their sizes before they are text. */
class ShapeTexts {
  private readonly known = new Map<number, { readonly shape: readonly number[]; readonly text: number }>();

  constructor(private readonly strings: StringTable) {}

  of(shape: readonly number[]): number {
    let hash = shape.length;
    for (let dim = 0; dim < shape.length; dim++) {
      hash = (Math.imul(hash, 31) + (shape[dim] ?? 0)) | 0;
    }
    const known = this.known.get(hash);
    if (known?.shape.length === shape.length && shape.every((size, dim) => size === known.shape[dim])) {
      return known.text;
    }
    const text = this.strings.of(`[${shape.join(', ')}]`);
    this.known.set(hash, { shape, text });
    return text;
  }
}

/** Which of few values stand below a row: the first met, and a bit each; from the 32nd value on they share one. */
class Mix {
  private readonly bits = new Map<string, number>();
  private readonly mask: Uint32Array;
  private readonly first: Int32Array;
  private readonly names: string[] = [];

  constructor(rows: number) {
    this.mask = new Uint32Array(rows);
    this.first = new Int32Array(rows).fill(-1);
  }

  add(row: number, name: string): void {
    let bit = this.bits.get(name);
    if (bit === undefined) {
      bit = this.names.push(name) - 1;
      this.bits.set(name, bit);
    }
    this.mask[row] = 1 << Math.min(bit, 31);
    this.first[row] = bit;
  }

  /** Rows come from the last to the first, so the first child overwrites. */
  raise(row: number, parent: number): void {
    if (this.first[row] !== -1) {
      this.mask[parent] = (this.mask[parent] ?? 0) | (this.mask[row] ?? 0);
      this.first[parent] = this.first[row] ?? -1;
    }
  }

  /** `float32 +1`. */
  text(row: number): string {
    let others = -1;
    for (let mask = this.mask[row] ?? 0; mask !== 0; mask &= mask - 1) {
      others++;
    }
    const name = this.names[this.first[row] ?? -1] ?? '';
    return others > 0 ? `${name} +${String(others)}` : name;
  }
}

/** `items[−1]` would be undefined too, after a slow search for a property of that name. */
function itemAt<T>(items: readonly T[], index: number | undefined): T | undefined {
  return index === undefined || index < 0 ? undefined : items[index];
}

const foldedTypes = new Set(['dict', 'list', 'tuple', 'collections.OrderedDict', 'collections.defaultdict']);

function folds(trie: Trie, node: number, branches: readonly Branch[]): boolean {
  if (!trie.hasOneChild(node)) {
    return false;
  }
  const branch = itemAt(branches, trie.branch[node]);
  return branch === undefined || (branch.role === null && foldedTypes.has(branch.type));
}

interface Rows {
  readonly count: number;
  readonly labels: readonly string[];
  readonly parent: Int32Array;
  /** Nodes that the row stands for: from `top` (the first folded) to `node`. */
  readonly top: Uint32Array;
  readonly node: Uint32Array;
}

/** Nodes in file order, groups of one child folded into it. */
function layOut(trie: Trie, branches: readonly Branch[]): Rows {
  const limit = trie.size;
  const labels: string[] = [];
  const parent = new Int32Array(limit);
  const top = new Uint32Array(limit);
  const nodes = new Uint32Array(limit);
  const open: number[] = [];
  let count = 0;
  let node = trie.firstChild[0] ?? -1;
  while (node !== -1 || open.length > 0) {
    if (node === -1) {
      const row = open.pop() ?? 0;
      node = trie.nextSibling[top[row] ?? 0] ?? -1;
      continue;
    }
    let label = trie.label[node] ?? '';
    let last = node;
    while (folds(trie, last, branches)) {
      last = trie.firstChild[last] ?? 0;
      label += `.${trie.label[last] ?? ''}`;
    }
    const row = count++;
    labels.push(label);
    parent[row] = open[open.length - 1] ?? -1;
    top[row] = node;
    nodes[row] = last;
    open.push(row);
    node = trie.firstChild[last] ?? -1;
  }
  return {
    count,
    labels,
    parent: parent.slice(0, count),
    top: top.subarray(0, count),
    node: nodes.subarray(0, count),
  };
}

function importFlags(checkpoint: Checkpoint): ReadonlyMap<string, number> {
  const flags = new Map<string, number>();
  for (const { verdict, paths } of checkpoint.imports) {
    if (verdict !== 'allowed') {
      const flag = verdict === 'dangerous' ? RowFlag.DangerousImport : RowFlag.UnknownImport;
      for (const path of paths) {
        const key = keyOf(path);
        flags.set(key, (flags.get(key) ?? 0) | flag);
      }
    }
  }
  return flags;
}

function tensorFlags(tensor: TensorEntry, shared: boolean): number {
  let flags = shared ? RowFlag.Shared : 0;
  if (tensor.stride !== null && !isContiguous(tensor.shape, tensor.stride)) {
    flags |= RowFlag.Strided;
  }
  if (tensor.storage !== null) {
    flags |= tensor.stride !== null && tensor.storage.bytes > tensor.bytes ? RowFlag.Partial : 0;
    flags |= tensor.storage.record === null ? RowFlag.Missing : 0;
  }
  flags |= tensor.role === 'parameter' ? RowFlag.Parameter : tensor.role === 'buffer' ? RowFlag.Buffer : 0;
  flags |= tensor.layout === 'strided' ? 0 : RowFlag.Sparse;
  flags |= tensor.notes.includes('quantized') ? RowFlag.Quantized : 0;
  return flags | (tensor.requiresGrad ? RowFlag.RequiresGrad : 0);
}

/** Per entry, the flag that the optimizer's list of parameters implies where the file itself does not say. */
function optimizerFlags(checkpoint: Checkpoint): Uint16Array {
  const flags = new Uint16Array(checkpoint.entries.length);
  for (const { first, end, role } of checkpoint.branches) {
    if (role === 'optimizer') {
      for (let index = first; index < end; index++) {
        flags[index] = RowFlag.Optimizer;
      }
    }
  }
  for (const { parameters, buffers } of checkpoint.optimizers) {
    for (const index of parameters) {
      if (index !== null) {
        flags[index] = (flags[index] ?? 0) | RowFlag.Parameter;
      }
    }
    for (const index of buffers) {
      flags[index] = (flags[index] ?? 0) | RowFlag.Buffer;
    }
  }
  return flags;
}

// What a group has when something below it has it.
const raisedFlags = RowFlag.UnknownImport | RowFlag.DangerousImport | RowFlag.Missing;
// What a group has when every tensor below it has it.
const commonFlags = RowFlag.Shared | RowFlag.Optimizer;

class Columns {
  readonly end: Uint32Array;
  readonly kind: Uint8Array;
  readonly flags: Uint16Array;
  readonly entry: Int32Array;
  readonly branch: Int32Array;
  readonly tensors: Uint32Array;
  readonly elements: Float64Array;
  readonly bytes: Float64Array;
  readonly shape: Uint32Array;
  readonly dtype: Uint32Array;
  readonly device: Uint32Array;
  readonly strings = new StringTable();
  private readonly dtypes: Mix;
  private readonly devices: Mix;
  private readonly shapes = new ShapeTexts(this.strings);

  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly aliases: Aliases,
    private readonly rows: Rows,
  ) {
    const { count } = rows;
    this.end = new Uint32Array(count);
    this.kind = new Uint8Array(count);
    this.flags = new Uint16Array(count);
    this.entry = new Int32Array(count).fill(-1);
    this.branch = new Int32Array(count).fill(-1);
    this.tensors = new Uint32Array(count);
    this.elements = new Float64Array(count);
    this.bytes = new Float64Array(count);
    this.shape = new Uint32Array(count);
    this.dtype = new Uint32Array(count);
    this.device = new Uint32Array(count);
    this.dtypes = new Mix(count);
    this.devices = new Mix(count);
  }

  fill(trie: Trie): void {
    const imports = importFlags(this.checkpoint);
    const implied = optimizerFlags(this.checkpoint);
    for (let row = 0; row < this.rows.count; row++) {
      const node = this.rows.node[row] ?? 0;
      const index = trie.entry[node] ?? -1;
      this.entry[row] = index;
      this.branch[row] = trie.branch[node] ?? -1;
      this.kind[row] = RowKind.Group;
      const entry = itemAt(this.checkpoint.entries, index);
      if (entry !== undefined) {
        this.fillLeaf(row, entry, index);
        this.flags[row] = (this.flags[row] ?? 0) | (implied[index] ?? 0);
      }
      if (imports.size > 0) {
        const path = entry?.path ?? itemAt(this.checkpoint.branches, this.branch[row])?.path;
        this.flags[row] = (this.flags[row] ?? 0) | (path === undefined ? 0 : (imports.get(keyOf(path)) ?? 0));
      }
    }
    this.sum();
  }

  private fillLeaf(row: number, entry: Entry, index: number): void {
    if (entry.kind === 'value') {
      this.kind[row] = RowKind.Value;
      this.shape[row] = this.strings.of(entry.repr);
      this.dtype[row] = this.strings.of(entry.type);
      return;
    }
    this.kind[row] = RowKind.Tensor;
    this.flags[row] = tensorFlags(entry, this.aliases.shared[index] === 1);
    this.tensors[row] = 1;
    this.elements[row] = elementsOfTensor(entry);
    this.bytes[row] = entry.bytes;
    this.shape[row] =
      entry.ragged === undefined ? this.shapes.of(entry.shape) : this.strings.of(`[${namedShape(entry).join(', ')}]`);
    this.dtypes.add(row, entry.dtype);
    if (entry.device !== null) {
      this.devices.add(row, entry.device);
    }
  }

  /** From the last row to the first, so that whatever is below a row is complete when the row is reached. */
  private sum(): void {
    const { parent, count } = this.rows;
    const anyTensor = new Uint8Array(count);
    for (let row = count - 1; row >= 0; row--) {
      this.end[row] ||= row + 1;
      this.name(row);
      const above = parent[row] ?? -1;
      if (above === -1) {
        continue;
      }
      this.end[above] ||= this.end[row] ?? 0;
      this.raiseFlags(row, above, anyTensor);
      this.tensors[above] = (this.tensors[above] ?? 0) + (this.tensors[row] ?? 0);
      const index = this.entry[row] ?? -1;
      // An alias is counted where it is met first, so that sums of groups add up to the file's.
      if (index === -1 || this.aliases.first[index] === index) {
        this.elements[above] = (this.elements[above] ?? 0) + (this.elements[row] ?? 0);
        this.bytes[above] = (this.bytes[above] ?? 0) + (this.bytes[row] ?? 0);
      }
      this.dtypes.raise(row, above);
      this.devices.raise(row, above);
    }
  }

  private raiseFlags(row: number, above: number, anyTensor: Uint8Array): void {
    const flags = this.flags[row] ?? 0;
    const before = this.flags[above] ?? 0;
    let next = before | (flags & raisedFlags);
    if ((this.tensors[row] ?? 0) > 0) {
      const common = anyTensor[above] === 1 ? before & flags & commonFlags : flags & commonFlags;
      next = (next & ~commonFlags) | common;
      anyTensor[above] = 1;
    }
    this.flags[above] = next;
  }

  private name(row: number): void {
    if (this.kind[row] === RowKind.Value) {
      return;
    }
    const branch = itemAt(this.checkpoint.branches, this.branch[row]);
    if ((this.tensors[row] ?? 0) > 0) {
      this.dtype[row] = this.strings.of(this.dtypes.text(row));
      this.device[row] = this.strings.of(this.devices.text(row));
    } else if (branch !== undefined) {
      this.dtype[row] = this.strings.of(branch.type.slice(branch.type.lastIndexOf('.') + 1));
    }
  }
}

/** A row says what the outermost of the nodes that it stands for is. */
function descriptions(
  described: Descriptions,
  trie: Trie,
  rows: Rows,
  strings: StringTable,
  text: DescriptionText,
): Uint32Array {
  const found = new Uint32Array(rows.count);
  for (let row = 0; row < rows.count; row++) {
    const top = rows.top[row] ?? 0;
    for (let node = rows.node[row] ?? 0; node >= top; node = trie.parent[node] ?? -1) {
      const description = described[node];
      if (description !== undefined) {
        found[row] = strings.of(text(description));
      }
    }
  }
  return found;
}

/**
 * The rows of a checkpoint's tree, in file order.
 * @param text makes descriptions into text; without it they hold names and signs only, no words of any language.
 */
export function buildTree(checkpoint: Checkpoint, text: DescriptionText = symbolText): TreeColumns {
  const trie = new Trie(checkpoint.entries, checkpoint.branches);
  const rows = layOut(trie, checkpoint.branches);
  const aliases = findAliases(checkpoint.entries);
  const columns = new Columns(checkpoint, aliases, rows);
  columns.fill(trie);
  const labelLength = new Uint32Array(rows.count);
  for (let row = 0; row < rows.count; row++) {
    labelLength[row] = rows.labels[row]?.length ?? 0;
  }
  return {
    count: rows.count,
    labels: new TextEncoder().encode(rows.labels.join('')),
    labelLength,
    parent: rows.parent,
    end: columns.end,
    kind: columns.kind,
    flags: columns.flags,
    entry: columns.entry,
    branch: columns.branch,
    tensors: columns.tensors,
    elements: columns.elements,
    bytes: columns.bytes,
    shape: columns.shape,
    dtype: columns.dtype,
    device: columns.device,
    description: descriptions(describeTree(checkpoint, trie, aliases), trie, rows, columns.strings, text),
    strings: columns.strings.strings,
  };
}
