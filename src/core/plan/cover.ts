import { isPythonName } from '../checkpoint/path';
import { stringLiteral } from '../checkpoint/pythonText';
import { modulesAbove } from './layers';
import type { Plan, PlanAction, PlanLayer } from './plan';

/** A module, or a parameter of its own, that an action holds for as a whole. */
export interface Covered {
  readonly name: string;
  readonly isParameter: boolean;
}

/** The fewest modules that hold exactly the layers of an action, in the plan's order; '' is the whole model. */
export function cover(plan: Plan, action: PlanAction): readonly Covered[] {
  const layers = plan.groups.flatMap((group) => group.layers);
  const mixed = new Set<string>();
  for (const layer of layers) {
    if (layer.action !== action) {
      ['', ...modulesAbove(layer.name), layer.name].forEach((name) => mixed.add(name));
    }
  }
  const found = new Map<string, Covered>();
  for (const layer of layers.filter((one) => one.action === action)) {
    const name = ['', ...modulesAbove(layer.name), layer.name].find((above) => !mixed.has(above)) ?? layer.name;
    found.set(name, { name, isParameter: layer.isParameter && name === layer.name });
  }
  return [...found.values()];
}

/** Prefixes that the keys of these modules have, and no others: `fc.`; of a parameter its key. */
export function keyPrefixes(covered: readonly Covered[]): readonly string[] {
  return covered.map(({ name, isParameter }) => (isParameter || name === '' ? name : `${name}.`));
}

/** Python that reaches a module or parameter: `model.features[0].conv`. */
export function moduleExpression(name: string, root = 'model'): string {
  return name === '' ? root : name.split('.').reduce(below, root);
}

function below(base: string, name: string): string {
  if (/^\d+$/.test(name)) {
    return `${base}[${name}]`;
  }
  return isPythonName(name) ? `${base}.${name}` : `getattr(${base}, ${stringLiteral(name)})`;
}

/** Layers with an action, in the plan's order. */
export function layersWith({ groups }: Plan, action: PlanAction): readonly PlanLayer[] {
  return groups.flatMap(({ layers }) => layers.filter((layer) => layer.action === action));
}
