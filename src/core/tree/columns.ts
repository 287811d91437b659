import { elementsOfTensor } from '../checkpoint/aliases';
import type { Entry, TensorEntry } from '../checkpoint/checkpoint';
import { namedShape } from '../checkpoint/namedShape';
import { keyOf } from '../checkpoint/path';
import { isContiguous } from '../checkpoint/strides';
import { itemAt, type Rows } from './layOut';
import type { Shown } from './shown';
import { Mix, ShapeTexts, StringTable } from './texts';
import { RowFlag, RowKind } from './treeColumns';
import type { Trie } from './trie';

function importFlags({ imports }: Shown): ReadonlyMap<string, number> {
  const flags = new Map<string, number>();
  for (const { verdict, paths } of imports) {
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

/** By place, the flag that the optimizer's list of parameters implies where the file itself does not say. */
function optimizerFlags({ branches, optimizers, placeOf }: Shown): Uint16Array {
  const flags = new Uint16Array(placeOf.length);
  const add = (number: number, flag: RowFlag): void => {
    const place = placeOf[number] ?? 0;
    flags[place] = (flags[place] ?? 0) | flag;
  };
  for (const { first, end, role } of branches) {
    if (role === 'optimizer') {
      for (let number = first; number < end; number++) {
        add(number, RowFlag.Optimizer);
      }
    }
  }
  for (const { parameters, buffers } of optimizers) {
    for (const index of parameters) {
      if (index !== null) {
        add(index, RowFlag.Parameter);
      }
    }
    for (const index of buffers) {
      add(index, RowFlag.Buffer);
    }
  }
  return flags;
}

// What a group has when something below it has it.
const raisedFlags = RowFlag.UnknownImport | RowFlag.DangerousImport | RowFlag.Missing;
// What a group has when every tensor below it has it.
const commonFlags = RowFlag.Shared | RowFlag.Optimizer;

/** The cells of the rows. */
export class Columns {
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
  /** Place of each row's entry among those shown; −1 for a group. */
  private readonly place: Int32Array;
  private readonly dtypes: Mix;
  private readonly devices: Mix;
  private readonly shapes = new ShapeTexts(this.strings);

  constructor(
    private readonly shown: Shown,
    private readonly rows: Rows,
  ) {
    const { count } = rows;
    this.end = new Uint32Array(count);
    this.kind = new Uint8Array(count);
    this.flags = new Uint16Array(count);
    this.entry = new Int32Array(count).fill(-1);
    this.place = new Int32Array(count).fill(-1);
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
    const { entries, branches, numberAt } = this.shown;
    const imports = importFlags(this.shown);
    const implied = optimizerFlags(this.shown);
    for (let row = 0; row < this.rows.count; row++) {
      const node = this.rows.node[row] ?? 0;
      const place = trie.entry[node] ?? -1;
      this.place[row] = place;
      this.branch[row] = trie.branch[node] ?? -1;
      this.kind[row] = RowKind.Group;
      const entry = itemAt(entries, place);
      if (entry !== undefined) {
        this.entry[row] = numberAt[place] ?? -1;
        this.fillLeaf(row, entry, place);
        this.flags[row] = (this.flags[row] ?? 0) | (implied[place] ?? 0);
      }
      if (imports.size > 0 && trie.gone[node] === 0) {
        const path = entry?.path ?? itemAt(branches, this.branch[row])?.path;
        this.flags[row] = (this.flags[row] ?? 0) | (path === undefined ? 0 : (imports.get(keyOf(path)) ?? 0));
      }
    }
    this.sum(trie.gone);
  }

  private fillLeaf(row: number, entry: Entry, place: number): void {
    if (entry.kind === 'value') {
      this.kind[row] = RowKind.Value;
      this.shape[row] = this.strings.of(entry.repr);
      this.dtype[row] = this.strings.of(entry.type);
      return;
    }
    this.kind[row] = RowKind.Tensor;
    this.flags[row] = tensorFlags(entry, this.shown.aliases.shared[place] === 1);
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
  private sum(gone: Uint8Array): void {
    const { parent, count, node } = this.rows;
    const { first } = this.shown.aliases;
    const anyTensor = new Uint8Array(count);
    for (let row = count - 1; row >= 0; row--) {
      this.end[row] ||= row + 1;
      this.name(row);
      const above = parent[row] ?? -1;
      if (above === -1) {
        continue;
      }
      this.end[above] ||= this.end[row] ?? 0;
      if (gone[node[row] ?? 0] !== gone[node[above] ?? 0]) {
        continue;
      }
      this.raiseFlags(row, above, anyTensor);
      this.tensors[above] = (this.tensors[above] ?? 0) + (this.tensors[row] ?? 0);
      const place = this.place[row] ?? -1;
      // An alias is counted where it is met first, so that sums of groups add up to the file's.
      if (place === -1 || first[place] === place) {
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
    const branch = itemAt(this.shown.branches, this.branch[row]);
    if ((this.tensors[row] ?? 0) > 0) {
      this.dtype[row] = this.strings.of(this.dtypes.text(row));
      this.device[row] = this.strings.of(this.devices.text(row));
    } else if (branch !== undefined) {
      this.dtype[row] = this.strings.of(branch.type.slice(branch.type.lastIndexOf('.') + 1));
    }
  }
}
