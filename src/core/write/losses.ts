import type { Checkpoint } from '../checkpoint/checkpoint';
import type { EditState } from '../edit/state';
import type { SaveTarget } from './saveTarget';
import { isOwnRecord } from './zipCheckpoint';

/** What a file of another format does not hold of a checkpoint, though its tensors and values are all there. */
export type Loss =
  /** safetensors records no devices: the others than the CPU. */
  | { readonly kind: 'devices'; readonly devices: readonly string[] }
  /** `_metadata` of a state dict: version numbers of its modules. */
  | { readonly kind: 'versions' }
  | { readonly kind: 'requires-grad'; readonly tensors: number }
  /** `__metadata__` of a `.safetensors`. */
  | { readonly kind: 'metadata'; readonly keys: readonly string[] }
  /** Records of the archive that are none of torch's. */
  | { readonly kind: 'records'; readonly names: readonly string[] }
  /** It was one that `pickle.load` reads. */
  | { readonly kind: 'plain-pickle' }
  /** The file was compressed as a whole. */
  | { readonly kind: 'compression'; readonly format: string };

/** What saving in a format loses, to be said before anything is written. What cannot be saved at all, `planSave` refuses. */
export function lossesOf(state: EditState, target: SaveTarget): readonly Loss[] {
  const { original, checkpoint } = state;
  return [
    ...(target === 'safetensors' && original.container.kind !== 'safetensors' ? toSafetensors(checkpoint) : []),
    ...(target !== 'safetensors' ? fromSafetensors(state) : []),
    ...(target !== 'zip' ? records(original) : []),
    ...(original.container.kind === 'pickle' ? [{ kind: 'plain-pickle' } as const] : []),
    ...(original.container.compression === null
      ? []
      : [{ kind: 'compression', format: original.container.compression } as const]),
  ];
}

function toSafetensors({ entries, summary }: Checkpoint): readonly Loss[] {
  const devices = [...summary.devices.keys()].filter((device) => device !== 'cpu');
  const trained = entries.filter((entry) => entry.kind === 'tensor' && entry.requiresGrad).length;
  return [
    ...(devices.length > 0 ? [{ kind: 'devices', devices } as const] : []),
    ...(entries.some(({ path }) => path[0] === '._metadata') ? [{ kind: 'versions' } as const] : []),
    ...(trained > 0 ? [{ kind: 'requires-grad', tensors: trained } as const] : []),
  ];
}

function fromSafetensors({ original, metadata }: EditState): readonly Loss[] {
  // What its own library writes says nothing.
  const keys = [...metadata.keys()].filter((key) => key !== 'format');
  return original.container.kind === 'safetensors' && keys.length > 0 ? [{ kind: 'metadata', keys }] : [];
}

function records({ container }: Checkpoint): readonly Loss[] {
  const names = container.records.map(({ name }) => name).filter((name) => !isOwnRecord(name));
  return container.kind === 'zip' && names.length > 0 ? [{ kind: 'records', names }] : [];
}
