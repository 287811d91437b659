import { portable } from '../edit/portable';
import { readOnlyReason, type EditState } from '../edit/state';
import { planLegacy } from './legacyLayout';
import { planSafetensors, type TiedTensors } from './safetensorsLayout';
import type { SavePlan } from './savePlan';
import type { SaveTarget } from './saveTarget';
import { planZip } from './zipCheckpoint';

export interface SaveOptions {
  /** Leave out records of the archive that are no part of a checkpoint. */
  readonly dropUnreferenced?: boolean;
  /** For safetensors; without it, tensors that share memory are refused. */
  readonly tied?: TiedTensors;
}

/**
 * What the file of a state consists of. Reads nothing.
 * @throws CheckpointError `save-unsupported` for what the target cannot hold; `missing-record` where bytes are lacking;
 * `edit-read-only` where the graph does not hold all of the pickle; `unsupported`, `limit-exceeded` as `writePickle`.
 */
export function planSave(state: EditState, target: SaveTarget, options: SaveOptions = {}): SavePlan {
  const whole = portable(state);
  // What the graph does not hold whole would be lost.
  const reason = readOnlyReason(whole.original);
  if (reason !== null) {
    throw reason;
  }
  switch (target) {
    case 'zip':
      return planZip(whole, { dropUnreferenced: options.dropUnreferenced ?? false });
    case 'legacy':
      return planLegacy(whole);
    case 'safetensors':
      return planSafetensors(whole, options.tied ?? 'refuse');
  }
}
