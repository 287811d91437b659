import type { CheckpointKind, PathElement } from '../core/checkpoint/checkpoint';
import type { ContainerKind } from '../core/container/container';
import {
  isDevices,
  isEdits,
  isIntent,
  isLayers,
  isMapLocation,
  isOutcome,
  isPrefixes,
  isPreview,
  isReview,
  isReviewId,
  isRows,
  isSaving,
} from './editChecks';
import type { EditIntent, ReviewView } from './edits';
import {
  isArrayOf,
  isBoolean,
  isEither,
  isIndex,
  isKeyOf,
  isNothing,
  isNullOr,
  isNumber,
  isOneOf,
  isOptional,
  isRecord,
  isRecordOf,
  isShape,
  isString,
  isTuple,
  type Guard,
} from './guards';
import type {
  AuditBlocker,
  AuditImport,
  AuditView,
  BrokenAction,
  BrokenView,
  DetailsFact,
  DetailsSection,
  DetailsView,
  ExecutedCommand,
  FindingView,
  HiddenColumn,
  HostMethods,
  NoteAction,
  NoteView,
  SummaryView,
  TextColumn,
  ViewSettings,
  ViewState,
  WebviewCommand,
  WebviewMethods,
} from './messages';
import { isMatchIntent, isMatchRange, isMatchRows, isMatchView } from './matchChecks';
import type { MatchIntent, MatchRange, MatchView } from './match';
import type { PlanIntent, PlanView } from './plan';
import { isPlanIntent, isPlanView } from './planChecks';
import type { Contract } from './rpc';
import { isTreeColumns } from './treeChecks';

const isContainer = isKeyOf<ContainerKind>({
  zip: true,
  legacy: true,
  tar: true,
  pickle: true,
  torchscript: true,
  mobile: true,
  package: true,
  pt2: true,
  safetensors: true,
  npy: true,
  npz: true,
  unknown: true,
});
const isCheckpointKind = isKeyOf<CheckpointKind>({
  lightning: true,
  module: true,
  optimizer: true,
  tensor: true,
  tensors: true,
  'state-dict': true,
  'training-checkpoint': true,
  other: true,
});
const isFinding = isShape<FindingView>({
  severity: isOneOf('info', 'warning', 'error'),
  code: isString,
  message: isString,
});

const isSummary = isShape<SummaryView>({
  fileName: isString,
  container: isContainer,
  kind: isNullOr(isCheckpointKind),
  wrapper: isNullOr(isString),
  fileBytes: isIndex,
  counts: isNullOr(
    isShape<NonNullable<SummaryView['counts']>>({
      tensors: isIndex,
      entries: isIndex,
      parameters: isNumber,
      tensorBytes: isNumber,
      storageBytes: isNumber,
    }),
  ),
  imports: isShape<SummaryView['imports']>({ unknown: isIndex, dangerous: isIndex }),
  findings: isArrayOf(isFinding),
});

const isNoteAction = isKeyOf<NoteAction>({
  reload: true,
  showFindings: true,
  manageTrust: true,
  dismiss: true,
  overwrite: true,
  saveAs: true,
  updateOptimizer: true,
  turnOffAutoSave: true,
});
const isNote = isShape<NoteView>({
  icon: isOneOf('info', 'lock', 'shield', 'warning', 'sync'),
  text: isString,
  actions: isArrayOf(isShape<NoteView['actions'][number]>({ label: isString, action: isNoteAction })),
  foot: isNullOr(isString),
});

const isBrokenAction = isKeyOf<BrokenAction>({
  runInTerminal: true,
  openAsText: true,
  openWithDefault: true,
  retry: true,
  openFolder: true,
  openSettings: true,
  copyDetails: true,
});
const isBroken = isShape<BrokenView>({
  what: isString,
  asides: isArrayOf(isString),
  title: isString,
  sentence: isString,
  icon: isString,
  facts: isArrayOf(isShape<BrokenView['facts'][number]>({ label: isString, value: isString })),
  command: isNullOr(isShape<NonNullable<BrokenView['command']>>({ intro: isString, line: isString })),
  primary: isNullOr(isBrokenAction),
  secondary: isArrayOf(isBrokenAction),
  details: isString,
});

