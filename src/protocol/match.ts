import type { Confidence, KeyAction } from '../core/match/match';

/**
 * What crosses between host and webview to match a file against a model. The host holds the match, one for each document;
 * the webview says what is wanted, is sent a view after each change, and asks for rows in the ranges that it shows.
 */

export type MatchTargetKind = 'file' | 'architecture' | 'text' | 'python';

/** What the form above the match says. */
export interface MatchForm {
  readonly kind: MatchTargetKind;
  /** A path, the name of an architecture, a key list or error text, or a Python factory. */
  readonly text: string;
  /** Of an architecture its number of classes as typed; '' for its own. */
  readonly classes: string;
  /** Id of the state dict of the file that is shown; '' for its own. */
  readonly branch: string;
  /** Id of the state dict of the other file; '' for its own. */
  readonly targetBranch: string;
}

export interface MatchChoice {
  readonly id: string;
  readonly label: string;
  readonly secondary: string;
}

export interface MatchView {
  readonly form: MatchForm;
  /** State dicts and modules of the file that is shown. */
  readonly branches: readonly MatchChoice[];
  /** Those of the other file, where there are several. */
  readonly targetBranches: readonly MatchChoice[];
  /** Names of architectures that can be matched against. */
  readonly architectures: readonly string[];
  /** `Recognised: resnet50, 318 of 320 keys.`; '' where none is. */
  readonly recognised: string;
  /** Factories that open Python files offer. */
  readonly factories: readonly MatchChoice[];
  /** Why no Python factory can be asked; '' where it can. */
  readonly noPython: string;
  /** What is being waited for; '' where nothing is. */
  readonly busy: string;
  /** Why there is no match; null where there is one, or nothing to be matched yet. */
  readonly problem: MatchProblem | null;
  readonly result: MatchResultView | null;
  /** Why the last button did nothing; '' where it did. */
  readonly refusal: string;
  /** Why the file cannot be edited; '' when it can. */
  readonly readOnly: string;
}

export interface MatchProblem {
  readonly sentence: string;
  /** What a Python process printed; '' where none did. */
  readonly details: string;
}

export interface MatchResultView {
  /** Another one with each match: rows that the webview asks for belong to one. */
  readonly revision: number;
  /** `317 of 321 keys load` */
  readonly headline: string;
  /** `23.5 M of 23.8 M parameters`; '' where no shape of the model is known. */
  readonly parameters: string;
  /** 0 … 1 */
  readonly coverage: number;
  /** Shares of the bar, 0 … 1: what loads, what has another shape; the rest is missing. */
  readonly loads: number;
  readonly mismatched: number;
  /** Below 1 % nothing of use loads, and nothing says so when it is done. */
  readonly isAlarm: boolean;
  readonly proposals: readonly MatchProposalView[];
  /** In the order shown; empty ones are left out. */
  readonly groups: readonly MatchGroupView[];
  /** What else is to be known, a sentence each. */
  readonly notes: readonly string[];
  /** Of the filtered file. */
  readonly keys: number;
  /** null: a size is not known. */
  readonly bytes: number | null;
  /** Some key of the model cannot be written, so that no updated state dict can; '' where all can. */
  readonly noUpdate: string;
  /** `MatchStatus` of each row of the tree of `version`. */
  readonly rows: Uint8Array;
  readonly version: number;
}

/** What the match says of a row of the tree. Of a group it follows from those below. */
export enum MatchStatus {
  /** Outside of the state dict that is matched, or gone. */
  NotPart,
  Loads,
  /** The model has the key with another shape. */
  Shape,
  /** The model has no such key. */
  Unused,
}

export interface MatchProposalView {
  readonly id: string;
  /** `Strip prefix module.` */
  readonly title: string;
  /** Parts of the title that come out of the files. */
  readonly names: readonly string[];
  readonly reason: string;
  readonly confidence: Confidence;
  readonly state: 'open' | 'accepted' | 'refused';
}

export type MatchGroup = 'mismatched' | 'missing' | 'unexpected' | 'matched' | 'defaulted' | 'ignored';

export interface MatchGroupView {
  readonly group: MatchGroup;
  readonly count: number;
  /** null where they are not counted. */
  readonly parameters: number | null;
  /** What can be done with all of its rows. */
  readonly actions: readonly KeyAction[];
}

export interface MatchRowView {
  /** The model's; of an unexpected one the file's. */
  readonly key: string;
  /** The key in the file, where that is another one; '' where it is not. */
  readonly fileKey: string;
  /** Shape in the file; `—` for none. */
  readonly fileShape: string;
  readonly modelShape: string;
  /** null: nothing is to be decided. */
  readonly action: KeyAction | null;
  readonly actions: readonly KeyAction[];
  /** Row of the tree; −1 where it has none. */
  readonly row: number;
}

/** Rows that one call may ask for. */
export const mostMatchRows = 500;

export interface MatchRange {
  readonly revision: number;
  readonly group: MatchGroup;
  readonly first: number;
  readonly count: number;
}

export type MatchIntent =
  /** The pane has been opened or closed. */
  | { readonly kind: 'open' }
  | { readonly kind: 'close' }
  | { readonly kind: 'target'; readonly form: MatchForm }
  /** The same target, read again. */
  | { readonly kind: 'refresh' }
  | { readonly kind: 'cancel' }
  /** Asks for a file: the target, the text, or the Python file of a factory. */
  | { readonly kind: 'browse'; readonly target: MatchTargetKind }
  /** null: all proposals that are open. */
  | { readonly kind: 'decide'; readonly id: string | null; readonly decision: MatchDecision }
  /** null: all rows of the group. */
  | {
      readonly kind: 'action';
      readonly revision: number;
      readonly group: MatchGroup;
      readonly index: number | null;
      readonly action: KeyAction;
    }
  | { readonly kind: 'apply' }
  /** All of the match as text. */
  | { readonly kind: 'copyReport' }
  | { readonly kind: 'writeFiltered' }
  | { readonly kind: 'writeUpdated' }
  | { readonly kind: 'copyPython' };

export type MatchDecision = 'accept' | 'refuse' | 'undo';
