import { elementsOf } from '../checkpoint/aliases';
import type { Plan, PlanAction, PlanGroup, PlanLayer, Situation } from './plan';

/** The plan with what its situation says for each group: earlier changes of single groups go. */
export function withSituation(plan: Plan, situation: Situation, k: number = defaultK(situation, plan.maxK)): Plan {
  const bounded = Math.max(0, Math.min(k, plan.maxK));
  return withActions({ ...plan, situation, k: bounded }, (group, index) => {
    if (group.isHead) {
      return headAction(plan, situation);
    }
    return bodyAction(situation, index < bounded);
  });
}

/** @param layers names of layers, or of modules that hold some. */
export function withAction(plan: Plan, layers: readonly string[], action: PlanAction): Plan {
  const isMeant = ({ name }: PlanLayer): boolean =>
    layers.some((module) => name === module || name.startsWith(`${module}.`) || module === '');
  return withLayers(plan, (layer) => (isMeant(layer) ? action : layer.action));
}

/** The groups that the situation freezes where nothing is said of k: half of them, rounded up, in `S2`. */
export function defaultK(situation: Situation, maxK: number): number {
  switch (situation) {
    case 'S1':
      return maxK;
    case 'S2':
      return Math.ceil(maxK / 2);
    case 'S3':
    case 'S4':
      return 0;
  }
}

function bodyAction(situation: Situation, isFrozen: boolean): PlanAction {
  if (isFrozen) {
    return 'freeze';
  }
  return situation === 'S3' ? 'initialise' : 'keep';
}

/** Much similar data keeps the head, unless it is to tell other classes apart. */
function headAction({ classes, fileClasses }: Plan, situation: Situation): PlanAction {
  return situation === 'S4' && classes === fileClasses ? 'keep' : 'initialise';
}

function withActions(plan: Plan, actionOf: (group: PlanGroup, index: number) => PlanAction): Plan {
  const actions = plan.groups.map(actionOf);
  return {
    ...plan,
    groups: plan.groups.map((group, index) =>
      groupWith(
        group,
        group.layers.map((layer) => ({ ...layer, action: actions[index] ?? layer.action })),
      ),
    ),
  };
}

function withLayers(plan: Plan, actionOf: (layer: PlanLayer) => PlanAction): Plan {
  return {
    ...plan,
    groups: plan.groups.map((group) =>
      groupWith(
        group,
        group.layers.map((layer) => ({ ...layer, action: possible(layer, actionOf(layer)) })),
      ),
    ),
  };
}

/** A head for another number of classes has no weights to begin with. */
function possible({ tensors }: PlanLayer, action: PlanAction): PlanAction {
  const isLoaded = action === 'keep' || action === 'freeze';
  return isLoaded && tensors.some(({ shape, newShape }) => shape !== newShape) ? 'initialise' : action;
}

/** A group of these layers, its sums made anew. */
export function groupWith(
  group: Omit<PlanGroup, 'action' | 'parameters' | 'tensors'>,
  layers: readonly PlanLayer[],
): PlanGroup {
  const [first, ...others] = layers;
  const isOne = first !== undefined && others.every(({ action }) => action === first.action);
  return {
    ...group,
    layers,
    action: isOne ? first.action : null,
    tensors: layers.reduce((sum, { tensors }) => sum + tensors.length, 0),
    parameters: layers.reduce((sum, layer) => sum + parametersOf(layer), 0),
  };
}

/** Elements of a layer's parameters as the plan leaves them; tied ones count where they come first. */
export function parametersOf({ tensors }: Pick<PlanLayer, 'tensors'>): number {
  return tensors.reduce(
    (sum, { isBuffer, isTied, newShape }) => sum + (isBuffer || isTied ? 0 : elementsOf(newShape)),
    0,
  );
}
