import { groupWith } from '../../core/plan/changes';
import type { Plan, PlanAction, PlanGroup, PlanLayer } from '../../core/plan/plan';
import { globMatcher } from '../../core/checkpoint/glob';

/** The plan with another action for some of its layers. */
export function withLayers(plan: Plan, isMeant: (layer: PlanLayer) => boolean, action: PlanAction): Plan {
  return {
    ...plan,
    groups: plan.groups.map((group) =>
      group.layers.some(isMeant) ? withLayersOf(group, (layer) => (isMeant(layer) ? action : layer.action)) : group,
    ),
  };
}

function withLayersOf(group: PlanGroup, actionOf: (layer: PlanLayer) => PlanAction): PlanGroup {
  return groupWith(
    group,
    group.layers.map((layer) => ({ ...layer, action: actionOf(layer) })),
  );
}

/**
 * The line between frozen and trained groups, moved: groups that it passes are frozen or let go, the others stay as they are.
 * A feature extractor whose last groups are let go is no longer one: the others of its first layers stay frozen.
 */
export function withMovedK(plan: Plan, k: number): Plan {
  const [from, to] = [plan.k, Math.max(0, Math.min(k, plan.maxK))];
  const situation = plan.situation === 'S1' && to < plan.maxK ? 'S2' : plan.situation;
  return {
    ...plan,
    situation,
    k: to,
    groups: plan.groups.map((group, at) => {
      if (at >= Math.max(from, to) || at < Math.min(from, to)) {
        return group;
      }
      return withLayersOf(group, () => (to > from ? 'freeze' : 'keep'));
    }),
  };
}

/** @param pattern a glob for names of layers, and for keys of their tensors. */
export function matchedLayers({ groups }: Plan, pattern: string): ReadonlySet<PlanLayer> {
  const matches = globMatcher(pattern);
  return new Set(
    groups.flatMap(({ layers }) =>
      layers.filter(({ name, tensors }) => matches(name) || tensors.some(({ key }) => matches(key))),
    ),
  );
}

/** A layer for other classes than the file's: nothing of it fits. */
export function isResized({ tensors }: PlanLayer): boolean {
  return tensors.some(({ shape, newShape }) => shape !== newShape);
}

/** What cannot be kept, for it is for other classes, begins afresh. */
export function withFreshHeads(plan: Plan): Plan {
  return withLayers(plan, (layer) => isResized(layer) && isKept(layer.action), 'initialise');
}

/** Its weights are taken from the file. */
export function isKept(action: PlanAction): boolean {
  return action === 'keep' || action === 'freeze';
}

/** The head as the situation has it, for the classes that the plan is for; one that is dropped stays dropped. */
export function withHeadOfSituation(plan: Plan): Plan {
  const isSame = plan.classes === plan.fileClasses;
  const action = plan.situation === 'S4' && isSame ? 'keep' : 'initialise';
  return withLayers(plan, (layer) => layer.isHead && layer.action !== 'drop', action);
}
