import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = process.env['PTCKPT_ROOT'] ?? '';

/** What real torch loads from a file, by key; undefined where there is no torch. */
export async function loadedByTorch(path: string): Promise<Record<string, string> | undefined> {
  const python = process.env['PTCKPT_TORCH_PYTHON'];
  if (python === undefined) {
    return undefined;
  }
  const { stdout } = await promisify(execFile)(python, [join(root, 'test', 'torch', 'loaded.py'), path]);
  return JSON.parse(stdout) as Record<string, string>;
}
