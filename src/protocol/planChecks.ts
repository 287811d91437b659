import type { PlanAction, PlanTotals, Situation, TrainingMemory } from '../core/plan/plan';
import {
  isArrayOf,
  isBoolean,
  isIndex,
  isKeyOf,
  isNullOr,
  isNumber,
  isOneOf,
  isRecord,
  isShape,
  isString,
  type Guard,
} from './guards';
import {
  mostPlanGroups,
  mostPlanLayers,
  mostPlanText,
  type PlanApplyView,
  type PlanBranchView,
  type PlanFactoryView,
  type PlanGroupView,
  type PlanIntent,
  type PlanLayerView,
  type PlanNoteView,
  type PlanRowView,
  type PlanView,
  type ShownPlanView,
} from './plan';

const isSituation = isKeyOf<Situation>({ S1: true, S2: true, S3: true, S4: true });
const isAction = isKeyOf<PlanAction>({ keep: true, freeze: true, initialise: true, drop: true });
const isText: Guard<string> = (value): value is string => isString(value) && value.length <= mostPlanText;

type Intent<Kind extends PlanIntent['kind']> = Extract<PlanIntent, { kind: Kind }>;

const intents: { readonly [Kind in PlanIntent['kind']]: Guard<Intent<Kind>> } = {
  open: isShape<Intent<'open'>>({ kind: isOneOf('open') }),
  close: isShape<Intent<'close'>>({ kind: isOneOf('close') }),
  branch: isShape<Intent<'branch'>>({ kind: isOneOf('branch'), id: isString }),
  situation: isShape<Intent<'situation'>>({ kind: isOneOf('situation'), situation: isSituation }),
  k: isShape<Intent<'k'>>({ kind: isOneOf('k'), k: isIndex }),
  classes: isShape<Intent<'classes'>>({ kind: isOneOf('classes'), classes: isIndex }),
  seed: isShape<Intent<'seed'>>({ kind: isOneOf('seed'), seed: isIndex }),
  action: isShape<Intent<'action'>>({
    kind: isOneOf('action'),
    group: isString,
    layer: isNullOr(isString),
    action: isAction,
  }),
  expand: isShape<Intent<'expand'>>({ kind: isOneOf('expand'), group: isString, isOpen: isBoolean }),
  pattern: isShape<Intent<'pattern'>>({ kind: isOneOf('pattern'), pattern: isText, action: isAction }),
  factory: isShape<Intent<'factory'>>({ kind: isOneOf('factory'), text: isText }),
  add: isShape<Intent<'add'>>({ kind: isOneOf('add') }),
  show: isShape<Intent<'show'>>({ kind: isOneOf('show'), index: isIndex }),
  remove: isShape<Intent<'remove'>>({ kind: isOneOf('remove'), index: isIndex }),
  rename: isShape<Intent<'rename'>>({ kind: isOneOf('rename'), index: isIndex, name: isText }),
  result: isShape<Intent<'result'>>({ kind: isOneOf('result'), index: isIndex, result: isText }),
  choose: isShape<Intent<'choose'>>({ kind: isOneOf('choose'), index: isIndex, isChosen: isBoolean }),
  apply: isShape<Intent<'apply'>>({ kind: isOneOf('apply') }),
  save: isShape<Intent<'save'>>({ kind: isOneOf('save') }),
  load: isShape<Intent<'load'>>({ kind: isOneOf('load') }),
  copyPython: isShape<Intent<'copyPython'>>({ kind: isOneOf('copyPython') }),
  openPython: isShape<Intent<'openPython'>>({ kind: isOneOf('openPython') }),
};

export const isPlanIntent: Guard<PlanIntent> = (value): value is PlanIntent =>
  isRecord(value) && Object.values(intents).some((isThisIntent: Guard<PlanIntent>) => isThisIntent(value));

const isTotals = isShape<PlanTotals>({
  kept: isNumber,
  initialised: isNumber,
  frozen: isNumber,
  dropped: isNumber,
  trainable: isNumber,
  memory: isShape<TrainingMemory>({ gradients: isNumber, sgd: isNumber, adam: isNumber, adam8bit: isNumber }),
  frozenBatchNorms: isIndex,
  groups: isShape<PlanTotals['groups']>({ keep: isIndex, freeze: isIndex, initialise: isIndex, drop: isIndex }),
});

const isLayer = isShape<PlanLayerView>({
  name: isString,
  text: isString,
  parameters: isNumber,
  action: isAction,
  isResized: isBoolean,
});

const isGroup = isShape<PlanGroupView>({
  name: isString,
  title: isString,
  text: isString,
  parameters: isNumber,
  shares: isShape<PlanGroupView['shares']>({ keep: isNumber, freeze: isNumber, initialise: isNumber, drop: isNumber }),
  action: isNullOr(isAction),
  isHead: isBoolean,
  isResized: isBoolean,
  isOpen: isBoolean,
  layers: isArrayOf(isLayer, mostPlanLayers),
  layerCount: isIndex,
});

const isShown = isShape<ShownPlanView>({
  model: isString,
  isImageNet: isBoolean,
  situation: isSituation,
  k: isIndex,
  maxK: isIndex,
  classes: isNullOr(isIndex),
  fileClasses: isNullOr(isIndex),
  seed: isIndex,
  groups: isArrayOf(isGroup, mostPlanGroups),
  groupCount: isIndex,
  parameters: isNumber,
  totals: isTotals,
  factory: isNullOr(
    isShape<PlanFactoryView>({
      text: isString,
      isWrong: isBoolean,
      offers: isArrayOf(isShape<PlanFactoryView['offers'][number]>({ text: isString, secondary: isString })),
    }),
  ),
  message: isString,
  notes: isArrayOf(isShape<PlanNoteView>({ text: isString, isWarning: isBoolean })),
  python: isString,
  pythonPlans: isIndex,
  apply: isShape<PlanApplyView>({ edits: isIndex, sentence: isString, canApply: isBoolean, refusal: isString }),
  savedIn: isString,
});

export const isPlanView = isShape<PlanView>({
  branches: isArrayOf(isShape<PlanBranchView>({ id: isString, label: isString })),
  branch: isString,
  problem: isString,
  plan: isNullOr(isShown),
  plans: isArrayOf(
    isShape<PlanRowView>({
      name: isString,
      situation: isSituation,
      k: isIndex,
      trainable: isNumber,
      memory: isNumber,
      result: isString,
      isChosen: isBoolean,
    }),
  ),
  current: isIndex,
});
