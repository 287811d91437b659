import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli } from '../support/cli';
import { corpusFolder, readOracle, type OracleRow, type OracleTensor } from '../support/corpus';

interface ListedTensor {
  readonly path: readonly (string | number | { readonly repr: string })[];
  readonly shape: readonly (number | string)[];
  readonly dtype: string;
  readonly device: string | null;
  readonly stride: readonly number[] | null;
  readonly offset: number | null;
  readonly layout: string;
  readonly requiresGrad: boolean;
  readonly role: string | null;
  readonly storage: { readonly key: string } | null;
  readonly sha256: string | null;
}

interface Listing {
  readonly container: string;
  readonly tensors: readonly ListedTensor[];
  readonly values: readonly { readonly repr: string }[];
  readonly weightsOnly: { readonly loads: boolean; readonly blockers: readonly unknown[] };
  readonly findings: readonly { readonly severity: string; readonly code: string; readonly message: string }[];
  readonly summary: { readonly devices: Readonly<Record<string, number>> };
}

async function inspect(file: string): Promise<Listing> {
  const { status, stdout, stderr } = await cli(['inspect', join(corpusFolder, file), '--json', '--digest']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Listing;
}

const pathText = (path: OracleTensor['path'] | ListedTensor['path']): string =>
  JSON.stringify(path.map((element) => (typeof element === 'object' ? element.repr : element)));

function byPath(tensors: readonly ListedTensor[]): Map<string, ListedTensor[]> {
  const groups = new Map<string, ListedTensor[]>();
  for (const tensor of tensors) {
    const key = pathText(tensor.path);
    groups.set(key, [...(groups.get(key) ?? []), tensor]);
  }
  return groups;
}

/** torch numbers its names of ragged sizes (`j0`) for each process: that it is one is compared, not which. */
const sizes = (shape: OracleTensor['shape']) =>
  shape.map((size) => (typeof size === 'string' ? size.replace(/^j\d+$/, 'j#') : size));

/** The facts that torch tells of a tensor. `requires_grad` of TorchScript is left out: the oracle detached those. */
function torchFacts(tensor: OracleTensor, row: OracleRow) {
  const { dtype, layout, requires_grad: requiresGrad, stride = null, offset = null, sha256 = null } = tensor;
  const shape = sizes(tensor.shape);
  return { shape, dtype, layout, stride, offset, sha256, ...(row.loader !== 'torch.jit.load' && { requiresGrad }) };
}

/** The same facts as listed. Where torch has none, nothing is compared. */
function listedFacts(listed: ListedTensor, tensor: OracleTensor, row: OracleRow) {
  const { shape, dtype, layout, requiresGrad, stride, offset, sha256 } = listed;
  return {
    shape: sizes(shape),
    dtype,
    layout,
    stride: tensor.stride === undefined ? null : stride,
    offset: tensor.offset === undefined ? null : offset,
    sha256: (tensor.sha256 ?? null) === null ? null : sha256,
    ...(row.loader !== 'torch.jit.load' && { requiresGrad }),
  };
}

/** What the oracle does not descend into (`oracle.py`): objects, sets, and what a TorchScript state dict leaves out. */
const mayBeMore = ({ path, role }: ListedTensor): boolean =>
  role === 'attribute' ||
  role === 'constant' ||
  path.some((element) => typeof element === 'string' && /^(\.|\(\d+\)$)/.test(element));

const oracle = [...readOracle()];
const readable = oracle.filter(([, row]) => row.error === undefined);
const refused = oracle.filter(([, row]) => row.error !== undefined);

describe('every file that torch 2.13 reads', () => {
  it.each(readable)('%s lists as torch does', async (file, row) => {
    const { tensors, weightsOnly } = await inspect(file);
    const listed = byPath(tensors);
    for (const tensor of row.tensors ?? []) {
      const key = pathText(tensor.path);
      const found = listed.get(key)?.shift();
      expect(found && { key, ...listedFacts(found, tensor, row) }).toEqual({ key, ...torchFacts(tensor, row) });
    }
    const more = [...listed.values()].flat().filter((tensor) => !mayBeMore(tensor));
    expect(more.map(({ path }) => pathText(path))).toEqual([]);
    expect(weightsOnly).toMatchObject({ loads: row.weights_only, ...(row.weights_only && { blockers: [] }) });
  });

  const tagged = readable.filter(([, { loader, tags = [] }]) => loader === 'torch.load' && tags.length > 0);
  it.each(tagged)('%s has the device tags that torch met', async (file, { tags = [] }) => {
    const { tensors, values } = await inspect(file);
    const ofTensors = tensors.filter(({ storage }) => storage !== null).map(({ device }) => device);
    const ofStorages = values.flatMap(({ repr }) => /^\w+Storage\(.*device=(.*)\)$/.exec(repr)?.slice(1) ?? []);
    expect([...new Set([...ofTensors, ...ofStorages])].sort()).toEqual([...tags].sort());
  });
});

describe('every file that torch 2.13 refuses', () => {
  it.each(refused)('%s is listed, or says what is wrong', async (file, row) => {
    const { status, stdout, stderr } = await cli(['inspect', join(corpusFolder, file), '--json']);
    const document: unknown = JSON.parse(stdout);
    if (status === 2) {
      expect(stderr).toMatch(/^ptckpt: .*: .+; .+\n$/);
      expect(document).toMatchObject({ schema: 1, error: { code: expect.any(String) as unknown } });
      return;
    }
    expect(status).toBe(0);
    expect(document).toMatchObject({ weightsOnly: { loads: row.weights_only } });
  });
});
