import type { Catalogue } from '../catalogue/catalogue';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { sourceOf } from '../match/source';
import { planArchitecture } from '../plan/architecture';
import { stateDictOf } from './contents';
import { knownModelCode, type ModelCode } from './modelCode';

/** How Python makes the model whose state dict a file holds, where it is one of torchvision's; null for others. */
export function knownModelIn(catalogue: Catalogue, checkpoint: Checkpoint): ModelCode | null {
  const branch = stateDictOf(checkpoint);
  if (branch === null) {
    return null;
  }
  const { keys } = sourceOf(checkpoint, branch.path);
  const architecture = planArchitecture(catalogue, keys);
  return architecture === null
    ? null
    : knownModelCode(
        architecture,
        keys.map(({ key }) => key.slice(architecture.prefix.length)),
      );
}
