import { CheckpointError, type ErrorCode } from '../errors';

export type EditErrorCode = Extract<ErrorCode, `edit-${string}`>;

/** Why an edit cannot be done; the sentences are made in `src/wording`. `entries` and `args` are what they name. */
export type EditReason =
  // edit-no-match: nothing is at a path; nothing that the operation works on is among what was chosen.
  | 'no-entry'
  | 'nothing-chosen'
  | 'no-key-matches'
  | 'no-device-matches'
  | 'no-tensor-to-cast'
  | 'no-parameter'
  | 'no-module'
  | 'no-optimizer'
  | 'no-layer'
  | 'nothing-to-convert'
  | 'nothing-to-compact'
  // edit-collision: `entries` are the keys that more than one entry would have.
  | 'same-key'
  // edit-empty
  | 'nothing-left'
  // edit-invalid: `args[0]` is what was given.
  | 'bad-literal'
  | 'bad-pattern'
  | 'bad-device'
  | 'bad-dtype'
  | 'bad-map-location'
  | 'bad-index'
  | 'empty-key'
  | 'no-resource'
  // Of a layer's call; `args[1]` is the character, or the layer.
  | 'bad-layer-call'
  | 'unknown-layer'
  | 'unknown-argument'
  | 'missing-argument'
  | 'bad-argument'
  | 'not-a-literal'
  | 'bad-seed'
  | 'bad-shape'
  // edit-unsupported: `entries` are the entries concerned.
  | 'not-a-key'
  | 'not-a-container'
  | 'not-a-value'
  | 'not-a-branch'
  | 'part-of-object'
  | 'long-bytes-of-other-file'
  | 'storage-view-of-other-file'
  | 'optimizer-object'
  | 'parameters-unknown'
  | 'no-devices-in-format'
  | 'flat-format'
  | 'values-in-format'
  | 'device-not-storable'
  | 'layer-not-float'
  // Rows of several matrices in one tensor: no corner of it is kept.
  | 'stacked-gates'
  | 'no-matrix'
  | 'matrix-too-large'
  | 'module-sizes'
  | 'not-a-plain-tensor'
  | 'no-fitting-shape'
  | 'unknown-numbers'
  // edit-read-only: `args[0]` is the container's kind, the note on what could not be modelled, or the scheme.
  | 'format-read-only'
  | 'not-modelled'
  | 'no-pickle'
  | 'place-read-only';

/** Thrown before anything changes. */
export class EditError extends CheckpointError {
  declare readonly code: EditErrorCode;

  constructor(
    code: EditErrorCode,
    readonly reason: EditReason,
    /** Keys concerned, at most `maxNamed`; `count` says how many there are. */
    readonly entries: readonly string[] = [],
    readonly args: readonly (string | number)[] = [],
    readonly count = entries.length,
  ) {
    super(code, { detail: reason, ...(entries[0] !== undefined && { entry: entries[0] }) });
  }
}

/** Keys that an error names. */
export const maxNamed = 20;

export function editError(
  code: EditErrorCode,
  reason: EditReason,
  entries: readonly string[] = [],
  ...args: readonly (string | number)[]
): EditError {
  return new EditError(code, reason, entries.slice(0, maxNamed), args, entries.length);
}
