import type { Checkpoint, Entry } from '../../core/checkpoint/checkpoint';
import type { Resources } from '../../core/edit/apply';
import type { EditError } from '../../core/edit/editError';
import type { History } from '../../core/edit/history';
import type { Operation } from '../../core/edit/operations';
import type { EditState } from '../../core/edit/state';
import type { TreeColumns } from '../../core/tree/treeColumns';
import type { WebviewMethods } from '../../protocol/messages';

/** One state of a document, as a panel shows it. */
export interface ShownState {
  readonly edit: EditState;
  /** That of `edit`. */
  readonly checkpoint: Checkpoint;
  readonly tree: TreeColumns;
  /** Entries that edits have taken away since the last save; rows name them behind those of the checkpoint. */
  readonly removed: readonly Entry[];
}

/** What editing needs of a document. */
export interface EditedDocument {
  readonly fileName: string;
  /** null while there is nothing that could be edited. */
  readonly history: History | null;
  /** Why the file cannot be edited; null when it can. */
  readonly readOnly: EditError | null;
  /** Other files that edits take something from, by the names that they give them. */
  readonly resources: Resources;
  /** Bytes of the file on disk. */
  readonly savedBytes: number;
  /** Bytes of the old file, kept under a further name for undo. */
  readonly keptBytes: number;
  /** @throws EditError when it cannot be done; nothing changes then. */
  apply(operation: Operation, resources?: Resources): void;
  /** Undoes or redoes until the state of that index is shown. */
  goTo(index: number): Promise<void>;
}

/** What editing needs of a panel. */
export interface EditPanel {
  readonly document: EditedDocument;
  /** undefined while the document shows no tree. */
  readonly shown: ShownState | undefined;
  /** Of the tree that the webview has: rows that it names are rows of this one. */
  readonly version: number;
  /** Rows selected, the focused one first. */
  readonly selection: readonly number[];
  readonly webview: WebviewMethods;
}
