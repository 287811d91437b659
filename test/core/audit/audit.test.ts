import { expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import type { WeightsOnly } from '../../../src/core/checkpoint/checkpoint';
import { call, dict, global, int, pickleBytes, proto, stop, tensor } from '../../support/pickleBytes';
import { checkpointEntries, storedZip } from '../../support/storedZip';

const open = (...opcodes: readonly string[]) =>
  openCheckpoint(memorySource(storedZip(checkpointEntries(pickleBytes(proto(2), ...opcodes, stop)))));
const namespace = call('argparse', 'Namespace');
const keys = (count: number): string[] => Array.from({ length: count }, (_, index) => `key${index}`);

test('an import has the first twenty entries that need it, and their number', async () => {
  const { imports } = await open(dict(...keys(30).map((key) => [key, namespace] as const)));
  expect(imports).toEqual([
    {
      name: 'argparse.Namespace',
      verdict: 'unknown',
      reason: null,
      section: 'data.pkl',
      paths: keys(20).map((key) => [key]),
      pathCount: 30,
      uses: 30,
      unread: false,
    },
  ]);
});

test('a name that stands under two spellings is one import', async () => {
  const set = (module: string): string => `${global(module, 'set')}(](${int(1)}etR`;
  const { imports } = await open(dict(['a', set('__builtin__')], ['b', set('builtins')]));
  expect(imports).toMatchObject([{ name: 'builtins.set', verdict: 'allowed', paths: [['a'], ['b']], uses: 2 }]);
});

test('a name whose object is dropped again is one that no entry needs', async () => {
  const { imports } = await open(global('foo', 'bar'), 'N');
  expect(imports).toMatchObject([{ name: 'foo.bar', paths: [], pathCount: 0, uses: 1 }]);
});

test('weights_only: all that stops it, each with the entries that need it', async () => {
  const defaults = `${global('collections', 'defaultdict')})R${int(1)}${int(2)}s`;
  const { weightsOnly } = await open(
    dict(['w', tensor('0', 2)], ['args', namespace], ['d', defaults], ['e', '\x82\x05']),
  );
  expect(weightsOnly).toEqual<WeightsOnly>({
    torch: '2.13',
    loads: false,
    blockers: [
      { reason: 'opcode', name: 'EXT1', paths: [] },
      { reason: 'global', name: 'argparse.Namespace', paths: [['args']] },
      { reason: 'global', name: 'collections.defaultdict', paths: [['d']] },
      { reason: 'set-item', name: 'collections.defaultdict', paths: [['d']] },
    ],
  });
});
