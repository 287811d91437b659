import type { Checkpoint } from '../checkpoint/checkpoint';
import type { PlanArchitecture } from './architecture';
import { withAction } from './changes';
import { cover } from './cover';
import { planActions, type NamedPlan, type Plan, type PlanAction, type Situation } from './plan';
import { planOf } from './planOf';

/** What `<file>.plan.json` holds: the choices alone, so that plans follow the file where it has changed. */
export interface SavedPlans {
  readonly schema: 1;
  /** Name of the file, without its folder. */
  readonly file: string;
  /** What makes a network of the person's own, `package.module:Net(num_classes=2)`; left out where nothing was said. */
  readonly model?: string;
  readonly plans: readonly SavedPlan[];
}

export interface SavedPlan {
  readonly name: string;
  readonly situation: Situation;
  readonly k: number;
  readonly classes: number | null;
  readonly seed: number;
  /** Modules by what is done with them. */
  readonly actions: Readonly<Partial<Record<PlanAction, readonly string[]>>>;
  readonly result: string;
}

/** More than anyone compares; a saved plan may come from anywhere. */
const mostPlans = 100;
const mostModules = 100_000;

export function savedPlans(plans: readonly NamedPlan[], file: string, model = ''): SavedPlans {
  return { schema: 1, file, ...(model !== '' && { model }), plans: plans.map(savedPlan) };
}

function savedPlan({ name, plan, result }: NamedPlan): SavedPlan {
  const { situation, k, classes, seed } = plan;
  const actions = planActions.flatMap((action) => {
    const modules = cover(plan, action).map((covered) => covered.name);
    return modules.length > 0 ? [[action, modules] as const] : [];
  });
  return { name, situation, k, classes, seed, actions: Object.fromEntries(actions), result };
}

/** The plans of a saved text; null where it is none. Nothing of it is trusted: modules that the file lacks are passed over. */
export function parseSavedPlans(text: string): SavedPlans | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (
    !isRecord(value) ||
    value['schema'] !== 1 ||
    typeof value['file'] !== 'string' ||
    !Array.isArray(value['plans'])
  ) {
    return null;
  }
  const plans = value['plans'].slice(0, mostPlans).map(parsePlan);
  const known = plans.filter((plan) => plan !== null);
  const model = typeof value['model'] === 'string' ? { model: value['model'] } : {};
  return known.length < plans.length ? null : { schema: 1, file: value['file'], ...model, plans: known };
}

function parsePlan(value: unknown): SavedPlan | null {
  if (!isRecord(value)) {
    return null;
  }
  const { name, situation, k, classes, seed, actions, result } = value;
  const isPlan = typeof name === 'string' && typeof result === 'string' && isCount(k) && isCount(seed);
  if (!isPlan || !isSituation(situation) || !(classes === null || isCount(classes)) || !isRecord(actions)) {
    return null;
  }
  const known = planActions.flatMap((action) => {
    const modules = actions[action];
    return isNames(modules) ? [[action, modules] as const] : [];
  });
  return { name, situation, k, classes, seed, actions: Object.fromEntries(known), result };
}

/** @throws MatchError where the file has no state dict. */
export function restorePlan(
  saved: SavedPlan,
  checkpoint: Checkpoint,
  path: Plan['path'] | undefined,
  architecture: PlanArchitecture | null,
): NamedPlan {
  const { name, situation, k, classes, seed, actions, result } = saved;
  const start = planOf(checkpoint, path, architecture, { situation, k, seed, ...(classes !== null && { classes }) });
  const plan = planActions.reduce((before, action) => withAction(before, actions[action] ?? [], action), start);
  return { name, plan, result };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isSituation(value: unknown): value is Situation {
  return value === 'S1' || value === 'S2' || value === 'S3' || value === 'S4';
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= mostModules && value.every((name) => typeof name === 'string');
}
