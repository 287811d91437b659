import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { auditImports } from '../../../src/core/audit/audit';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { WeightsOnly } from '../../../src/core/checkpoint/checkpoint';
import { openContainer } from '../../../src/core/container/detect';
import { CheckpointError } from '../../../src/core/errors';
import { runPython, withTorch } from '../../support/torch';

/** null: not even a container. */
async function weightsOnly(bytes: Uint8Array, fileName: string): Promise<WeightsOnly | null> {
  try {
    const container = await openContainer(memorySource(bytes), { fileName });
    return auditImports(container, new Map(), new Map()).weightsOnly;
  } catch (error) {
    if (error instanceof CheckpointError) {
      return null;
    }
    throw error;
  }
}

const corpus = join(__dirname, '..', '..', 'fixtures', 'corpus');

test('says of every file of the corpus what torch 2.13 said', async () => {
  const oracle = JSON.parse(await readFile(join(corpus, 'oracle.json'), 'utf8')) as Record<
    string,
    { weights_only: boolean }
  >;
  const wrong: string[] = [];
  for (const [file, row] of Object.entries(oracle)) {
    const answer = await weightsOnly(await readFile(join(corpus, file)), file);
    if ((answer?.loads ?? false) !== row.weights_only) {
      wrong.push(`${file}: torch ${row.weights_only}, here ${JSON.stringify(answer)}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(Object.keys(oracle)).toHaveLength(301);
});

describe('files that torch 2.13 writes and judges', () => {
  withTorch(
    'are judged alike, and what torch names is among what is named here',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'weights-only-'));
      try {
        const said = (await runPython('weights_only_cases.py', [folder])) as Record<
          string,
          { loads: boolean; message: string }
        >;
        const wrong: string[] = [];
        for (const [file, torch] of Object.entries(said)) {
          const answer = await weightsOnly(await readFile(join(folder, file)), file);
          if ((answer?.loads ?? false) !== torch.loads || !names(answer, torch.message)) {
            wrong.push(`${file}: torch ${torch.loads} ${torch.message}, here ${JSON.stringify(answer)}`);
          }
        }
        expect(wrong).toEqual([]);
        expect(Object.keys(said).length).toBeGreaterThan(200);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    { exact: true },
  );
});

/** Whether the import or opcode that torch's message names is one of the blockers. */
function names(answer: WeightsOnly | null, message: string): boolean {
  const blockers = answer?.blockers ?? [];
  const global = /Unsupported global: GLOBAL (\S+) /.exec(message)?.[1];
  const operand = /Unsupported operand (\d+)/.exec(message)?.[1];
  if (global !== undefined) {
    // torch leaves `builtins.` out, and does not map Python 2's module of exceptions.
    const full = global.includes('.') ? global.replace(/^exceptions\./, 'builtins.') : `builtins.${global}`;
    return blockers.some(({ reason, name }) => reason === 'global' && name === full);
  }
  return operand === undefined || blockers.some(({ reason }) => reason === 'opcode');
}
