import type { EditorStore } from '../store';

/** The parts of the page that the focus goes to. */
export interface FocusedPage {
  currentStore(): EditorStore | null;
  querySelector(selector: string): Element | null;
  focusTree(): void;
}

export function nothingHasFocus(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** Keeps the focus where it can be seen while panes come, fill and go. */
export class PaneFocus {
  /** The pane is to have the focus, and what takes it there is not here yet. */
  #wanted = false;
  /** What had the focus last, and whether that was in the pane. */
  #focused: { readonly element: Element; readonly inPane: boolean } | null = null;

  constructor(private readonly page: FocusedPage) {}

  readonly onFocusIn = ({ target }: FocusEvent): void => {
    this.#focused = target instanceof Element ? { element: target, inPane: target.closest('.pane') !== null } : null;
  };

  /** To be called when a pane has opened. */
  focusSoon(): void {
    // Forms are there once their own parts are, within this task.
    setTimeout(this.#focusContent);
  }

  /** To be called when the page has rendered. */
  keepSoon(): void {
    setTimeout(this.#keep);
  }

  get #awaitsContent(): boolean {
    const store = this.page.currentStore();
    return (
      (store?.pane.tool === 'audit' && store.audit === null) ||
      (store?.pane.tool === 'plan' && store.planning.view === null)
    );
  }

  readonly #focusContent = (): void => {
    const content =
      this.page.querySelector('.pane [data-first]') ??
      this.page.querySelector('.pane .tbl[tabindex]') ??
      this.page.querySelector('.pane .scroll');
    if (content instanceof HTMLElement) {
      // What the pane says first stays in sight.
      content.focus({ preventScroll: true });
    }
    this.#wanted = this.#awaitsContent;
  };

  /** What was waited for takes the focus; where the element that had it is gone, something near takes it. */
  readonly #keep = (): void => {
    if (this.#wanted && !this.#awaitsContent) {
      this.#wanted = false;
      if (document.activeElement?.matches('.pane .scroll') === true) {
        this.#focusContent();
      }
    }
    if (this.#focused?.element.isConnected === false && nothingHasFocus() && document.hasFocus()) {
      if (this.#focused.inPane && this.page.currentStore()?.pane.open === true) {
        this.#focusContent();
      } else {
        this.page.focusTree();
      }
    }
  };
}
