import type { Checkpoint, Entry } from '../core/checkpoint/checkpoint';
import type { Loaded } from './load';

/** The index is being read. `checkpoint` is there once everything but the tree is known. */
export interface LoadingState {
  readonly phase: 'loading';
  readonly fileBytes: number | null;
  readonly done: number;
  readonly total: number | null;
  readonly checkpoint: Checkpoint | null;
}

/** What is shown of an opened file. Immutable: a reload makes a new one, and so does each edit. */
export interface OpenState extends Loaded {
  readonly phase: 'open';
  /** When the file was last written, as far as that is known; else when it was read. */
  readonly date: Date;
}

/** The file gives no tree; `error` says why. */
export interface BrokenState {
  readonly phase: 'broken';
  readonly error: unknown;
  readonly fileBytes: number | null;
}

export type DocumentState = LoadingState | OpenState | BrokenState;

/** How the file on disk stands to what is shown. */
export type DiskState =
  | 'same'
  | 'changing'
  | 'incomplete'
  | 'gone'
  | 'reloaded'
  /** Another version is there, and there are edits that it lacks. */
  | 'conflict';

/** What can be done about edits that the version on disk lacks. */
export type Conflict =
  /** The edited version can be put in its place. */
  | 'overwritable'
  /** Another program wrote over the very bytes that the edited version consists of. */
  | 'rewritten'
  /** The edits were made to a version that is gone, before VS Code was restarted. */
  | 'unapplied';

/** The entry that a row of the tree stands for: one of the document, or one that was removed from it. */
export function entryAt({ checkpoint, removed }: OpenState, index: number): Entry | undefined {
  return checkpoint.entries[index] ?? removed[index - checkpoint.entries.length];
}

/** Findings of a file of which only a part is there: that of a version being written is not to replace a whole one. */
const cutFindings = new Set(['cut-file', 'compressed-cut', 'pickle-unreadable', 'record-beyond-end']);

export function isCut(state: DocumentState): boolean {
  return state.phase === 'open' && state.checkpoint.findings.some(({ code }) => cutFindings.has(code));
}
