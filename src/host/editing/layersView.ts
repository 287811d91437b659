import type { Path, TensorEntry } from '../../core/checkpoint/checkpoint';
import { layerText } from '../../core/checkpoint/layer';
import { keyOf } from '../../core/checkpoint/path';
import { editError } from '../../core/edit/editError';
import { layersOf, type LayerInfo } from '../../core/edit/layers';
import type { EditState } from '../../core/edit/state';
import { layerText as callText } from '../../core/init/layerCall';
import { mostLayers, type LayersView, type LayerView } from '../../protocol/layers';
import { pathId, rowIndex } from '../rowPaths';
import type { Translate } from '../../wording/translate';
import { contextFor } from './contexts';
import type { ShownState } from './editPanel';

/** Layers of state dicts and modules: an optimizer's tensors stand in groups too, and are none. */
interface FileLayers {
  readonly all: readonly LayerInfo[];
  /** By each of its tensors. */
  readonly of: ReadonlyMap<TensorEntry, number>;
}

/** Found once for each state: asked for at every key that is pressed. */
const known = new WeakMap<EditState, FileLayers>();

function layersIn(state: EditState): FileLayers {
  let layers = known.get(state);
  if (layers === undefined) {
    const context = contextFor(state);
    const holders = new Set(
      context.checkpoint.branches
        .filter(({ role }) => role === 'state-dict' || role === 'module')
        .map(({ path }) => pathId(path)),
    );
    const all = layersOf(context).filter(({ tensors }) => holders.has(pathId(dictOf(tensors))));
    const of = new Map(all.flatMap(({ tensors }, at) => [...tensors.values()].map((tensor) => [tensor, at] as const)));
    layers = { all, of };
    known.set(state, layers);
  }
  return layers;
}

/** What holds the tensors of a layer. */
function dictOf(tensors: LayerInfo['tensors']): Path {
  const [first] = tensors.values();
  return first?.path.slice(0, -1) ?? [];
}

/** The layer that an intent names. @throws EditError where the file has none of that number. */
export function layerAt({ edit }: Pick<ShownState, 'edit'>, layer: number): LayerInfo {
  const found = layersIn(edit).all[layer];
  if (found === undefined) {
    throw editError('edit-no-match', 'nothing-chosen');
  }
  return found;
}

/** What can be replaced in the file, and which layer a row means. */
export function layersView(shown: ShownState, row: number | null, t: Translate): LayersView {
  const { all } = layersIn(shown.edit);
  const meant = layerOfRow(shown, row);
  const end = Math.max(mostLayers, (meant ?? 0) + 1);
  const first = end - mostLayers;
  return {
    layers: all.slice(first, end).map((layer, at) => viewOf(layer, first + at, t)),
    count: all.length,
    meant,
  };
}

function viewOf({ path, name, tensors, implied, spec, isExact }: LayerInfo, layer: number, t: Translate): LayerView {
  const inWeights = implied === null ? '' : layerText(implied);
  const inObject = spec === null ? '' : `${spec.kind} ${implied?.sizes ?? ''}`.trimEnd();
  return {
    layer,
    key: keyOf(name === '' ? dictOf(tensors) : path) || t('the whole file'),
    name,
    description: isExact ? inObject : inWeights,
    call: spec === null ? '' : callText(spec),
  };
}

/** The only layer of a row; of a row with several, or of a file, what is replaced most often: its last one with weights. */
function layerOfRow(shown: ShownState, row: number | null): number | null {
  const { all, of } = layersIn(shown.edit);
  const found = row === null ? all.map((_, at) => at) : layersBelow(shown, of, row);
  const [first] = found;
  if (first === undefined) {
    return row === null ? null : layerOfRow(shown, null);
  }
  // Further state dicts are mostly of the same model.
  const dict = dictIdOf(all, first);
  const own = found.filter((at) => dictIdOf(all, at) === dict);
  return own.findLast((at) => hasMatrix(all[at])) ?? own.at(-1) ?? first;
}

function layersBelow(shown: ShownState, of: FileLayers['of'], row: number): number[] {
  const index = rowIndex(shown);
  const found = new Set<number>();
  for (let below = row; below < Math.max(shown.tree.end[row] ?? 0, row + 1); below++) {
    const entry = index.isRemoved(below) ? undefined : index.entry(below);
    const layer = entry?.kind === 'tensor' ? of.get(entry) : undefined;
    if (layer !== undefined) {
      found.add(layer);
    }
  }
  return [...found];
}

function dictIdOf(all: readonly LayerInfo[], at: number): string {
  const tensors = all[at]?.tensors;
  return tensors === undefined ? '' : pathId(dictOf(tensors));
}

function hasMatrix(layer: LayerInfo | undefined): boolean {
  return layer?.spec !== undefined && layer.spec !== null && (layer.tensors.get('weight')?.shape.length ?? 0) > 1;
}
