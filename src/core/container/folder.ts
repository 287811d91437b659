import { opendir } from 'node:fs/promises';
import type { ByteSource } from '../bytes/byteSource';
import { openFile } from '../bytes/fileSource';
import { fromSystem } from '../bytes/systemError';
import { CheckpointError } from '../errors';
import { ForeignFileError, type ForeignFile } from './foreign';

const checkpointName = /\.(?:pt|pth|pth\.tar|ckpt|pkl|ptl|bin|safetensors|jit|th)$/;
/** Names are for people to choose from. */
const checkpointsShown = 20;
/** A folder may hold millions of files. */
const namesRead = 10_000;

/**
 * Opens what a person named: a file, as `openFile` does; a folder is said to be one, with what is in it.
 * @throws ForeignFileError `is-a-folder`; CheckpointError as `openFile`.
 */
export async function openPath(path: string): Promise<ByteSource> {
  try {
    return await openFile(path);
  } catch (error) {
    if (error instanceof CheckpointError && error.code === 'is-a-folder') {
      throw new ForeignFileError(await describeFolder(path), 'is-a-folder');
    }
    throw error;
  }
}

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
