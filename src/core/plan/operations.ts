import type { Path } from '../checkpoint/checkpoint';
import type { Operation, ReinitialiseStep } from '../edit/operations';
import { layerSpec, type LayerSpec } from '../init/layerSpec';
import type { PlanArchitecture } from './architecture';
import { layersWith } from './cover';
import { defaultDraws } from './defaultDraws';
import type { Plan, PlanLayer, PlanTensor } from './plan';

/**
 * The edits that make the file what the plan begins with: heads for other classes, fresh weights, layers dropped. Empty where
 * it takes the file as it is.
 *
 * Fresh weights are drawn from one `torch.manual_seed(plan.seed)`: those of a recognised architecture as its own constructor
 * draws them, all of it, also what the plan does not take; else the layers' defaults, of the fresh layers alone in their order.
 */
export function planOperations(plan: Plan, architecture: PlanArchitecture | null): readonly Operation[] {
  const dropped = layersWith(plan, 'drop').flatMap(({ tensors }) => tensors.map((tensor) => pathOf(plan, tensor)));
  const steps = architecture === null ? defaultSteps(plan) : constructorSteps(plan, architecture);
  const heads = resizedLayers(plan).map((layer): Operation => {
    return {
      kind: 'replaceLayer',
      path: [...plan.path, plan.prefix + layer.name],
      layer: specOf(layer),
      initialisation: { kind: 'default' },
      seed: plan.seed,
    };
  });
  const isFresh = steps.some(({ path }) => path !== null);
  return [
    ...heads,
    ...(isFresh
      ? [
          {
            kind: 'reinitialise',
            seed: plan.seed,
            steps,
            ...(architecture !== null && { as: architecture.name }),
          } as const,
        ]
      : []),
    ...(dropped.length > 0 ? [{ kind: 'remove', selection: { paths: dropped } } as const] : []),
  ];
}

/** Names of layers that the plan would have fresh, and whose initial values nothing tells: they keep those of the file. */
export function leftAlone(plan: Plan, architecture: PlanArchitecture | null): readonly string[] {
  const drawn = new Set(architecture?.initialisation(plan.classes).flatMap(({ key }) => key ?? []));
  return layersWith(plan, 'initialise')
    .filter((layer) => defaultDraws(layer) === null && layer.tensors.some(({ key }) => !drawn.has(key)))
    .map(({ name }) => name);
}

function pathOf({ path, prefix }: Plan, { key }: PlanTensor): Path {
  return [...path, prefix + key];
}

function resizedLayers(plan: Plan): readonly PlanLayer[] {
  return layersWith(plan, 'initialise').filter(({ tensors }) =>
    tensors.some(({ shape, newShape }) => shape !== newShape),
  );
}

/** The layer that a head of the new shape is: a Linear, or a convolution whose kernel the weight tells. */
function specOf({ tensors }: PlanLayer): LayerSpec {
  const weight = tensors.find(({ key }) => /(?:^|\.)weight$/.test(key));
  const bias = tensors.some(({ key }) => /(?:^|\.)bias$/.test(key));
  const [outputs = 0, inputs = 0, ...kernel] = weight?.newShape ?? [];
  switch (kernel.length) {
    case 1:
    case 2:
    case 3: {
      const sizes = { in_channels: inputs, out_channels: outputs, kernel_size: kernel, bias };
      return layerSpec(`Conv${dimensions[kernel.length]}`, sizes);
    }
    default:
      return layerSpec('Linear', { in_features: inputs, out_features: outputs, bias });
  }
}

const dimensions = { 1: '1d', 2: '2d', 3: '3d' } as const;

/** All that a constructor draws, in its order, with a path where the plan takes it. */
function constructorSteps(plan: Plan, architecture: PlanArchitecture): readonly ReinitialiseStep[] {
  const fresh = new Map(
    layersWith(plan, 'initialise').flatMap(({ tensors }) => tensors.map((tensor) => [tensor.key, tensor] as const)),
  );
  const steps = architecture.initialisation(plan.classes);
  const drawn = new Set(steps.map(({ key }) => key));
  // Constants that the constructor does not draw: norms, counters.
  const others = layersWith(plan, 'initialise').flatMap((layer) =>
    (defaultDraws(layer) ?? []).filter(({ tensor, draw }) => draw.kind === 'constant' && !drawn.has(tensor.key)),
  );
  return [
    ...steps.map(({ key, shape, draw }): ReinitialiseStep => {
      const tensor = key === null ? undefined : fresh.get(key);
      return tensor === undefined ? { path: null, shape, draw } : { path: pathOf(plan, tensor), draw };
    }),
    ...others.map(({ tensor, draw }) => ({ path: pathOf(plan, tensor), draw })),
  ];
}

/** A new head alone is drawn by its own edit. What is tied to a layer gets the numbers of that one. */
function defaultSteps(plan: Plan): readonly ReinitialiseStep[] {
  const layers = layersWith(plan, 'initialise').filter(({ tensors }) => tensors.some(({ isTied }) => !isTied));
  const resized = new Set(resizedLayers(plan));
  if (layers.every((layer) => resized.has(layer)) && layers.length <= 1) {
    return [];
  }
  return layers.flatMap((layer) =>
    (defaultDraws(layer) ?? []).map(({ tensor, draw }) => ({ path: pathOf(plan, tensor), draw })),
  );
}
