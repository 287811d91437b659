/**
 * Every cap on what a file may claim. Each has a reason and the largest real value seen, so that nobody has to guess
 * whether a limit is in the way. Passed in, so that tests can lower them.
 */
export interface Limits {
  /** Bytes of one pickle held in memory. Longer byte strings stay in the file as ranges. */
  readonly pickleBytes: number;
  /** A `bytes` or text longer than this is kept as a range of the stream. Seen: numpy arrays of gigabytes. */
  readonly inlineBytes: number;
  /** Heap that the objects of one pickle may take, as estimated from its opcodes. Seen: 1 GB for 1.3 million tensors. */
  readonly pickleHeapBytes: number;
  /** Stack and nesting of one pickle. Seen: some 200 levels in FX graphs. Python itself stops near 1,000 when writing. */
  readonly depth: number;
  /** Highest memo index. CPython numbers objects one by one, and takes 16 bytes for each index below: 4 GB here. */
  readonly memoIndex: number;
  /** Digits of a textual int: conversion is quadratic. Python's own limit is 4,300. */
  readonly intDigits: number;
  /** Rows that expanding shared structure may give. Seen: 1.3 million tensors in one file (safetensors issue 668). */
  readonly entries: number;
  /** Rows below containers that were listed before. Seen: twice the state dict, where an average shares the model's. */
  readonly repeats: number;
  /** Steps of the way to one entry. Seen: some 30 in hyper-parameters. */
  readonly pathDepth: number;
  /** Records of one archive. */
  readonly records: number;
  /** Bytes of an archive's directory. Seen: some 90 MB for 1.3 million records. */
  readonly directoryBytes: number;
  /** Bytes that one packed record may unpack to while opening. */
  readonly inflatedBytes: number;
}

export const defaultLimits: Limits = {
  pickleBytes: 1 << 30,
  inlineBytes: 64 << 10,
  pickleHeapBytes: 1.5 * (1 << 30),
  depth: 1_000_000,
  memoIndex: 1 << 28,
  intDigits: 4_300,
  entries: 4_000_000,
  repeats: 1_000_000,
  pathDepth: 1_000,
  records: 4_000_000,
  directoryBytes: 512 << 20,
  inflatedBytes: 256 << 20,
};
