import type { Path, TensorEntry } from '../checkpoint/checkpoint';
import { lastText } from '../checkpoint/path';
import { isNorm, layersOf, type LayerInfo } from './layers';
import { argumentText, listOf, numberOf, signatures, type LayerSpec } from '../init/layerSpec';
import type { ReplaceLayer } from './operations';
import { planReplaceLayer } from './operations/replaceLayer';
import { contextOf } from './operations/context';
import { haveOneOrigin } from './origin';
import { portable } from './portable';
import type { EditState } from './state';

/** What replacing a layer means beyond the layer. Layers are named as their keys name them. */
export type LayerNote =
  /** The layer before gives `was` values to each place; the new one takes `now`. */
  | { readonly code: 'input-differs'; readonly layer: string; readonly was: number; readonly now: number }
  /** A layer behind it takes what the layer gave before. */
  | { readonly code: 'next-input'; readonly layer: string; readonly was: number; readonly now: number }
  /** A norm behind it is of the size that the layer had. */
  | { readonly code: 'norm-size'; readonly layer: string; readonly was: number; readonly now: number }
  | { readonly code: 'kind-changes'; readonly from: string; readonly to: string }
  /** Keys that go without another in their place, and keys that the model had not. */
  | { readonly code: 'keys-go'; readonly keys: readonly string[] }
  | { readonly code: 'keys-come'; readonly keys: readonly string[] }
  /** These went on showing the numbers that the layer has no more: they were one tensor. */
  | { readonly code: 'was-tied'; readonly keys: readonly string[] }
  /** Arguments that a state dict does not hold: they belong into the model's code. */
  | { readonly code: 'in-code'; readonly arguments: readonly string[] };

/** @param state the one that the layer is replaced in. @throws EditError when it cannot be replaced. */
export function layerNotes(state: EditState, operation: ReplaceLayer): readonly LayerNote[] {
  const context = contextOf(portable(state));
  const plan = planReplaceLayer(context, operation);
  const { above, prefix } = plan.place.names;
  const layers = layersOf(context).filter(({ path }) => isWithin(path, above));
  const own = layers.findIndex(({ name }) => `${name}.` === prefix || (prefix === '' && name === ''));
  const before = layers[own];
  const gone = [...plan.before.keys()].filter((name) => !plan.tensors.some(({ tensor }) => tensor.name === name));
  const come = plan.tensors.filter((tensor) => tensor.before === null).map(({ tensor }) => tensor.name);
  const tied = tiedKeys(context.checkpoint.entries, [...plan.before.values()]);
  const notes: LayerNote[] = [];
  if (before !== undefined) {
    notes.push(...kindNotes(before, operation.layer), ...sizeNotes(layers, own, operation.layer));
  }
  if (gone.length > 0) {
    notes.push({ code: 'keys-go', keys: gone.map((name) => prefix + name) });
  }
  if (come.length > 0) {
    notes.push({ code: 'keys-come', keys: come.map((name) => prefix + name) });
  }
  if (tied.length > 0) {
    notes.push({ code: 'was-tied', keys: tied });
  }
  const inCode = plan.place.kind === 'keys' ? argumentsInCode(operation.layer) : [];
  if (inCode.length > 0) {
    notes.push({ code: 'in-code', arguments: inCode });
  }
  return notes;
}

function isWithin(path: Path, above: Path): boolean {
  return JSON.stringify(path.slice(0, above.length)) === JSON.stringify(above);
}

function kindNotes({ spec, implied }: LayerInfo, layer: LayerSpec): readonly LayerNote[] {
  const from = spec?.kind ?? implied?.name ?? null;
  // Which of the batch norms it is, weights tell not always.
  const isSame = from === null || from === layer.kind || (isNorm(from) && isNorm(layer.kind));
  return isSame ? [] : [{ code: 'kind-changes', from, to: layer.kind }];
}

