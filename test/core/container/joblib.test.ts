import { describe, expect, test } from 'vitest';
import { auditRecords } from '../../../src/core/audit/auditRecords';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { call, dict, global, int, pickleBytes, proto, stop, text } from '../../support/pickleBytes';

interface ArraySpec {
  /** numpy's type code. */
  readonly code: string;
  readonly shape: readonly number[];
  /** What stands in the file for the numbers, padding included. */
  readonly raw: string;
  readonly aligned?: boolean;
  /** Bytes per element in the state of the dtype; −1 as for every type of fixed length. */
  readonly stated?: string;
}

const minusOne = 'J\xff\xff\xff\xff';

/** What joblib writes for an array: an object that says what it is, and behind its BUILD the numbers. */
function array({ code, shape, raw, aligned = false, stated = minusOne }: ArraySpec): string {
  const dtype = `${call('numpy', 'dtype', text(code), '\x89', '\x88')}(${int(3)}${text('<')}NNN${stated}${minusOne}${int(0)}tb`;
  const fields = dict(
    ['shape', `(${shape.map(int).join('')}t`],
    ['order', text('C')],
    ['dtype', dtype],
    ...(aligned ? ([['numpy_array_alignment_bytes', int(16)]] as const) : []),
  );
  return `${global('joblib.numpy_pickle', 'NumpyArrayWrapper')})\x81${fields}b${raw}`;
}

const run = call('os', 'system', text('id'));

async function open(...parts: readonly string[]): Promise<Checkpoint> {
  return auditRecords(await openCheckpoint(memorySource(pickleBytes(proto(2), ...parts, stop))));
}

const dangerous = ({ imports }: Checkpoint): string[] =>
  imports.filter(({ verdict }) => verdict === 'dangerous').map(({ name }) => name);

describe('what joblib writes', () => {
  test.each<[string, ArraySpec]>([
    ['numbers', { code: 'f4', shape: [2, 3], raw: '\xff'.repeat(24) }],
    ['numbers that end like a pickle', { code: 'i1', shape: [4], raw: '0N..' }],
    ['a scalar', { code: 'f8', shape: [], raw: '\xff'.repeat(8) }],
    ['no numbers at all', { code: 'f8', shape: [0, 3], raw: '' }],
    ['text', { code: 'U2', shape: [2], raw: '\xff'.repeat(16) }],
    ['text of a length that the state says', { code: 'S1', shape: [2], raw: '\xff'.repeat(6), stated: int(3) }],
    ['aligned numbers', { code: 'u2', shape: [3], raw: `\x05${'\xff'.repeat(5)}${'\x00'.repeat(6)}`, aligned: true }],
  ])('is read on behind an array: %s', async (_, spec) => {
    const checkpoint = await open(dict(['a', array(spec)], ['b', array(spec)], ['z', run], ['n', int(5)]));
    expect(dangerous(checkpoint)).toEqual(['os.system']);
    expect(checkpoint.entries.map(({ path }) => path)).toContainEqual(['n']);
    expect(checkpoint.findings).toEqual([]);
    // Where there is nothing between the opcodes, nothing is lost.
    expect(checkpoint.container.sections[0]?.graph.lossy[0]?.code).toBe(spec.raw === '' ? undefined : 'raw-array');
  });

  test('and pickle.load would read another way: what it would import is listed too', async () => {
    const hidden = `0${run}.`;
    const checkpoint = await open(array({ code: 'i1', shape: [hidden.length], raw: hidden }), '0', call('sys', 'exit'));
    expect(dangerous(checkpoint)).toContain('os.system');
    expect(checkpoint.imports.map(({ name }) => name)).toContain('sys.exit');
  });

  test.each<[string, ArraySpec]>([
    ['a record', { code: 'V12', shape: [1], raw: '\xff'.repeat(12) }],
    ['a shape beyond the file', { code: 'f8', shape: [100, 100], raw: '\xff' }],
  ])('breaks off at an array of which it cannot be told where it ends: %s', async (_, spec) => {
    const checkpoint = await open(dict(['y', run], ['a', array(spec)]));
    expect(dangerous(checkpoint)).toEqual(['os.system']);
    expect(checkpoint.findings.map(({ code }) => code)).toContain('pickle-unreadable');
  });
});
