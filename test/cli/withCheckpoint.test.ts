import { appendFileSync, statSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { cli } from '../support/cli';
import { copied, useFolder } from './editSupport';

const unwritable = vi.hoisted(() => ({ oldSize: 0 }));
// As on a read-only file system, which a test that runs as root cannot have.
vi.mock('../../src/core/write/prepareToOpen', () => ({
  prepareToOpen: () => Promise.resolve({ recovery: { kind: 'unwritable', ...unwritable }, removed: [] }),
}));

useFolder();

it('reads what a file was before an append that was cut and cannot be undone', async () => {
  const file = copied('torch-2.14.1/train.pt');
  unwritable.oldSize = statSync(file).size;
  const whole = await cli(['inspect', file]);
  appendFileSync(file, Buffer.alloc(1_000, 7));
  expect(await cli(['inspect', file])).toEqual({
    ...whole,
    stderr: `ptckpt: ${file}: an append save had been cut; read is what the file was before it\n`,
  });
});
