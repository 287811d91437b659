import type { CheckpointKind, Import, PathElement } from '../core/checkpoint/checkpoint';
import type { ContainerKind } from '../core/container/container';
import type { TreeColumns } from '../core/tree/treeColumns';
import type {
  DevicesView,
  EditIntent,
  EditOutcome,
  EditPreview,
  EditsView,
  MapLocationView,
  PrefixView,
  ReviewView,
  SavingView,
} from './edits';
import type { LayersView } from './layers';
import type { MatchIntent, MatchRange, MatchRowView, MatchView } from './match';
import type { PlanIntent, PlanView } from './plan';

/**
 * Everything that crosses between the host and one webview. The webview holds no truth: it gets the columns, asks for
 * what it looks at, and sends intents. Each side is one table of methods; `rpc.ts` maps calls, results and run-time checks
 * from them. Text that a person reads arrives translated; what comes out of the file is data and never HTML.
 */

/** The facts of the summary line and the bars above the tree. */
export interface SummaryView {
  readonly fileName: string;
  readonly container: ContainerKind;
  /** null while it is not known yet. */
  readonly kind: CheckpointKind | null;
  readonly wrapper: string | null;
  readonly fileBytes: number;
  /** null while the index is being read. */
  readonly counts: {
    readonly tensors: number;
    readonly entries: number;
    readonly parameters: number;
    readonly tensorBytes: number;
    readonly storageBytes: number;
  } | null;
  /** Imports outside the allow-list: shown as a chip when there are any. */
  readonly imports: { readonly unknown: number; readonly dangerous: number };
  readonly findings: readonly FindingView[];
}

export interface FindingView {
  readonly severity: 'info' | 'warning' | 'error';
  readonly code: string;
  readonly message: string;
}

/** The bar that may appear between filter and tree. */
export interface NoteView {
  readonly icon: 'info' | 'lock' | 'shield' | 'warning' | 'sync';
  readonly text: string;
  readonly actions: readonly { readonly label: string; readonly action: NoteAction }[];
  /** Line in the foot that goes with it. */
  readonly foot: string | null;
}
export type NoteAction =
  | 'reload'
  | 'showFindings'
  | 'manageTrust'
  | 'dismiss'
  | 'overwrite'
  | 'saveAs'
  | 'updateOptimizer'
  | 'turnOffAutoSave';

/** A file that cannot be shown as a tree: what it is and what to do. */
export interface BrokenView {
  /** `Git LFS pointer`: the first fact of the summary line. */
  readonly what: string;
  /** Behind it: `134 bytes`, `not a checkpoint`. */
  readonly asides: readonly string[];
  readonly title: string;
  readonly sentence: string;
  /** codicon name. */
  readonly icon: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** A command line to copy or run in the terminal; null where there is none. */
  readonly command: { readonly intro: string; readonly line: string } | null;
  readonly primary: BrokenAction | null;
  readonly secondary: readonly BrokenAction[];
  /** "Reveal Details": code, offset, technical note. */
  readonly details: string;
}
export type BrokenAction =
  'runInTerminal' | 'openAsText' | 'openWithDefault' | 'retry' | 'openFolder' | 'openSettings' | 'copyDetails';

export interface ViewSettings {
  readonly treeOrder: 'file' | 'natural';
}

/** State of one panel that survives hiding and reload; kept by the webview's `setState`. */
export interface ViewState {
  readonly version: 1;
  readonly filter: { readonly text: string; readonly regex: boolean; readonly matchCase: boolean };
  readonly facets: readonly string[];
  readonly expanded: readonly string[];
  readonly selected: readonly string[];
  readonly focused: string | null;
  readonly scrollTop: number;
  readonly layout: 'tree' | 'flat';
  readonly order: 'file' | 'natural';
  readonly sort: { readonly column: string; readonly descending: boolean } | null;
  readonly columnWidths: Readonly<Record<string, number>>;
  readonly hiddenColumns: readonly string[];
  /** Filters that were used, the latest first. */
  readonly history: readonly string[];
  readonly pane: {
    readonly open: boolean;
    readonly tool: 'details' | 'audit' | 'devices' | 'rename' | 'cast' | 'replace' | 'review' | 'match' | 'plan';
    readonly widths: Readonly<Record<string, number>>;
  };
}

/** Everything known of one row, asked for when it is looked at. Groups of facts in the order shown. */
export interface DetailsView {
  readonly row: number;
  readonly key: string;
  readonly path: readonly PathElement[];
  /** `Conv2d 64 → 64, 1×1, no bias`; '' where nothing is implied. */
  readonly description: string;
  /** Shape, dtype, device, kind: outline chips. */
  readonly chips: readonly string[];
  /** `ckpt["model_state_dict"]["layer1.0.conv1.weight"]`. */
  readonly python: string;
  readonly sections: readonly DetailsSection[];
}
export interface DetailsSection {
  readonly id: 'tensor' | 'value' | 'group' | 'storage' | 'optimizer' | 'imports' | 'notes';
  readonly title: string;
  readonly facts: readonly DetailsFact[];
}
export interface DetailsFact {
  readonly label: string;
  readonly value: string;
  /** Said behind the value in secondary text: `(16,384 bytes)`. */
  readonly secondary?: string;
  /** Colours the value as the Variables view would. */
  readonly token?: 'number' | 'string' | 'boolean' | 'name';
  /** Rows that the value links to: aliases, the optimizer's state. */
  readonly rows?: readonly number[];
}

