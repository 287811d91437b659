import type * as vscode from 'vscode';
import type { History, HistoryStep } from '../../core/edit/history';
import type { CheckpointDocument } from '../document';
import { EditCount } from './editCount';

/** An edit that VS Code can undo, or a change that only a save ends. */
export type DocumentEvent =
  vscode.CustomDocumentEditEvent<CheckpointDocument> | vscode.CustomDocumentContentChangeEvent<CheckpointDocument>;

/** What saves and edits are reported to VS Code with. */
export interface EditedDocument {
  readonly document: CheckpointDocument;
  readonly history: () => History | null;
  fire(event: DocumentEvent): void;
  /** The history shows another state. */
  moved(): void;
}

/**
 * Milliseconds from the end of a save until VS Code has taken note of it: what is fired before, it would take as saved.
 */
const afterSave = 100;

/** Tells VS Code of the edits, and of changes that it would overlook. */
export class EditEvents {
  readonly #count = new EditCount();
  /** The steps that VS Code knows of. A step that is made anew on other bytes takes the place of the one before. */
  readonly #announced: { step: HistoryStep }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly edited: EditedDocument) {}

  announce(step: HistoryStep, label: string): void {
    const known = { step };
    this.#announced.push(known);
    this.#count.edited();
    this.edited.fire({
      document: this.edited.document,
      label,
      undo: () => {
        this.#count.undone();
        this.#move((history) => history.undoStep(known.step));
      },
      redo: () => {
        this.#count.redone();
        this.#move((history) => history.redoStep(known.step));
      },
    });
    this.#correct();
  }

  /** Steps have been made anew. */
  replace(steps: ReadonlyMap<HistoryStep, HistoryStep>): void {
    for (const known of this.#announced) {
      known.step = steps.get(known.step) ?? known.step;
    }
  }

  /** A save has ended; VS Code hears of it once the caller has returned. */
  saved(): void {
    this.#count.saved();
    this.#correctLater();
  }

  reverted(): void {
    this.#count.reverted();
    this.#correctLater();
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #move(move: (history: History) => boolean): void {
    const history = this.edited.history();
    if (history !== null && move(history)) {
      this.edited.moved();
    }
    this.#correct();
  }

  #correctLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // An edit of that moment may have been taken as saved, or not.
      this.#correct(true);
    }, afterSave);
  }

  #correct(always = false): void {
    if ((always || this.#count.looksClean) && this.edited.history()?.dirty === true) {
      this.#count.contentChanged();
      this.edited.fire({ document: this.edited.document });
    }
  }
}