const isTreeOrder = isOneOf('file', 'natural');
const isSettings = isShape<ViewSettings>({ treeOrder: isTreeOrder });

/** Also for what `getState` gives back: another version of this extension may have written it. */
export const isViewState = isShape<ViewState>({
  version: isOneOf(1),
  filter: isShape<ViewState['filter']>({ text: isString, regex: isBoolean, matchCase: isBoolean }),
  facets: isArrayOf(isString),
  expanded: isArrayOf(isString),
  selected: isArrayOf(isString),
  focused: isNullOr(isString),
  scrollTop: isNumber,
  layout: isOneOf('tree', 'flat'),
  order: isTreeOrder,
  sort: isNullOr(isShape<NonNullable<ViewState['sort']>>({ column: isString, descending: isBoolean })),
  columnWidths: isRecordOf(isNumber),
  hiddenColumns: isArrayOf(isString),
  history: isArrayOf(isString),
  pane: isShape<ViewState['pane']>({
    open: isBoolean,
    tool: isOneOf('details', 'audit', 'devices', 'rename', 'cast', 'replace', 'review', 'match', 'plan'),
    widths: isRecordOf(isNumber),
  }),
});

const isPathElement: Guard<PathElement> = isEither(
  isEither(isString, isNumber),
  isShape<{ readonly repr: string }>({ repr: isString }),
);

const isFact: Guard<DetailsFact> = (value): value is DetailsFact =>
  isRecord(value) &&
  isString(value['label']) &&
  isString(value['value']) &&
  isOptional(isString)(value['secondary']) &&
  isOptional(isOneOf('number', 'string', 'boolean', 'name'))(value['token']) &&
  isOptional(isRows)(value['rows']);

const isDetails = isShape<DetailsView>({
  row: isIndex,
  key: isString,
  path: isArrayOf(isPathElement),
  description: isString,
  chips: isArrayOf(isString),
  python: isString,
  sections: isArrayOf(
    isShape<DetailsSection>({
      id: isOneOf('tensor', 'value', 'group', 'storage', 'optimizer', 'imports', 'notes'),
      title: isString,
      facts: isArrayOf(isFact),
    }),
  ),
});

const isAudit = isShape<AuditView>({
  loads: isBoolean,
  verdict: isString,
  sentence: isString,
  blockers: isArrayOf(isShape<AuditBlocker>({ text: isString, rows: isRows })),
  imports: isArrayOf(
    isShape<AuditImport>({
      name: isString,
      verdict: isOneOf('allowed', 'unknown', 'dangerous'),
      reason: isString,
      section: isString,
      uses: isIndex,
      rows: isRows,
      neededBy: isString,
    }),
  ),
  python: isNullOr(isString),
});

const isExecuted = isKeyOf<ExecutedCommand>({
  exportKeys: true,
  importAudit: true,
  duplicateKey: true,
  moveKey: true,
  editValue: true,
  addEntry: true,
  wrap: true,
  setRequiresGrad: true,
  setTrainMode: true,
  makeLoadable: true,
  updateOptimizer: true,
  compact: true,
  extractStateDict: true,
  convert: true,
});