/** The Import Audit pane. */
export interface AuditView {
  /** `torch.load(weights_only=True)` takes the file. */
  readonly loads: boolean;
  /** `weights_only=True stops at 1 of 9 imports`. */
  readonly verdict: string;
  readonly sentence: string;
  /** All of what stops it, a sentence each. */
  readonly blockers: readonly AuditBlocker[];
  readonly imports: readonly AuditImport[];
  /** Python that loads the file with the unknown imports allowed; null where nothing is to be allowed or must not be. */
  readonly python: string | null;
}
export interface AuditBlocker {
  readonly text: string;
  /** Rows of the entries where it stops, at most 20. */
  readonly rows: readonly number[];
}
export interface AuditImport {
  readonly name: string;
  readonly verdict: Import['verdict'];
  /** Translated; '' when there is nothing to say. */
  readonly reason: string;
  readonly section: string;
  readonly uses: number;
  /** Rows of the entries that need it, at most 20. */
  readonly rows: readonly number[];
  readonly neededBy: string;
}

/** Host → webview. */
export interface WebviewMethods {
  /** The first message: strings, settings, and whether this is a fresh panel. */
  initialize(init: { strings: Readonly<Record<string, string>>; locale: string; settings: ViewSettings }): void;
  /** Progress of the first index; `total` null when it is unknown. */
  loading(progress: { summary: SummaryView | null; done: number; total: number | null }): void;
  /**
   * The tree, whole. Sent again after a reload and after each edit; `keepView` keeps selection, expansion and scroll by
   * key. Rows that the webview names belong to a `version`.
   */
  show(document: { summary: SummaryView; tree: TreeColumns; keepView: boolean; version: number }): void;
  /** Follows `show`, and comes again when what it says becomes known. */
  edits(edits: EditsView): void;
  /** Opens a pane that a command has composed, or closes it. */
  review(review: ReviewView | null): void;
  /** While the pane that matches is open: what it shows now. */
  match(view: MatchView): void;
  /** While the plan is open: what it shows now. */
  plan(view: PlanView): void;
  /** null when the save has ended. */
  saving(saving: SavingView | null): void;
  broken(view: BrokenView): void;
  note(note: NoteView | null): void;
  settings(settings: ViewSettings): void;
  /** A command of the palette that the webview carries out on its own state. */
  run(command: WebviewCommand): void;
}
export type WebviewCommand =
  | 'focusFilter'
  | 'selectMatching'
  | 'showAudit'
  | 'expandAll'
  | 'collapseAll'
  | 'toggleLayout'
  | 'toggleOrder'
  | 'togglePane'
  | 'nextFlagged'
  | 'previousFlagged'
  | 'renameKey'
  | 'renameKeys'
  | 'stripPrefix'
  | 'addPrefix'
  | 'remapDevices'
  | 'castDtype'
  | 'replaceLayer'
  | 'showEdits'
  | 'toggleRemoved'
  | 'match'
  | 'plan';

/** Webview → host. */
export interface HostMethods {
  /** The webview has loaded its script and listens. */
  ready(): void;
  details(rows: readonly number[]): Promise<DetailsView[]>;
  audit(): Promise<AuditView>;
  /** Rows selected, focused one first; drives commands of the palette and context menus. */
  selection(rows: readonly number[], version: number): void;
  /** The tree has or has lost the focus: key bindings follow it. */
  treeFocused(focused: boolean): void;
  copy(what: 'key' | 'python' | 'row' | 'path', rows: readonly number[]): Promise<void>;
  /** Text that the webview itself composed (a code block, the details). */
  copyText(text: string): Promise<void>;
  execute(command: ExecutedCommand): Promise<void>;
  noteAction(action: NoteAction): Promise<void>;
  brokenAction(action: BrokenAction): Promise<void>;
  /** A column that is hidden at first: asked for when it is shown. */
  column(name: HiddenColumn): Promise<TextColumn>;
  cancelLoading(): void;
  /** Rows of another version are refused: the tree has changed under them. */
  edit(intent: EditIntent, version: number): Promise<EditOutcome>;
  preview(intent: EditIntent, version: number): Promise<EditPreview>;
  /** For all tensors, or for those of the rows. */
  devices(rows: readonly number[] | null, version: number): Promise<DevicesView>;
  mapLocation(text: string): Promise<MapLocationView>;
  prefixes(): Promise<readonly PrefixView[]>;
  /** The layers of the file, and the one that a row stands for; without a row the one that is most likely meant. */
  layers(row: number | null, version: number): Promise<LayersView>;
  /** Undoes or redoes until so many of the steps of `EditsView` hold. */
  goToEdit(current: number): Promise<void>;
  /** All edits since the last save as Python. */
  copyEditsAsPython(): Promise<void>;
  /** The primary button of a review, with the choice that was made; a problem, or ''. */
  applyReview(id: ReviewView['id'], choice: string | null): Promise<string>;
  /** What comes of it is sent as another view. */
  match(intent: MatchIntent): void;
  /** Rows of a match that is not shown any more are none. */
  matchRows(range: MatchRange): Promise<readonly MatchRowView[]>;
  /** What comes of it is sent as another view. */
  plan(intent: PlanIntent): void;
  cancelSaving(): void;
}
/** Commands that stand on buttons and in menus of the webview too; each works on the selection. */
export type ExecutedCommand =
  | 'exportKeys'
  | 'importAudit'
  | 'duplicateKey'
  | 'moveKey'
  | 'editValue'
  | 'addEntry'
  | 'wrap'
  | 'setRequiresGrad'
  | 'setTrainMode'
  | 'makeLoadable'
  | 'updateOptimizer'
  | 'compact'
  | 'extractStateDict'
  | 'convert';
export type HiddenColumn = 'stride' | 'offset' | 'record';
/** One text for each row of the tree, as indexes into `strings`; 0 is ''. */
export interface TextColumn {
  readonly cells: Uint32Array;
  readonly strings: readonly string[];
}
