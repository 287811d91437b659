/**
 * What VS Code makes of our edits. It counts them, and takes the document for clean where the count is that of the last
 * save: wrongly after an edit during the save, and after as many new edits as were undone since (its
 * `MainThreadCustomEditorModel`). Where that happens the document fires a content change, which only a save ends.
 */
export class EditCount {
  #current = 0;
  #saved = 0;
  #contentChanged = false;

  /** VS Code shows the document as saved. */
  get looksClean(): boolean {
    return !this.#contentChanged && this.#current === this.#saved;
  }

  edited(): void {
    this.#current++;
  }

  undone(): void {
    this.#current--;
  }

  redone(): void {
    this.#current++;
  }

  contentChanged(): void {
    this.#contentChanged = true;
  }

  saved(): void {
    this.#saved = this.#current;
    this.#contentChanged = false;
  }

  reverted(): void {
    this.#current = this.#saved;
    this.#contentChanged = false;
  }
}
