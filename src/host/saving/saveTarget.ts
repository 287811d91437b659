import type { Container, ContainerKind } from '../../core/container/container';
import type { SaveTarget } from '../../core/write/planSave';

/** What a file is saved as under its own name: in its own format where that is written here, else as a ZIP. */
export function ownTarget(kind: ContainerKind): SaveTarget {
  return kind === 'legacy' || kind === 'safetensors' ? kind : 'zip';
}

/** What it is saved as under another name: `.safetensors` says what is in it. */
export function targetFor(path: string, kind: ContainerKind): SaveTarget {
  const own = ownTarget(kind);
  if (/\.safetensors$/i.test(path)) {
    return 'safetensors';
  }
  return own === 'safetensors' ? 'zip' : own;
}

/** Whether saving changes the format of the file, so that what read it until now may not do so any more. */
export function isConverted({ kind, compression }: Container): boolean {
  return kind === 'tar' || kind === 'pickle' || compression !== null;
}
