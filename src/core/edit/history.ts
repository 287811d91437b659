import { apply, type Resources } from './apply';
import type { Operation } from './operations';
import type { EditState } from './state';

/** One state, and the edit that led to it; null for the file as it was opened. */
export interface HistoryStep {
  readonly state: EditState;
  readonly operation: Operation | null;
}

/**
 * The states of a document, and which of them is shown and which is saved. Undo, redo, revert and going back are moves of
 * an index: no edit is ever taken back by another one.
 */
export class History {
  private steps: HistoryStep[];
  private at = 0;
  /** The step that the file holds. It may have been cut off: undone after saving, then another edit made. */
  private saved: HistoryStep;

  constructor(start: EditState) {
    const first: HistoryStep = { state: start, operation: null };
    this.steps = [first];
    this.saved = first;
  }

  get current(): EditState {
    return this.step.state;
  }

  /** Index of the state that is shown, among `all`. */
  get index(): number {
    return this.at;
  }

  /** Index of the state that the file holds; −1 when it is none of them. */
  get savedIndex(): number {
    return this.steps.indexOf(this.saved);
  }

  /** What the file holds. */
  get savedState(): EditState {
    return this.saved.state;
  }

  /** Index of the state that edits are counted from: the saved one; the first one where that is not on the way here. */
  get baseIndex(): number {
    const { savedIndex } = this;
    return savedIndex <= this.at ? Math.max(savedIndex, 0) : 0;
  }

  /** What is shown differs from the file. */
  get dirty(): boolean {
    return this.step !== this.saved;
  }

  get all(): readonly HistoryStep[] {
    return this.steps;
  }

  /** Edits from the file as it was opened to what is shown, in order: what a backup keeps. */
  get operations(): readonly Operation[] {
    return this.steps.slice(0, this.at + 1).flatMap(({ operation }) => operation ?? []);
  }

  get canUndo(): boolean {
    return this.at > 0;
  }

  get canRedo(): boolean {
    return this.at < this.steps.length - 1;
  }

  /**
   * Applies an edit; states that were undone are gone.
   * @returns the step, for `undoTo` and `redoTo`.
   * @throws EditError when it cannot be done; nothing changes then.
   */
  apply(operation: Operation, resources?: Resources): HistoryStep {
    const step = { state: apply(this.current, operation, resources), operation };
    this.steps = [...this.steps.slice(0, this.at + 1), step];
    this.at++;
    return step;
  }

  /** Shows the state before; stays where there is none. */
  undo(): boolean {
    const { canUndo } = this;
    this.at -= canUndo ? 1 : 0;
    return canUndo;
  }

  redo(): boolean {
    const { canRedo } = this;
    this.at += canRedo ? 1 : 0;
    return canRedo;
  }

  /** Shows the state before that step. A step that was cut off since changes nothing. */
  undoStep(step: HistoryStep): boolean {
    return this.goTo(this.steps.indexOf(step) - 1);
  }

  redoStep(step: HistoryStep): boolean {
    return this.goTo(this.steps.indexOf(step));
  }

  /** Shows any of the states. @returns whether there is one of that index. */
  goTo(index: number): boolean {
    const exists = Number.isSafeInteger(index) && index >= 0 && index < this.steps.length;
    this.at = exists ? index : this.at;
    return exists;
  }

  /** The file holds that step from now on: the one that was shown when saving began, though it was cut off since. */
  markSaved(step: HistoryStep = this.step): void {
    this.saved = step;
  }

  /** Back to what the file holds; what came after it is gone, and all of it when that state was cut off. */
  revert(): void {
    const { savedIndex } = this;
    this.at = Math.max(savedIndex, 0);
    this.steps = savedIndex === -1 ? [this.saved] : this.steps.slice(0, savedIndex + 1);
  }

  /** The step that is shown. */
  get step(): HistoryStep {
    const step = this.steps[this.at];
    if (step === undefined) {
      throw new RangeError(`no step ${String(this.at)}`);
    }
    return step;
  }
}
