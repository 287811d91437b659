import type { ContainerKind } from '../container/container';

/** Every form of Python that is offered for a file. */
export const allSnippetKinds = [
  'load-state-dict',
  'load-filtered',
  'load-not-strict',
  'load-checkpoint',
  'load-model',
  'save-parameters',
  'save-checkpoint',
  'save-model',
  'map-location-string',
  'map-location-device',
  'map-location-dict',
  'map-location-lambda',
  'map-location-none',
  'weights-only',
  'mmap-assign',
  'to-device',
  'cuda',
] as const;

export type SnippetKind = (typeof allSnippetKinds)[number];

/** Why a kind is not offered for a file, as data; the sentences are made in `src/wording`. */
export type SnippetObstacle =
  /** torch.load does not read this container. */
  | { readonly code: 'container'; readonly container: ContainerKind }
  /** The whole file is packed: torch does not unpack it. */
  | { readonly code: 'compressed' }
  /** Loading it would import names that can run programs. */
  | { readonly code: 'dangerous'; readonly names: readonly string[] }
  | { readonly code: 'no-state-dict' }
  | { readonly code: 'no-module' }
  | { readonly code: 'no-checkpoint' }
  /** No names are enough for `weights_only=True`. */
  | { readonly code: 'weights-only-refuses'; readonly names: readonly string[] }
  /** There is no pickle that it would look into. */
  | { readonly code: 'no-pickle' }
  /** Only zip files and safetensors can be mapped into memory. */
  | { readonly code: 'no-mmap'; readonly container: ContainerKind }
  /** The model itself is in the file: it is not made first. */
  | { readonly code: 'is-module' }
  | { readonly code: 'no-devices' }
  /** Everything is saved on the device that is asked for. */
  | { readonly code: 'already-there'; readonly device: string }
  /** No lambda that people write leads there. */
  | { readonly code: 'no-lambda'; readonly device: string }
  /** `.cuda()` moves to no other kind of device. */
  | { readonly code: 'not-cuda'; readonly device: string }
  /** pickle takes no TorchScript; it has a `save` of its own. */
  | { readonly code: 'scripted' }
  /** torch.jit.load takes a string or a device. */
  | { readonly code: 'jit-map-location' };

export interface SnippetChoice {
  readonly kind: SnippetKind;
  /** Null where it can be had. */
  readonly unavailable: SnippetObstacle | null;
}

/** A snippet was asked for that this file cannot have. */
export class SnippetError extends Error {
  override readonly name = 'SnippetError';

  constructor(
    readonly kind: SnippetKind,
    readonly obstacle: SnippetObstacle,
  ) {
    super(`${kind}: ${obstacle.code}`);
  }
}
