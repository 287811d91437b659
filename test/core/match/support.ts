import type { Source, Target } from '../../../src/core/match/match';
import type { Value } from '../../../src/core/pickle/values';
import { writePickle } from '../../../src/core/pickle/writer';
import { storedZip } from '../../support/storedZip';
import { dict, str, tensor } from '../checkpoint/builders';

/** A key and its shape. */
export type Named = readonly [key: string, ...shape: number[]];

/** A state dict with these keys, without `_metadata` unless versions are given. */
export function source(keys: readonly Named[], versions: Source['versions'] = null): Source {
  return {
    path: [],
    isModule: false,
    keys: keys.map(([key, ...shape], entry) => ({ key, shape, dtype: 'float32', entry })),
    versions,
  };
}

export function target(keys: readonly Named[], kind: Target['kind'] = 'keyList'): Target {
  return { kind, name: 'model', keys: keys.map(([key, ...shape]) => ({ key, shape, dtype: 'float32' })) };
}

/** The file of a state dict whose tensors are all views of one number: large models take no space. */
export function expandedFile(keys: readonly Named[]): Uint8Array {
  const tensors = keys.map(([key, ...shape]): [Value, Value] => [
    str(key),
    tensor('0', { shape, stride: shape.map(() => 0), elements: 1 }),
  ]);
  return storedZip([
    { name: 'archive/data.pkl', content: writePickle(dict(tensors)) },
    { name: 'archive/data/0', content: new Uint8Array(4) },
    { name: 'archive/version', content: Buffer.from('3\n') },
  ]);
}

/** `torch.nn.Linear`, `BatchNorm2d` … as keys. */
export const layer = {
  linear: (name: string, inputs: number, outputs: number): Named[] => [
    [`${name}.weight`, outputs, inputs],
    [`${name}.bias`, outputs],
  ],
  conv: (name: string, inputs: number, outputs: number, size = 3): Named[] => [
    [`${name}.weight`, outputs, inputs, size, size],
  ],
  norm: (name: string, features: number): Named[] => [
    [`${name}.weight`, features],
    [`${name}.bias`, features],
  ],
  batchNorm: (name: string, features: number): Named[] => [
    ...layer.norm(name, features),
    [`${name}.running_mean`, features],
    [`${name}.running_var`, features],
    [`${name}.num_batches_tracked`],
  ],
};

/** A small ResNet. */
export function resnet(classes = 10, depth = 2): Named[] {
  const blocks = Array.from({ length: depth }, (_, index) => [
    ...layer.conv(`layer1.${String(index)}.conv1`, 8, 8),
    ...layer.batchNorm(`layer1.${String(index)}.bn1`, 8),
  ]).flat();
  return [...layer.conv('conv1', 3, 8, 7), ...layer.batchNorm('bn1', 8), ...blocks, ...layer.linear('fc', 8, classes)];
}

export function prefixed(keys: readonly Named[], prefix: string): Named[] {
  return keys.map(([key, ...shape]) => [prefix + key, ...shape]);
}
