import { loadCatalogue } from '../../../src/core/catalogue/loadCatalogue';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import type { EditError } from '../../../src/core/edit/editError';
import { startState } from '../../../src/core/edit/state';
import type { PlanEnvironment, PlanFile } from '../../../src/host/planning/environment';
import { PlanPanel } from '../../../src/host/planning/planPanel';
import { PlanSession } from '../../../src/host/planning/planSession';
import type { PlanIntent, PlanView, ShownPlanView } from '../../../src/protocol/plan';
import { english } from '../../../src/wording/translate';
import { TestPanel } from '../editing/support';

/** What planning does to the world around the document, kept. */
export class TestEnvironment implements PlanEnvironment {
  readonly fileName = 'net.pt';
  beside: PlanFile | null = null;
  chosen: PlanFile | null = null;
  readonly written: string[] = [];
  readonly copied: string[] = [];
  readonly opened: string[] = [];
  readonly catalogue = loadCatalogue;

  readBeside(): Promise<PlanFile | null> {
    return Promise.resolve(this.beside);
  }

  askForFile(): Promise<PlanFile | null> {
    return Promise.resolve(this.chosen);
  }

  write(text: string): Promise<string | null> {
    this.written.push(text);
    return Promise.resolve('net.pt.plan.json');
  }

  factories(): readonly { readonly text: string; readonly secondary: string }[] {
    return [{ text: 'flowers.models:FlowerNet', secondary: '' }];
  }

  copy(text: string): Promise<void> {
    this.copied.push(text);
    return Promise.resolve();
  }

  openPython(text: string): Promise<void> {
    this.opened.push(text);
    return Promise.resolve();
  }
}

/** The plans of a file, as one panel shows them. */
export class TestPlans {
  readonly environment = new TestEnvironment();
  readonly panel: TestPanel;
  readonly session: PlanSession;
  readonly plans: PlanPanel;
  /** What the webview was sent, in order. */
  readonly views: PlanView[] = [];
  /** Told each of them. */
  onView: (view: PlanView) => void = () => undefined;

  constructor(checkpoint: Checkpoint, readOnly: EditError | null = null) {
    const panel = new TestPanel(startState(checkpoint), readOnly);
    const webview = {
      ...panel.webview,
      plan: (view: PlanView) => {
        this.views.push(view);
        this.onView(view);
      },
    };
    this.panel = Object.assign(panel, { webview });
    this.session = new PlanSession(() => panel.shown, this.environment, english);
    this.plans = new PlanPanel(panel, this.session, english);
  }

  /** What is shown after it. */
  async run(...intents: readonly PlanIntent[]): Promise<PlanView> {
    for (const intent of intents) {
      await this.plans.run(intent);
    }
    return this.view;
  }

  get view(): PlanView {
    const view = this.views.at(-1);
    if (view === undefined) {
      throw new Error('nothing was sent');
    }
    return view;
  }

  get shown(): ShownPlanView {
    const { plan, problem } = this.view;
    if (plan === null) {
      throw new Error(problem);
    }
    return plan;
  }

  /** Actions of the groups; null where their layers differ. */
  get actions(): readonly (string | null)[] {
    return this.shown.groups.map(({ action }) => action);
  }
}
