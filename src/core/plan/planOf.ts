import type { Checkpoint, Path } from '../checkpoint/checkpoint';
import { isSameShape } from '../checkpoint/layer';
import { wrapperPrefix } from '../checkpoint/kinds';
import { sourceOf } from '../match/source';
import type { PlanArchitecture } from './architecture';
import { defaultK, groupWith, withSituation } from './changes';
import { groupsOf, type FoundGroup } from './groups';
import { headOf, type Head } from './head';
import { layersOf, textOf, type FoundLayer } from './layers';
import type { Plan, PlanGroup, PlanLayer, PlanTensor, Situation } from './plan';

/** What is asked of the person. */
export interface PlanAnswers {
  readonly situation: Situation;
  /** Groups to freeze from the input side; without it half of those before the head in `S2`, none in `S3` and `S4`. */
  readonly k?: number;
  /** Classes of the new head; without it those of the file. */
  readonly classes?: number;
  /** Of fresh weights; 0 unless given. */
  readonly seed?: number;
}

/**
 * A plan for fine-tuning what a file holds.
 * @param path of the state dict or module; the file's own without it.
 * @param architecture what the state dict was recognised as; null for a network of the person's own.
 * @throws MatchError where there is no state dict.
 */
export function planOf(
  checkpoint: Checkpoint,
  path: Path | undefined,
  architecture: PlanArchitecture | null,
  { situation, k, classes, seed = 0 }: PlanAnswers,
): Plan {
  const source = sourceOf(checkpoint, path);
  const prefix = architecture?.prefix ?? wrapperPrefix(source.keys.map(({ key }) => key)) ?? '';
  const layers = layersOf(checkpoint, source, prefix, architecture?.buffers ?? null);
  const head = headOf(layers, architecture);
  const wanted = classes ?? head.classes;
  const groups = groupsOf(layers, head.layers, architecture).map((group) => planned(group, head, wanted, architecture));
  const maxK = groups.filter(({ isHead }) => !isHead).length;
  const plan: Plan = {
    situation,
    k: 0,
    maxK,
    classes: wanted,
    fileClasses: head.classes,
    seed,
    model: architecture === null ? null : modelOf(architecture),
    path: source.path,
    prefix,
    groups,
  };
  return withSituation(plan, situation, k ?? defaultK(situation, maxK));
}

function modelOf({ name, builder, hasBackbone, task, matched, total }: PlanArchitecture): Plan['model'] {
  return { name, builder, hasBackbone, task, matched, total };
}

function planned(
  { modules, text, layers }: FoundGroup,
  head: Head,
  classes: number | null,
  architecture: PlanArchitecture | null,
): PlanGroup {
  const isHead = layers.some(({ name }) => head.layers.has(name));
  const own = layers.map((layer) => plannedLayer(layer, isHead, head, classes, architecture));
  const parameters = new Set(layers.filter(({ isParameter }) => isParameter).map(({ name }) => name));
  const name = modules.find((module) => !parameters.has(module)) ?? modules[0] ?? '';
  return groupWith({ name, modules, text, layers: own, isHead }, own);
}

function plannedLayer(
  layer: FoundLayer,
  isHead: boolean,
  head: Head,
  classes: number | null,
  architecture: PlanArchitecture | null,
): PlanLayer {
  const { name, tensors, isBatchNorm, isParameter } = layer;
  const resized =
    isHead && classes !== null ? tensors.map((tensor) => resize(tensor, head, classes, architecture)) : tensors;
  return {
    name,
    text: textOf(layer),
    kind: layer.layer?.name ?? '',
    tensors: resized,
    action: 'keep',
    isHead,
    isBatchNorm,
    isParameter,
  };
}

/** A tensor of the head, for another number of classes. */
function resize(tensor: PlanTensor, head: Head, classes: number, architecture: PlanArchitecture | null): PlanTensor {
  const shape = architecture?.shapes(classes).get(tensor.key) ?? grown(tensor, head.classes, classes);
  return isSameShape(shape, tensor.shape) ? tensor : { ...tensor, newShape: shape };
}

/** The first dimension of a layer's weight and bias is that of its outputs. */
function grown({ shape }: PlanTensor, before: number | null, classes: number): readonly number[] {
  const [first, ...others] = shape;
  return first === undefined || first !== before ? shape : [classes, ...others];
}
