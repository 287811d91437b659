import { isSameShape } from '../checkpoint/layer';
import { lastName } from '../match/match';
import type { PlanArchitecture } from './architecture';
import { moduleOf, type FoundLayer } from './layers';

/** The layers that tell classes apart. */
export interface Head {
  /** Names of layers; empty where there is none. */
  readonly layers: ReadonlySet<string>;
  /** Classes that they tell apart; null where that is not known. */
  readonly classes: number | null;
}

/** What the number of classes changes in a recognised architecture; else the last layer, where it is a Linear or a convolution. */
export function headOf(layers: readonly FoundLayer[], architecture: PlanArchitecture | null): Head {
  if (architecture !== null) {
    const modules = new Set(architecture.classifier.map(moduleOf));
    const own = layers.filter(({ name }) => modules.has(name)).map(({ name }) => name);
    return { layers: new Set(own), classes: own.length === 0 ? null : architecture.numClasses };
  }
  const last = layers.at(-1);
  const weight = last?.tensors.find(({ key }) => lastName(key) === 'weight');
  if (last === undefined || weight === undefined || last.isParameter || !isClassifier(last)) {
    return { layers: new Set(), classes: null };
  }
  const names = namesOf(layers, last);
  return { layers: new Set(names), classes: names.length === 0 ? null : (weight.shape[0] ?? null) };
}

/**
 * A layer that stands in the model under several names is the head under all of them. One that shares its tensors with a layer
 * further up, as with an embedding, is none: it cannot be replaced alone.
 */
function namesOf(layers: readonly FoundLayer[], last: FoundLayer): readonly string[] {
  let at = layers.length - 1;
  while (at > 0 && layers[at]?.tensors.some(({ isTied }) => isTied) === true) {
    at -= 1;
  }
  const own = layers.slice(at);
  return own.every((layer) => isSameLayer(layer, last)) ? own.map(({ name }) => name) : [];
}

function isSameLayer({ tensors }: FoundLayer, other: FoundLayer): boolean {
  return (
    tensors.length === other.tensors.length &&
    tensors.every(({ key, shape }, at) => {
      const like = other.tensors[at];
      return like !== undefined && lastName(key) === lastName(like.key) && isSameShape(shape, like.shape);
    })
  );
}

function isClassifier({ layer, tensors }: FoundLayer): boolean {
  const isPlain = tensors.every(({ key }) => /(?:^|\.)(?:weight|bias)$/.test(key));
  return isPlain && (layer?.name === 'Linear' || layer?.name.startsWith('Conv') === true);
}
