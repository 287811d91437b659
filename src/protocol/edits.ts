import type { Initialisation } from '../core/init/initialisation';

/**
 * What crosses between host and webview for editing. The webview says what is wanted in terms of the rows that it shows;
 * the host makes operations of it, which alone change the document. Sentences arrive translated.
 */

/** What a person wants done to rows, with the numbers that those have in the tree of `version`. */
export type EditIntent =
  | { readonly kind: 'keep'; readonly rows: readonly number[] }
  | { readonly kind: 'remove'; readonly rows: readonly number[] }
  /** F2: a key, or the common part of the keys below a group of dotted ones. */
  | { readonly kind: 'renameRow'; readonly row: number; readonly label: string }
  /** Of the keys of all state dicts, or of those in `rows`. */
  | { readonly kind: 'renameKeys'; readonly form: RenameForm; readonly rows: readonly number[] | null }
  /** Storages by the device that they are tagged with; one that is not named stays. */
  | {
      readonly kind: 'remap';
      readonly map: Readonly<Record<string, string>>;
      readonly rows: readonly number[] | null;
    }
  | {
      readonly kind: 'cast';
      readonly dtype: string;
      readonly integers: boolean;
      readonly rows: readonly number[] | null;
    }
  | {
      readonly kind: 'replaceLayer';
      /** As `LayerView.layer`. */
      readonly layer: number;
      /** `nn.Linear(512, 120)`, with or without what it is assigned to. */
      readonly call: string;
      readonly initialisation: Initialisation;
      /** Rows, columns … that both have stay as they are. */
      readonly keepOverlap: boolean;
      readonly seed: number;
    };

export type RenameForm =
  | { readonly how: 'pattern'; readonly pattern: string; readonly text: string; readonly ignoreCase: boolean }
  | { readonly how: 'strip' | 'add'; readonly prefix: string };

/** What came of an intent. */
export interface EditOutcome {
  /** Why nothing was changed; '' when it was. */
  readonly problem: string;
  /** Key of the row that the focus goes to; null where it stays. */
  readonly focus: string | null;
}

/** What an intent would do, shown before it is carried out. */
export interface EditPreview {
  /** The result in one sentence. */
  readonly sentence: string;
  /** What else is to be known of it, a sentence each. */
  readonly notes: readonly string[];
  /** What has to be seen to besides, a sentence each. */
  readonly warnings: readonly string[];
  /** What stands in its way; '' when it can be done. */
  readonly problem: string;
  /** Keys that change, at most 1,000. */
  readonly changes: readonly KeyChangeView[];
  readonly changeCount: number;
  /** Python that does the same; '' where there is none. */
  readonly python: string;
}
export interface KeyChangeView {
  readonly row: number;
  readonly from: string;
  readonly to: string;
  /** Another entry has the new key, or will have. */
  readonly collides: boolean;
}

/** The table of the Remap Devices pane. */
export interface DevicesView {
  readonly devices: readonly { readonly device: string; readonly tensors: number; readonly bytes: number }[];
  /** Where storages can go: what the menus offer beside what a person types. */
  readonly targets: readonly string[];
  /** Other places that name a device, at most 100, and what becomes of them. */
  readonly elsewhere: readonly {
    readonly row: number;
    readonly key: string;
    /** Python literal. */
    readonly value: string;
    readonly fate: string;
  }[];
  readonly elsewhereCount: number;
}

/** A `map_location` that was pasted, as the table would have it. */
export interface MapLocationView {
  readonly map: Readonly<Record<string, string>>;
  /** '' when it was understood. */
  readonly problem: string;
}

/** A prefix that could go, and how many keys have it. */
export interface PrefixView {
  readonly prefix: string;
  readonly keys: number;
}

/** The list of edits, and what the summary line says of them. */
export interface EditsView {
  /** Why the file cannot be edited; null when it can. */
  readonly readOnly: string | null;
  /** From the file as it was opened, the first one first; those from `current` on have been undone. */
  readonly steps: readonly EditStepView[];
  readonly current: number;
  /** How many of the steps the file on disk holds; null when it is none of these states. */
  readonly saved: number | null;
  /** `14:02`, when it was last saved or opened. */
  readonly savedAt: string;
  /** Bytes of the file on disk. */
  readonly savedBytes: number;
  /** Bytes that it would have; null while that is not known. */
  readonly bytes: number | null;
  /** A further name keeps this many bytes of the old file on the disk, for undo. */
  readonly keptBytes: number;
}
export interface EditStepView {
  /** codicon name. */
  readonly icon: string;
  /** `Remove optimizer_state_dict and 1 more`. */
  readonly text: string;
  /** By how much the file grows; null where that is not known. */
  readonly bytes: number | null;
}

/** A pane that shows what a command would do before it is done: composed by the host, drawn by the webview. */
export interface ReviewView {
  readonly id: 'plainValues' | 'optimizer' | 'compact' | 'partial';
  readonly title: string;
  /** codicon name. */
  readonly icon: string;
  readonly sentence: string;
  readonly sections: readonly ReviewSection[];
  /** One of them is chosen; empty where there is nothing to choose. */
  readonly choices: readonly { readonly id: string; readonly label: string; readonly description: string }[];
  readonly chosen: string | null;
  readonly notes: readonly string[];
  /** Words on the primary button; null where there is nothing to do. */
  readonly apply: string | null;
}
export interface ReviewSection {
  readonly title: string;
  /** At most 200. */
  readonly items: readonly { readonly text: string; readonly secondary: string; readonly rows: readonly number[] }[];
  readonly count: number;
}

/** A save that takes longer than a moment. */
export interface SavingView {
  readonly done: number;
  readonly total: number;
}
