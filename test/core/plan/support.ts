import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { loadCatalogue } from '../../../src/core/catalogue/loadCatalogue';
import { sourceOf } from '../../../src/core/match/source';
import { planArchitecture } from '../../../src/core/plan/architecture';
import { planOf, type PlanAnswers } from '../../../src/core/plan/planOf';
import type { Plan } from '../../../src/core/plan/plan';
import { builtCheckpoint, storage, tensor } from '../../support/builtCheckpoint';

export type Shapes = readonly (readonly [key: string, ...shape: number[]])[];

/** A state dict of float32 tensors, each with a storage of its own; counters are ints. */
export function stateDict(shapes: Shapes, prefix = ''): Checkpoint {
  return builtCheckpoint(
    shapes.map(([key, ...shape], index) =>
      tensor([prefix + key], {
        shape,
        storage: storage({ index }),
        ...(key.endsWith('num_batches_tracked') && { dtype: 'int64' }),
      }),
    ),
  );
}

/** One of torchvision's, with that many classes. */
export async function torchvisionDict(name: string, numClasses: number, prefix = ''): Promise<Checkpoint> {
  const keys = (await loadCatalogue()).architecture(name, { numClasses })?.keys ?? [];
  return stateDict(
    keys.map(({ key, shape }) => [key, ...shape]),
    prefix,
  );
}

/** A plan for the whole file, recognised where it is one of torchvision's. */
export async function planFor(checkpoint: Checkpoint, answers: PlanAnswers): Promise<Plan> {
  const architecture = planArchitecture(await loadCatalogue(), sourceOf(checkpoint).keys);
  return planOf(checkpoint, undefined, architecture, answers);
}

/** `conv1: freeze`, a line a group. */
export function actionsOf({ groups }: Plan): string[] {
  return groups.map(({ name, action }) => `${name}: ${action ?? 'mixed'}`);
}

export const custom: Shapes = [
  ['scale', 3, 1, 1],
  ['stem.weight', 8, 3, 3, 3],
  ['stem.bias', 8],
  ['body.0.conv.weight', 16, 8, 3, 3],
  ['body.0.norm.weight', 16],
  ['body.0.norm.bias', 16],
  ['body.0.norm.running_mean', 16],
  ['body.0.norm.running_var', 16],
  ['body.0.norm.num_batches_tracked'],
  ['body.1.conv.weight', 16, 16, 3, 3],
  ['head.weight', 10, 16],
  ['head.bias', 10],
];
