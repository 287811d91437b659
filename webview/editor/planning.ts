import type { HostMethods } from '../../src/protocol/messages';
import type { PlanIntent, PlanView } from '../../src/protocol/plan';

/** The page around the plan, as far as it needs it. */
export interface PlannedPage {
  readonly host: HostMethods;
  onChange(): void;
  closePane(): void;
}

/** What the page knows of the plans, and the intents that change them. */
export class Planning {
  /** null until the host has told it. */
  view: PlanView | null = null;
  #isOpen = false;
  #isApplying = false;

  constructor(private readonly page: PlannedPage) {}

  /** To be called when panes open and close: the host says what changes as long as the plan is open. */
  setOpen(isOpen: boolean): void {
    if (isOpen !== this.#isOpen) {
      this.#isOpen = isOpen;
      this.run({ kind: isOpen ? 'open' : 'close' });
    }
  }

  run(intent: PlanIntent): void {
    this.#isApplying ||= intent.kind === 'apply';
    this.page.host.plan(intent);
  }

  show(view: PlanView): void {
    this.view = view;
    if (this.#isApplying) {
      this.#isApplying = false;
      if (view.plan?.apply.refusal === '') {
        // The edits are in the tree.
        this.page.closePane();
      }
    }
    this.page.onChange();
  }
}
