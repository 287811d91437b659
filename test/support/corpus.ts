import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the corpus of real torch files. */
export const corpusFolder = join(dirname(fileURLToPath(import.meta.url)), '..', 'fixtures', 'corpus');

/** A tensor as torch 2.13 found it. What torch has not for it (stride of a sparse tensor) is absent. */
export interface OracleTensor {
  /** A dict key that is neither text nor int stands as its repr. */
  readonly path: readonly (string | number | boolean)[];
  readonly shape: readonly (number | string)[];
  readonly dtype: string;
  readonly layout: string;
  readonly requires_grad: boolean;
  readonly stride?: readonly number[];
  readonly offset?: number;
  /** Of the contiguous little-endian bytes; null where torch could not say. */
  readonly sha256?: string | null;
}

/** One file of the corpus as torch 2.13 sees it (`oracle.py` beside it). */
export interface OracleRow {
  readonly loader?: 'torch.load' | 'torch.load on cpu' | 'torch.jit.load' | 'pickle.load';
  readonly tensors?: readonly OracleTensor[];
  readonly tags?: readonly string[];
  readonly weights_only: boolean;
  readonly error?: string;
}

/** What torch finds in every file of the corpus, by path below its folder. */
export function readOracle(): ReadonlyMap<string, OracleRow> {
  const oracle = JSON.parse(readFileSync(join(corpusFolder, 'oracle.json'), 'utf8')) as Record<string, OracleRow>;
  return new Map(Object.entries(oracle));
}
