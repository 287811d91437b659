import { apply } from '../../core/edit/apply';
import { layerNotes, type LayerNote } from '../../core/edit/layerNotes';
import type { LayerInfo } from '../../core/edit/layers';
import type { ReplaceLayer } from '../../core/edit/operations';
import { planReplaceLayer, type PlannedTensor, type ReplacePlan } from '../../core/edit/operations/replaceLayer';
import type { Initialisation } from '../../core/init/initialisation';
import { layerAttributes } from '../../core/init/layerAttributes';
import type { LayerSpec } from '../../core/init/layerSpec';
import type { EditPreview } from '../../protocol/edits';
import { formatExact, formatShape } from '../../wording/format';
import { layerNoteText } from '../../wording/layerNotes';
import type { Translate } from '../../wording/translate';
import { contextFor } from './contexts';
import type { ShownState } from './editPanel';
import { changesBetween, meaningText } from './optimizers';

/** Tensors whose shapes are named one by one: an LSTM has dozens. */
const mostShapes = 4;

/**
 * What another layer in the place of one would be; Python aside.
 * @param before the layer that goes.
 * @throws EditError when it cannot be put there.
 */
export function replacePreview(
  { edit }: Pick<ShownState, 'edit'>,
  before: LayerInfo,
  operation: ReplaceLayer,
  t: Translate,
): EditPreview {
  const plan = planReplaceLayer(contextFor(edit), operation);
  const notes = layerNotes(edit, operation);
  const optimizers = changesBetween(edit, apply(edit, operation));
  const noteTexts = (bad: boolean): string[] =>
    notes.filter((note) => isWarning(note) === bad).map((note) => layerNoteText(note, t));
  const optimizerTexts = (bad: boolean): string[] =>
    optimizers.filter(({ refused, breaks }) => (refused || breaks) === bad).map((change) => meaningText(change, t));
  return {
    sentence: sentence(plan, operation, t),
    warnings: [...noteTexts(true), ...optimizerTexts(true)],
    notes: [...attributeNotes(plan, before.spec, operation.layer, t), ...noteTexts(false), ...optimizerTexts(false)],
    problem: '',
    changes: [],
    changeCount: 0,
    python: '',
  };
}

/** Something else has to be changed, or no longer fits. */
function isWarning({ code }: LayerNote): boolean {
  switch (code) {
    case 'input-differs':
    case 'next-input':
    case 'norm-size':
    case 'kind-changes':
    case 'was-tied':
      return true;
    case 'keys-go':
    case 'keys-come':
    case 'in-code':
      return false;
  }
}

/** `fc.weight [1000, 512] → [120, 512], fc.bias [1000] → [120]; drawn by kaiming_uniform_, bits of torch.manual_seed(0).` */
function sentence(plan: ReplacePlan, operation: ReplaceLayer, t: Translate): string {
  const { tensors, place } = plan;
  if (tensors.length === 0) {
    return t('{0} holds no tensors.', `nn.${operation.layer.kind}`);
  }
  const shown = tensors.slice(0, mostShapes).map((tensor) => shapesText(place.names.prefix, tensor, t));
  const more = tensors.length - shown.length;
  const list = more > 0 ? t('{0} and {1} more', shown.join(', '), formatExact(more)) : shown.join(', ');
  return t('{0}; {1}.', list, numbersText(plan, operation, t));
}

function shapesText(prefix: string, { tensor, before, kept }: PlannedTensor, t: Translate): string {
  const now = formatShape(tensor.shape);
  const was = before === null ? '—' : formatShape(before.shape);
  const shapes = was === now ? `${prefix}${tensor.name} ${now}` : `${prefix}${tensor.name} ${was} → ${now}`;
  return kept === null ? shapes : t('{0} (keeps {1})', shapes, formatShape(kept));
}

/** Where the numbers come from. */
function numbersText({ tensors }: ReplacePlan, { layer, initialisation, seed }: ReplaceLayer, t: Translate): string {
  const made = madeText(tensors, layer, initialisation, seed, t);
  if (tensors.every(({ tensor: { shape }, kept }) => kept?.join() === shape.join())) {
    return t('all numbers stay');
  }
  return tensors.some(({ kept }) => kept !== null) ? t('the rest {0}', made) : made;
}

function madeText(
  tensors: readonly PlannedTensor[],
  layer: LayerSpec,
  initialisation: Initialisation,
  seed: number,
  t: Translate,
): string {
  const draws = tensors.flatMap(({ tensor: { draw } }) => (draw.kind === 'constant' ? [] : [draw]));
  if (draws.length === 0) {
    return initialisation.kind === 'zeros' ? t('all zeros') : t('ones and zeros, nothing is drawn');
  }
  const drawer = drawerName(layer, initialisation);
  return draws.every(({ kind }) => kind === 'uniform')
    ? t('drawn by {0}, bits of torch.manual_seed({1})', drawer, seed)
    : t('drawn by {0}, to 2e-6 as after torch.manual_seed({1})', drawer, seed);
}

/** The function of torch that draws the numbers. */
function drawerName({ kind }: LayerSpec, initialisation: Initialisation): string {
  switch (initialisation.kind) {
    case 'default':
      return kind === 'Embedding'
        ? 'normal_'
        : kind === 'Linear' || kind.startsWith('Conv')
          ? 'kaiming_uniform_'
          : 'uniform_';
    case 'zeros':
      return 'zeros_';
    case 'xavierUniform':
      return 'xavier_uniform_';
    case 'xavierNormal':
      return 'xavier_normal_';
    case 'kaimingUniform':
      return 'kaiming_uniform_';
    case 'kaimingNormal':
      return 'kaiming_normal_';
    case 'normal':
      return 'normal_';
    case 'truncNormal':
      return 'trunc_normal_';
    case 'orthogonal':
      return 'orthogonal_';
  }
}

/** A layer that is an object has its sizes as attributes too. */
function attributeNotes(
  { place }: ReplacePlan,
  before: LayerSpec | null,
  after: LayerSpec,
  t: Translate,
): readonly string[] {
  if (place.kind !== 'module' || before?.kind !== after.kind) {
    return [];
  }
  const were = new Map(layerAttributes(before).map(({ name, literal }) => [name, literal]));
  const changed = layerAttributes(after)
    .filter(({ name, literal }) => !name.startsWith('_') && were.get(name) !== literal)
    .map(({ name, literal }) => `${name} ${were.get(name) ?? '—'} → ${literal}`);
  return changed.length === 0 ? [] : [t('Attributes of the module follow: {0}.', changed.join(', '))];
}
