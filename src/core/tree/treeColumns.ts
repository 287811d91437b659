/** What a row is; value of the `kind` column. */
export enum RowKind {
  Group,
  Tensor,
  Value,
}

/** Bits of the `flags` column. */
export enum RowFlag {
  /** Its storage is used by another tensor too. */
  Shared = 1,
  /** Not contiguous in memory. */
  Strided = 2,
  /** The storage holds more bytes than this tensor shows. */
  Partial = 4,
  /** An import outside torch's allow-list stands below. */
  UnknownImport = 8,
  /** A dangerous import stands below. */
  DangerousImport = 16,
  Parameter = 32,
  Buffer = 64,
  /** State of an optimizer. */
  Optimizer = 128,
  /** Not strided: sparse, nested. */
  Sparse = 256,
  Quantized = 512,
  /** The bytes of the storage are missing or cut. */
  Missing = 1024,
  RequiresGrad = 2048,
}

/** What is worth a mark in the tree, and a stop when going from flag to flag. */
export const flaggedBits =
  RowFlag.Shared |
  RowFlag.Strided |
  RowFlag.Partial |
  RowFlag.Missing |
  RowFlag.UnknownImport |
  RowFlag.DangerousImport;

/** What has become of a row since the last save; value of the `change` column. */
export enum RowChange {
  None,
  Modified,
  Added,
  /** Gone from the document; shown where it was. */
  Removed,
  Renamed,
}

/** What differs from the file on disk, row by row. Texts are indexes into `strings`; 0 where nothing changed. */
export interface TreeChanges {
  /**
   * `RowChange`. A group is `Added`, `Modified` or `Removed` when all below it is, and `Renamed` when all below it had the
   * same other key in common: the rows below then are not marked for that.
   */
  readonly change: Uint8Array;
  /** Key that a row had below the key that its group had; of one that was somewhere else its whole key. */
  readonly oldKey: Uint32Array;
  readonly oldShape: Uint32Array;
  readonly oldDtype: Uint32Array;
  readonly oldDevice: Uint32Array;
  /** Entries that are gone. */
  readonly removed: number;
}

/**
 * Tensors whose storage others use too: what a sum over chosen rows must not count twice. One place for each, in row
 * order; those that are gone are left out.
 */
export interface SharedViews {
  readonly row: Uint32Array;
  /** Row of the first tensor with the same storage, offset, shape and stride: its own when it is that one. */
  readonly alias: Uint32Array;
  readonly storage: Uint32Array;
  /** Bytes of the storage, from the first to behind the last that the tensor shows. */
  readonly start: Float64Array;
  readonly end: Float64Array;
}

/**
 * The rows of the tree as columns, in file order: a group comes before its children, and rows `i+1 … end[i]−1` are what is
 * below row `i`. Dotted keys are folded into groups; a group with one child is one row with it (`conv1.weight`).
 * Compact on purpose: 100,000 keys cross to the webview as a few arrays, and filtering needs no round trip.
 */
export interface TreeColumns {
  readonly count: number;
  /** Labels joined, UTF-8. The key of a row is its ancestors' labels and its own, joined with `.`. */
  readonly labels: Uint8Array;
  /** Length of each label in UTF-16 units, in the decoded text. */
  readonly labelLength: Uint32Array;
  /** Row of the parent; −1 at the top. */
  readonly parent: Int32Array;
  /** First row behind this row and everything below it. */
  readonly end: Uint32Array;
  readonly kind: Uint8Array;
  readonly flags: Uint16Array;
  /** Index into `Checkpoint.entries`, from its length on into the removed entries; −1 for a group. */
  readonly entry: Int32Array;
  /**
   * Index into `Checkpoint.branches`, from its length on into the removed branches; −1 for a leaf and for a group that only
   * dotted keys make.
   */
  readonly branch: Int32Array;
  /** Tensors in the row: 1 for a tensor, 0 for a value, the sum for a group. */
  readonly tensors: Uint32Array;
  /** Elements, summed as the interface shows them: aliases once per group. */
  readonly elements: Float64Array;
  /** Bytes, likewise. */
  readonly bytes: Float64Array;
  /** The following are indexes into `strings`; 0 is ''. */
  /** Shape `[64, 3, 7, 7]` of a tensor, Python literal of a value, '' for a group. */
  readonly shape: Uint32Array;
  /** Dtype of a tensor, type of a value, `float32 +1` for a group of tensors. */
  readonly dtype: Uint32Array;
  readonly device: Uint32Array;
  /** What the weights imply (`Conv2d 64 → 64, 1×1`), or what the object is (`argparse.Namespace`). */
  readonly description: Uint32Array;
  readonly strings: readonly string[];
  readonly shared: SharedViews;
  /** null while the document is as it was saved. */
  readonly changes: TreeChanges | null;
}
