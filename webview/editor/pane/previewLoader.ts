import type { EditIntent, EditPreview } from '../../../src/protocol/edits';

/** Changes that follow each other sooner than this, in milliseconds, are typing: its preview waits for a rest. */
const rest = 150;

/** Asks for the preview of what a form says now. The last one stays until the next is here, so that nothing jumps. */
export class PreviewLoader {
  preview: EditPreview | null = null;
  #inputs: readonly unknown[] = [];
  #asked = 0;
  #changedAt = -rest;
  #timer: number | undefined;

  constructor(
    private readonly ask: (intent: EditIntent) => Promise<EditPreview>,
    private readonly changed: () => void,
  ) {}

  /**
   * To be called at each update of the form.
   * @param inputs what the intent is made of: nothing is asked while they are the same ones
   */
  update(inputs: readonly unknown[], intent: () => EditIntent | null): void {
    if (inputs.length === this.#inputs.length && inputs.every((input, at) => input === this.#inputs[at])) {
      return;
    }
    this.#inputs = inputs;
    window.clearTimeout(this.#timer);
    const typing = performance.now() - this.#changedAt < rest;
    this.#changedAt = performance.now();
    const wanted = intent();
    const asked = ++this.#asked;
    if (wanted === null) {
      this.preview = null;
      return;
    }
    this.#timer = window.setTimeout(
      () => {
        this.#load(wanted, asked);
      },
      typing ? rest : 0,
    );
  }

  #load(intent: EditIntent, asked: number): void {
    this.ask(intent).then(
      (preview) => {
        if (asked === this.#asked) {
          this.preview = preview;
          this.changed();
        }
      },
      (error: unknown) => {
        // The tree has changed meanwhile: the form asks again with the new one.
        console.warn('No preview.', error);
      },
    );
  }
}
