import type { Checkpoint } from '../checkpoint/checkpoint';

/** What a checkpoint can be saved as. */
export type SaveTarget = 'zip' | 'legacy' | 'safetensors';

/** What a file is saved as under its own name: as what it is where that is written here, else as a ZIP. */
export function ownTarget({ container: { kind } }: Pick<Checkpoint, 'container'>): SaveTarget {
  return kind === 'legacy' || kind === 'safetensors' ? kind : 'zip';
}

/** What it is saved as under another name: one that says `.safetensors`, or no longer says it, says the format. */
export function targetFor(path: string, checkpoint: Pick<Checkpoint, 'container'>): SaveTarget {
  const own = ownTarget(checkpoint);
  if (namesSafetensors(path)) {
    return 'safetensors';
  }
  return own === 'safetensors' && /\.[^./\\]+$/.test(path) ? 'zip' : own;
}

export function namesSafetensors(path: string): boolean {
  return /\.safetensors$/i.test(path);
}
