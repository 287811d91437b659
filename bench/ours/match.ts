import { match, type Source, type SourceKey, type Target } from '../../src/core/match/match';
import { propose } from '../../src/core/match/propose';

const block: readonly (readonly [name: string, ...shape: number[]])[] = [
  ['ln.weight', 32],
  ['ln.bias', 32],
  ['attn.q.weight', 32, 32],
  ['attn.q.bias', 32],
  ['attn.k.weight', 32, 32],
  ['attn.k.bias', 32],
  ['attn.v.weight', 32, 32],
  ['attn.v.bias', 32],
  ['mlp.fc1.weight', 64, 32],
  ['mlp.fc1.bias', 64],
];

/** A state dict of so many keys, as a file or a model has it. */
function keys(count: number, prefix: string): SourceKey[] {
  return Array.from({ length: count }, (_, entry) => {
    const [name, ...shape] = block[entry % block.length] ?? [''];
    // Through bytes, so that it is one flat text, as read from a file.
    const key = Buffer.from(`${prefix}.${String(Math.floor(entry / block.length))}.${name}`).toString();
    return { key, shape, dtype: 'float32', entry };
  });
}

function pair(count: number, from: string, to: string): [Source, Target] {
  return [
    { path: [], isModule: false, keys: keys(count, from), versions: null },
    { kind: 'keyList', name: 'model', keys: keys(count, to) },
  ];
}

function times(runs: number, work: () => unknown): number[] {
  return Array.from({ length: runs }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  });
}

/** Usage: node match.mjs. Prints milliseconds: of a match of 1,000 keys, and of proposals for 100,000 by prefix and by order. */
const small = pair(1_000, 'blocks', 'blocks');
const wrapped = pair(100_000, 'module.blocks', 'blocks');
const renamed = pair(100_000, 'backbone.layer', 'encoder.blocks');
console.log(
  JSON.stringify({
    match: times(50, () => match(...small)),
    prefix: times(5, () => propose(...wrapped)),
    order: times(5, () => propose(...renamed)),
  }),
);