/** What the host serves and the webview calls. */
export const hostContract: Contract<HostMethods> = {
  ready: { parameters: isTuple<[]>(), result: null },
  details: {
    parameters: isTuple<[readonly number[]]>(isRows),
    result: (value): value is DetailsView[] => isArrayOf(isDetails)(value),
  },
  audit: { parameters: isTuple<[]>(), result: isAudit },
  selection: { parameters: isTuple<[readonly number[], number]>(isRows, isIndex), result: null },
  treeFocused: { parameters: isTuple<[boolean]>(isBoolean), result: null },
  copy: { parameters: isTuple(isOneOf('key', 'python', 'row', 'path'), isRows), result: isNothing },
  copyText: { parameters: isTuple<[string]>(isString), result: isNothing },
  execute: { parameters: isTuple(isExecuted), result: isNothing },
  noteAction: { parameters: isTuple(isNoteAction), result: isNothing },
  brokenAction: { parameters: isTuple(isBrokenAction), result: isNothing },
  column: {
    parameters: isTuple(isKeyOf<HiddenColumn>({ stride: true, offset: true, record: true })),
    result: isShape<TextColumn>({
      cells: (value): value is Uint32Array => value instanceof Uint32Array,
      strings: isArrayOf(isString),
    }),
  },
  cancelLoading: { parameters: isTuple<[]>(), result: null },
  edit: { parameters: isTuple<[EditIntent, number]>(isIntent, isIndex), result: isOutcome },
  preview: { parameters: isTuple<[EditIntent, number]>(isIntent, isIndex), result: isPreview },
  devices: { parameters: isTuple<[readonly number[] | null, number]>(isNullOr(isRows), isIndex), result: isDevices },
  mapLocation: { parameters: isTuple<[string]>(isString), result: isMapLocation },
  prefixes: { parameters: isTuple<[]>(), result: isPrefixes },
  layers: { parameters: isTuple<[number | null, number]>(isNullOr(isIndex), isIndex), result: isLayers },
  goToEdit: { parameters: isTuple<[number]>(isIndex), result: isNothing },
  copyEditsAsPython: { parameters: isTuple<[]>(), result: isNothing },
  applyReview: {
    parameters: isTuple<[ReviewView['id'], string | null]>(isReviewId, isNullOr(isString)),
    result: isString,
  },
  match: { parameters: isTuple<[MatchIntent]>(isMatchIntent), result: null },
  matchRows: { parameters: isTuple<[MatchRange]>(isMatchRange), result: isMatchRows },
  plan: { parameters: isTuple<[PlanIntent]>(isPlanIntent), result: null },
  cancelSaving: { parameters: isTuple<[]>(), result: null },
};

const isCommand = isKeyOf<WebviewCommand>({
  focusFilter: true,
  selectMatching: true,
  showAudit: true,
  expandAll: true,
  collapseAll: true,
  toggleLayout: true,
  toggleOrder: true,
  togglePane: true,
  nextFlagged: true,
  previousFlagged: true,
  renameKey: true,
  renameKeys: true,
  stripPrefix: true,
  addPrefix: true,
  remapDevices: true,
  castDtype: true,
  replaceLayer: true,
  showEdits: true,
  toggleRemoved: true,
  match: true,
  plan: true,
});

/** What the webview serves and the host calls. */
export const webviewContract: Contract<WebviewMethods> = {
  initialize: {
    parameters: isTuple<Parameters<WebviewMethods['initialize']>>(
      isShape<Parameters<WebviewMethods['initialize']>[0]>({
        strings: isRecordOf(isString),
        locale: isString,
        settings: isSettings,
      }),
    ),
    result: null,
  },
  loading: {
    parameters: isTuple<Parameters<WebviewMethods['loading']>>(
      isShape<Parameters<WebviewMethods['loading']>[0]>({
        summary: isNullOr(isSummary),
        done: isNumber,
        total: isNullOr(isNumber),
      }),
    ),
    result: null,
  },
  show: {
    parameters: isTuple<Parameters<WebviewMethods['show']>>(
      isShape<Parameters<WebviewMethods['show']>[0]>({
        summary: isSummary,
        tree: isTreeColumns,
        keepView: isBoolean,
        version: isIndex,
      }),
    ),
    result: null,
  },
  edits: { parameters: isTuple<Parameters<WebviewMethods['edits']>>(isEdits), result: null },
  review: { parameters: isTuple<[ReviewView | null]>(isNullOr(isReview)), result: null },
  match: { parameters: isTuple<[MatchView]>(isMatchView), result: null },
  plan: { parameters: isTuple<[PlanView]>(isPlanView), result: null },
  saving: { parameters: isTuple<Parameters<WebviewMethods['saving']>>(isNullOr(isSaving)), result: null },
  broken: { parameters: isTuple<[BrokenView]>(isBroken), result: null },
  note: { parameters: isTuple<[NoteView | null]>(isNullOr(isNote)), result: null },
  settings: { parameters: isTuple<[ViewSettings]>(isSettings), result: null },
  run: {
    parameters: isTuple<[WebviewCommand]>(isCommand),
    result: null,
  },
};
