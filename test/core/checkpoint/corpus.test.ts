import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFile } from '../../../src/core/bytes/fileSource';
import type { Checkpoint, Entry, PathElement, TensorEntry } from '../../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { keyOf } from '../../../src/core/checkpoint/path';
import { corpusFolder, readOracle, type OracleTensor } from '../../support/corpus';

const oracle = readOracle();

async function open(file: string): Promise<Checkpoint> {
  const source = await openFile(join(corpusFolder, file));
  try {
    return await openCheckpoint(source, { fileName: file });
  } finally {
    await source.close();
  }
}

/** The oracle writes other keys than strings and ints by their repr. */
function oraclePath(path: readonly (PathElement | boolean)[]): string {
  return JSON.stringify(path.map((element) => (typeof element === 'object' ? element.repr : element)));
}

/** torch numbers ragged sizes by process, so `j2` in the oracle is our `j0`. */
function comparableShape(shape: readonly (string | number)[]): (string | number)[] {
  return shape.map((size) => (typeof size === 'string' ? size.replace(/^j\d+$/, 'ragged') : size));
}

function torchShape({ shape, ragged }: TensorEntry): (string | number)[] {
  return comparableShape(shape.map((size) => (size === -1 && ragged !== undefined ? ragged : size)));
}

/** oracle.md: what may be listed beside what the oracle holds. */
function isBesideOracle(entry: TensorEntry, checkpoint: Checkpoint): boolean {
  const isBelowAttribute = entry.path.some((element) => typeof element === 'string' && element.startsWith('.'));
  const isInSet = checkpoint.branches.some(
    ({ type, path }) => /set$/.test(type) && path.every((element, depth) => element === entry.path[depth]),
  );
  return isBelowAttribute || isInSet || entry.role === 'attribute' || entry.role === 'constant';
}

function describeTensor(entry: TensorEntry, like: OracleTensor, withGrad: boolean): object {
  return {
    shape: torchShape(entry),
    dtype: entry.dtype,
    layout: entry.layout,
    ...(withGrad && { requires_grad: entry.requiresGrad }),
    ...(like.stride !== undefined && { stride: entry.stride, offset: entry.offset }),
  };
}

function expected(tensor: OracleTensor, withGrad: boolean): object {
  const { shape, dtype, layout, requires_grad, stride, offset } = tensor;
  return {
    shape: comparableShape(shape),
    dtype,
    layout,
    ...(withGrad && { requires_grad }),
    ...(stride !== undefined && { stride, offset }),
  };
}

const isTensor = (entry: Entry): entry is TensorEntry => entry.kind === 'tensor';

describe('every file of the corpus that torch 2.13 reads', () => {
  const rows = [...oracle].filter(([, row]) => row.error === undefined);

  it.each(rows)('%s', async (file, row) => {
    const checkpoint = await open(file);
    const tensors = new Map(checkpoint.entries.filter(isTensor).map((entry) => [oraclePath(entry.path), entry]));
    // torch.jit.load's state dict is detached; the file itself says what required grad.
    const withGrad = row.loader !== 'torch.jit.load';
    const found: Record<string, object> = {};
    const wanted: Record<string, object> = {};
    for (const tensor of row.tensors ?? []) {
      const path = oraclePath(tensor.path);
      const entry = tensors.get(path);
      wanted[path] = expected(tensor, withGrad);
      if (entry !== undefined) {
        found[path] = describeTensor(entry, tensor, withGrad);
        tensors.delete(path);
      }
    }
    expect(found).toEqual(wanted);
    expect([...tensors.values()].filter((entry) => !isBesideOracle(entry, checkpoint)).map(({ path }) => path)).toEqual(
      [],
    );
    if (row.loader === 'torch.load' && (row.tags?.length ?? 0) > 0) {
      const tags = new Set(checkpoint.storages.map(({ device }) => device));
      expect([...tags].sort()).toEqual(row.tags);
    }
    expect(checkpoint.weightsOnly.loads).toBe(row.weights_only);
  });
});

/** What is in the files that torch 2.13 fails on: tensors as `path shape dtype`, or what the file is instead. */
const unreadByTorch: readonly (readonly [file: RegExp, content: readonly string[] | string])[] = [
  // torch.save raised half-way.
  [
    /\/dtype_u?int[1-7]\.pt$|1\.13\.1\/(?:dtype_complex32|misc_objs|nested|sparse_bs[cr]|sparse_csc)\.pt$/,
    'failed-save',
  ],
  [/1\.7\.1\/misc_objs\.pt$/, 'failed-save'],
  [/\/lite_fb\.ptl$/, 'model'],
  [/\/legacy_cx\.pt$/, ['w [1] complex64', 'q [2,2] quint8']],
  [/\/proto0\.pt$/, ['w [2] float32']],
  [/1\.13\.1\/sparse_csr\.pt$/, [' [2,2] float32']],
  [/\/dtype_bcomplex32\.pt$/, ['t [2] bcomplex32']],
  [/\/nested\.pt$/, [' [2,-1,-1] float32']],
  [/\/(?:dtypes_objs|pkg|py)\.pt$/, []],
];

describe('every file of the corpus that torch 2.13 does not read', () => {
  const rows = [...oracle].filter(([, row]) => row.error !== undefined);

  it.each(rows)('%s', async (file) => {
    const [, content] = unreadByTorch.find(([pattern]) => pattern.test(file)) ?? [];
    if (typeof content === 'string') {
      await expect(open(file)).rejects.toMatchObject({ foreign: { kind: content } });
      return;
    }
    const checkpoint = await open(file);
    const tensors = checkpoint.entries.filter(isTensor);
    expect(tensors.map(({ path, shape, dtype }) => `${keyOf(path)} [${shape.join()}] ${dtype}`)).toEqual(content);
    expect(checkpoint.entries.length).toBeGreaterThan(0);
    expect(checkpoint.weightsOnly.loads).toBe(oracle.get(file)?.weights_only);
  });
});
