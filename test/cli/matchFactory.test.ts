import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, vi } from 'vitest';
import { cli } from '../support/cli';
import { python, withTorch } from '../support/torch';
import { fewOfTorch, writeProject } from '../support/userCode';

/** `ptckpt match FILE python:…`, with so little of torch that it is imported in no time. */

const project = writeProject({
  ...fewOfTorch,
  'models.py': `
from torch import nn

def raises():
    print('half way')
    raise ValueError('no such width')
`,
});
copyFileSync(
  join(import.meta.dirname, '..', 'fixtures', 'corpus', 'torch-2.14.1', 'train.pt'),
  join(project, 'train.pt'),
);

beforeEach(() => {
  vi.stubEnv('PYTHONPATH', project);
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => {
  rmSync(project, { recursive: true });
});

withTorch('shows the user’s traceback and output, then one line', async () => {
  const file = join(project, 'train.pt');
  const { status, stderr } = await cli(['match', file, 'python:models:raises', '--python', python()?.executable ?? '']);
  expect(status).toBe(2);
  const lines = stderr.trimEnd().split('\n');
  expect(lines[0]).toBe('Traceback (most recent call last):');
  expect(lines[1]).toContain(join(project, 'models.py'));
  expect(lines.slice(-3)).toEqual([
    'Output:',
    'half way',
    'ptckpt: python:models:raises: the factory raised ValueError: no such width; correct it and try again',
  ]);
});
