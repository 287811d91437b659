import type { Confidence, KeyAction } from '../core/match/match';
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
  mostMatchRows,
  type MatchChoice,
  type MatchDecision,
  type MatchForm,
  type MatchGroup,
  type MatchGroupView,
  type MatchIntent,
  type MatchProblem,
  type MatchProposalView,
  type MatchRange,
  type MatchResultView,
  type MatchRowView,
  type MatchTargetKind,
  type MatchView,
} from './match';

const isTargetKind = isKeyOf<MatchTargetKind>({ file: true, architecture: true, text: true, python: true });

const isGroupName = isKeyOf<MatchGroup>({
  mismatched: true,
  missing: true,
  unexpected: true,
  matched: true,
  defaulted: true,
  ignored: true,
});

const isAction = isKeyOf<KeyAction>({
  load: true,
  keepOut: true,
  overlap: true,
  interpolate: true,
  reshape: true,
  afresh: true,
  fromTarget: true,
  leaveMissing: true,
});

const isForm = isShape<MatchForm>({
  kind: isTargetKind,
  text: isString,
  classes: isString,
  branch: isString,
  targetBranch: isString,
});

type Intent<Kind extends MatchIntent['kind']> = Extract<MatchIntent, { kind: Kind }>;

const intents: { readonly [Kind in MatchIntent['kind']]: Guard<Intent<Kind>> } = {
  open: isShape<Intent<'open'>>({ kind: isOneOf('open') }),
  close: isShape<Intent<'close'>>({ kind: isOneOf('close') }),
  target: isShape<Intent<'target'>>({ kind: isOneOf('target'), form: isForm }),
  refresh: isShape<Intent<'refresh'>>({ kind: isOneOf('refresh') }),
  cancel: isShape<Intent<'cancel'>>({ kind: isOneOf('cancel') }),
  browse: isShape<Intent<'browse'>>({ kind: isOneOf('browse'), target: isTargetKind }),
  decide: isShape<Intent<'decide'>>({
    kind: isOneOf('decide'),
    id: isNullOr(isString),
    decision: isKeyOf<MatchDecision>({ accept: true, refuse: true, undo: true }),
  }),
  action: isShape<Intent<'action'>>({
    kind: isOneOf('action'),
    revision: isIndex,
    group: isGroupName,
    index: isNullOr(isIndex),
    action: isAction,
  }),
  apply: isShape<Intent<'apply'>>({ kind: isOneOf('apply') }),
  copyReport: isShape<Intent<'copyReport'>>({ kind: isOneOf('copyReport') }),
  writeFiltered: isShape<Intent<'writeFiltered'>>({ kind: isOneOf('writeFiltered') }),
  writeUpdated: isShape<Intent<'writeUpdated'>>({ kind: isOneOf('writeUpdated') }),
  copyPython: isShape<Intent<'copyPython'>>({ kind: isOneOf('copyPython') }),
};

export const isMatchIntent: Guard<MatchIntent> = (value): value is MatchIntent =>
  isRecord(value) && Object.values(intents).some((isThisIntent: Guard<MatchIntent>) => isThisIntent(value));

export const isMatchRange = isShape<MatchRange>({
  revision: isIndex,
  group: isGroupName,
  first: isIndex,
  count: (value): value is number => isIndex(value) && value <= mostMatchRows,
});

const isActions = isArrayOf(isAction);

export const isMatchRows: Guard<readonly MatchRowView[]> = isArrayOf(
  isShape<MatchRowView>({
    key: isString,
    fileKey: isString,
    fileShape: isString,
    modelShape: isString,
    action: isNullOr(isAction),
    actions: isActions,
    row: isNumber,
  }),
);

const isChoices = isArrayOf(isShape<MatchChoice>({ id: isString, label: isString, secondary: isString }));

const isProposal = isShape<MatchProposalView>({
  id: isString,
  title: isString,
  names: isArrayOf(isString),
  reason: isString,
  confidence: isKeyOf<Confidence>({ certain: true, likely: true, possible: true }),
  state: isOneOf('open', 'accepted', 'refused'),
});

const isResult = isShape<MatchResultView>({
  revision: isIndex,
  headline: isString,
  parameters: isString,
  coverage: isNumber,
  loads: isNumber,
  mismatched: isNumber,
  isAlarm: isBoolean,
  proposals: isArrayOf(isProposal),
  groups: isArrayOf(
    isShape<MatchGroupView>({
      group: isGroupName,
      count: isIndex,
      parameters: isNullOr(isNumber),
      actions: isActions,
    }),
  ),
  notes: isArrayOf(isString),
  keys: isIndex,
  bytes: isNullOr(isNumber),
  noUpdate: isString,
  rows: (value): value is Uint8Array => value instanceof Uint8Array,
  version: isIndex,
});

export const isMatchView = isShape<MatchView>({
  form: isForm,
  branches: isChoices,
  targetBranches: isChoices,
  architectures: isArrayOf(isString),
  recognised: isString,
  factories: isChoices,
  noPython: isString,
  busy: isString,
  problem: isNullOr(isShape<MatchProblem>({ sentence: isString, details: isString })),
  result: isNullOr(isResult),
  refusal: isString,
  readOnly: isString,
});
