import { describe, expect, test } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { Container } from '../../../src/core/container/container';
import { openContainer } from '../../../src/core/container/detect';
import { CheckpointError } from '../../../src/core/errors';
import { call, pickleBytes, proto, stop, text } from '../../support/pickleBytes';

function open(bytes: Uint8Array): Promise<Container> {
  return openContainer(memorySource(bytes));
}

describe('a file that is a pickle', () => {
  test.each([2, 3, 4, 5])('of protocol %i', async (protocol) => {
    const container = await open(pickleBytes(proto(protocol), '}', stop));
    expect(container.kind).toBe('pickle');
    expect(container.sections[0]).toMatchObject({ name: '', graph: { protocol } });
    expect(container.findings).toEqual([]);
  });

  test.each(['(dp0\nS"a"\nI1\ns.', '(lp0\n.', ']q\0.', `}q\0(${text('a')}K\x01u.`, 'cos\nsystem\n(S"true"\ntR.'])(
    'without PROTO: %j',
    async (opcodes) => {
      expect((await open(pickleBytes(opcodes))).kind).toBe('pickle');
    },
  );

  test('of Python 2, whose text pickle breaks off after a call', async () => {
    const container = await open(pickleBytes('cos\nsystem\n(S"true"\ntR\xff'));
    expect(container.sections).toEqual([]);
    expect(container.unreadable[0]?.partial.globals).toMatchObject([{ module: 'os', name: 'system' }]);
    expect(container.findings).toMatchObject([{ severity: 'error', code: 'pickle-unreadable' }]);
  });

  test('that breaks off: an error when it names nothing, else what it names', async () => {
    await expect(open(pickleBytes(proto(2), '}('))).rejects.toBeInstanceOf(CheckpointError);
    const container = await open(pickleBytes(proto(2), call('os', 'system', text('true')), '('));
    expect(container.unreadable[0]?.error.code).toBe('truncated');
    expect(container.unreadable[0]?.partial.calls.length).toBe(1);
  });

  test('behind which others stand', async () => {
    const evil = pickleBytes(proto(2), call('os', 'system', text('true')), stop);
    const container = await open(Buffer.concat([pickleBytes(proto(2), '}', stop), evil, Buffer.from('garbage')]));
    expect(container.sections.length).toBe(1);
    expect(container.asides.map(({ name }) => name)).toEqual(['pickle 2']);
    expect(container.findings.map(({ code, args }) => [code, args])).toEqual([
      ['more-pickles', [1]],
      ['trailing-bytes', [7]],
    ]);
  });

  test('is cancelled', async () => {
    const bytes = pickleBytes(proto(2), '}', stop);
    const opening = openContainer(memorySource(bytes), { signal: AbortSignal.abort() });
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
  });
});
