import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = process.env['PTCKPT_ROOT'] ?? '';

/** There is a Python with torch to ask. */
export const hasTorch = process.env['PTCKPT_TORCH_PYTHON'] !== undefined;

/**
 * What Python expressions give over what real torch loads from a file as `ckpt`; test/torch/evaluate.py says what else they
 * see.
 */
export async function evaluated(path: string, ...expressions: readonly string[]): Promise<unknown[]> {
  const python = process.env['PTCKPT_TORCH_PYTHON'];
  if (python === undefined) {
    throw new Error('no Python with torch');
  }
  const child = spawn(python, [join(root, 'test', 'torch', 'evaluate.py'), path]);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdin.end(JSON.stringify(expressions));
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  try {
    return JSON.parse(output) as unknown[];
  } catch {
    throw new Error(`evaluate.py over ${path} failed: ${errors}`);
  }
}
