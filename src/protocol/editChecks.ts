import type { Initialisation } from '../core/init/initialisation';
import type {
  DevicesView,
  EditIntent,
  EditOutcome,
  EditPreview,
  EditsView,
  EditStepView,
  KeyChangeView,
  MapLocationView,
  PrefixView,
  RenameForm,
  ReviewSection,
  ReviewView,
  SavingView,
} from './edits';
import {
  isArrayOf,
  isBoolean,
  isIndex,
  isNullOr,
  isNumber,
  isOneOf,
  isRecord,
  isRecordOf,
  isShape,
  isString,
  type Guard,
} from './guards';
import type { LayersView, LayerView } from './layers';

/** Rows that one call may name: selections of a whole file, and no more than a file may have. */
const mostRows = 4_000_000;
export const isRows = isArrayOf(isIndex, mostRows);

const isPattern = isShape<Extract<RenameForm, { how: 'pattern' }>>({
  how: isOneOf('pattern'),
  pattern: isString,
  text: isString,
  ignoreCase: isBoolean,
});
const isPrefixForm = isShape<Extract<RenameForm, { how: 'strip' | 'add' }>>({
  how: isOneOf('strip', 'add'),
  prefix: isString,
});
const isRenameForm: Guard<RenameForm> = (value): value is RenameForm => isPattern(value) || isPrefixForm(value);

const starts: readonly Guard<Initialisation>[] = [
  isShape<{ readonly kind: 'default' | 'zeros' | 'xavierUniform' | 'xavierNormal' | 'orthogonal' }>({
    kind: isOneOf('default', 'zeros', 'xavierUniform', 'xavierNormal', 'orthogonal'),
  }),
  isShape<{ readonly kind: 'kaimingUniform' | 'kaimingNormal'; readonly mode: 'fan_in' | 'fan_out' }>({
    kind: isOneOf('kaimingUniform', 'kaimingNormal'),
    mode: isOneOf('fan_in', 'fan_out'),
  }),
  isShape<Extract<Initialisation, { readonly kind: 'normal' }>>({
    kind: isOneOf('normal'),
    mean: isNumber,
    std: isNumber,
  }),
  isShape<Extract<Initialisation, { readonly kind: 'truncNormal' }>>({
    kind: isOneOf('truncNormal'),
    mean: isNumber,
    std: isNumber,
    low: isNumber,
    high: isNumber,
  }),
];
const isInitialisation: Guard<Initialisation> = (value): value is Initialisation =>
  starts.some((isThisStart) => isThisStart(value));

type Intent<Kind extends EditIntent['kind']> = Extract<EditIntent, { kind: Kind }>;

const intents: { readonly [Kind in EditIntent['kind']]: Guard<Intent<Kind>> } = {
  keep: isShape<Intent<'keep'>>({ kind: isOneOf('keep'), rows: isRows }),
  remove: isShape<Intent<'remove'>>({ kind: isOneOf('remove'), rows: isRows }),
  renameRow: isShape<Intent<'renameRow'>>({ kind: isOneOf('renameRow'), row: isIndex, label: isString }),
  renameKeys: isShape<Intent<'renameKeys'>>({
    kind: isOneOf('renameKeys'),
    form: isRenameForm,
    rows: isNullOr(isRows),
  }),
  remap: isShape<Intent<'remap'>>({ kind: isOneOf('remap'), map: isRecordOf(isString), rows: isNullOr(isRows) }),
  cast: isShape<Intent<'cast'>>({
    kind: isOneOf('cast'),
    dtype: isString,
    integers: isBoolean,
    rows: isNullOr(isRows),
  }),
  replaceLayer: isShape<Intent<'replaceLayer'>>({
    kind: isOneOf('replaceLayer'),
    layer: isIndex,
    call: isString,
    initialisation: isInitialisation,
    keepOverlap: isBoolean,
    seed: isNumber,
  }),
};

export const isIntent: Guard<EditIntent> = (value): value is EditIntent =>
  isRecord(value) && Object.values(intents).some((isThisIntent: Guard<EditIntent>) => isThisIntent(value));

export const isOutcome = isShape<EditOutcome>({ problem: isString, focus: isNullOr(isString) });

export const isPreview = isShape<EditPreview>({
  sentence: isString,
  notes: isArrayOf(isString),
  warnings: isArrayOf(isString),
  problem: isString,
  changes: isArrayOf(isShape<KeyChangeView>({ row: isIndex, from: isString, to: isString, collides: isBoolean })),
  changeCount: isIndex,
  python: isString,
});

export const isDevices = isShape<DevicesView>({
  devices: isArrayOf(isShape<DevicesView['devices'][number]>({ device: isString, tensors: isIndex, bytes: isNumber })),
  targets: isArrayOf(isString),
  elsewhere: isArrayOf(
    isShape<DevicesView['elsewhere'][number]>({ row: isIndex, key: isString, value: isString, fate: isString }),
  ),
  elsewhereCount: isIndex,
});

export const isMapLocation = isShape<MapLocationView>({ map: isRecordOf(isString), problem: isString });

export const isLayers = isShape<LayersView>({
  layers: isArrayOf(
    isShape<LayerView>({ layer: isIndex, key: isString, name: isString, description: isString, call: isString }),
  ),
  count: isIndex,
  meant: isNullOr(isIndex),
});

export const isPrefixes: Guard<readonly PrefixView[]> = isArrayOf(
  isShape<PrefixView>({ prefix: isString, keys: isIndex }),
);

export const isEdits = isShape<EditsView>({
  readOnly: isNullOr(isString),
  steps: isArrayOf(isShape<EditStepView>({ icon: isString, text: isString, bytes: isNullOr(isNumber) })),
  current: isIndex,
  saved: isNullOr(isIndex),
  savedAt: isString,
  savedBytes: isNumber,
  bytes: isNullOr(isNumber),
  keptBytes: isNumber,
});

export const isReviewId = isOneOf('plainValues', 'optimizer', 'compact', 'partial');

export const isReview = isShape<ReviewView>({
  id: isReviewId,
  title: isString,
  icon: isString,
  sentence: isString,
  sections: isArrayOf(
    isShape<ReviewSection>({
      title: isString,
      items: isArrayOf(isShape<ReviewSection['items'][number]>({ text: isString, secondary: isString, rows: isRows })),
      count: isIndex,
    }),
  ),
  choices: isArrayOf(isShape<ReviewView['choices'][number]>({ id: isString, label: isString, description: isString })),
  chosen: isNullOr(isString),
  notes: isArrayOf(isString),
  apply: isNullOr(isString),
});

export const isSaving = isShape<SavingView>({ done: isNumber, total: isNumber });