function sizeNotes(layers: readonly LayerInfo[], own: number, layer: LayerSpec): readonly LayerNote[] {
  const before = layers[own]?.spec ?? null;
  const [was, now] = [before === null ? null : sizesOf(before), sizesOf(layer)];
  if (was === null) {
    return [];
  }
  const notes: LayerNote[] = [];
  if (was.input !== null && now.input !== null && was.input !== now.input) {
    notes.push({ code: 'input-differs', layer: layers[own]?.name ?? '', was: was.input, now: now.input });
  }
  return was.output === null || now.output === null || was.output === now.output
    ? notes
    : [...notes, ...outputNotes(layers.slice(own + 1), was.output, now.output)];
}

/** Norms right behind it, then the first layer that takes its output: all of one size. */
function outputNotes(behind: readonly LayerInfo[], was: number, now: number): readonly LayerNote[] {
  const notes: LayerNote[] = [];
  for (const { name, spec, tensors, implied } of behind) {
    const kind = spec?.kind ?? implied?.name ?? '';
    const size = tensors.get('weight')?.shape ?? tensors.get('running_mean')?.shape ?? [];
    if (isNorm(kind) || size.length === 1) {
      if (size[0] !== was) {
        return notes;
      }
      notes.push({ code: 'norm-size', layer: name, was, now });
      continue;
    }
    const input = spec === null ? (size[1] ?? 0) : (sizesOf(spec).input ?? 0);
    // Behind a convolution that is flattened a Linear takes some values of each channel.
    const isNext = input === was || (kind === 'Linear' && was > 1 && input % was === 0);
    return isNext ? [...notes, { code: 'next-input', layer: name, was: input, now: (input / was) * now }] : notes;
  }
  return notes;
}

/** Values that a layer takes and gives at each place; null where it takes any number, or the next layer sees no size. */
function sizesOf(spec: LayerSpec): { readonly input: number | null; readonly output: number | null } {
  switch (spec.kind) {
    case 'Linear':
      return { input: numberOf(spec, 'in_features'), output: numberOf(spec, 'out_features') };
    case 'Bilinear':
      return { input: numberOf(spec, 'in1_features'), output: numberOf(spec, 'out_features') };
    case 'Embedding':
      return { input: null, output: numberOf(spec, 'embedding_dim') };
    case 'BatchNorm1d':
    case 'BatchNorm2d':
    case 'BatchNorm3d':
      return { input: numberOf(spec, 'num_features'), output: numberOf(spec, 'num_features') };
    case 'GroupNorm':
      return { input: numberOf(spec, 'num_channels'), output: numberOf(spec, 'num_channels') };
    case 'LayerNorm':
    case 'RMSNorm': {
      const size = listOf(spec, 'normalized_shape').at(-1) ?? null;
      return { input: size, output: size };
    }
    case 'LSTM':
    case 'GRU':
    case 'RNN': {
      const hidden = numberOf(spec, 'proj_size') || numberOf(spec, 'hidden_size');
      return {
        input: numberOf(spec, 'input_size'),
        output: hidden * (spec.arguments['bidirectional'] === true ? 2 : 1),
      };
    }
    case 'Identity':
      return { input: null, output: null };
    default:
      return { input: numberOf(spec, 'in_channels'), output: numberOf(spec, 'out_channels') };
  }
}

function tiedKeys(all: EditState['checkpoint']['entries'], own: readonly TensorEntry[]): readonly string[] {
  const inside = new Set<unknown>(own);
  return all.flatMap((entry) =>
    entry.kind === 'tensor' && !inside.has(entry) && own.some((each) => haveOneOrigin(each, entry))
      ? [lastText(entry.path)]
      : [],
  );
}

/** Sizes that weights show, and whether there are a bias and statistics. */
const shownByWeights =
  /^(?:\w*features|\w*channels|kernel_size|bias|num_embeddings|embedding_dim|affine|elementwise_affine|track_running_stats|normalized_shape|input_size|hidden_size|num_layers|bidirectional|proj_size)$/;

function argumentsInCode({ kind, arguments: all }: LayerSpec): readonly string[] {
  return signatures[kind].flatMap(({ name, type, default: usual }) => {
    const value = all[name] ?? null;
    const list = typeof value === 'object' && value !== null ? value : [value];
    const isUsual = usual !== undefined && list.every((each) => each === usual);
    return shownByWeights.test(name) || isUsual ? [] : [`${name}=${argumentText(value, type)}`];
  });
}
