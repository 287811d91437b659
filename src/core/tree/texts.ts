/** Texts by number: most of a tree's cells say the same few things. */
export class StringTable {
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
export class ShapeTexts {
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
export class Mix {
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
