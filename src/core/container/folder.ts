import { opendir } from 'node:fs/promises';
import { fromSystem } from '../bytes/systemError';
import type { ForeignFile } from './foreign';

const checkpointName = /\.(?:pt|pth|pth\.tar|ckpt|pkl|ptl|bin|safetensors|jit|th)$/;
/** Names are for people to choose from. */
const checkpointsShown = 20;
/** A folder may hold millions of files. */
const namesRead = 10_000;

/**
 * What a folder is that was given in place of a file.
 * @throws CheckpointError `file-missing`, `no-permission`, `io`
 */
export async function describeFolder(path: string): Promise<Extract<ForeignFile, { kind: 'folder' }>> {
  const names = await fileNames(path);
  return {
    kind: 'folder',
    contents: contentsOf(new Set(names)),
    checkpoints: names
      .filter((name) => checkpointName.test(name))
      .sort()
      .slice(0, checkpointsShown),
  };
}

async function fileNames(path: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(path)) {
      if (!entry.isDirectory()) names.push(entry.name);
      if (names.length === namesRead) break;
    }
    return names;
  } catch (error) {
    throw fromSystem(error);
  }
}

function contentsOf(names: ReadonlySet<string>): 'distributed-checkpoint' | 'hugging-face' | 'other' {
  if (names.has('.metadata')) return 'distributed-checkpoint';
  const weights = ['pytorch_model.bin', 'model.safetensors'];
  const hasWeights = weights.some((name) => names.has(name) || names.has(`${name}.index.json`));
  return names.has('config.json') && hasWeights ? 'hugging-face' : 'other';
}
