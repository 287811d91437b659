import type { Checkpoint } from '../../core/checkpoint/checkpoint';
import { apply } from '../../core/edit/apply';
import type { Operation } from '../../core/edit/operations';
import type { EditState } from '../../core/edit/state';
import { CheckpointError } from '../../core/errors';
import { planOperations } from '../../core/plan/operations';
import type { PlanApplyView, PlanIntent, PlanView } from '../../protocol/plan';
import type { Translate } from '../../wording/translate';
import type { EditPanel } from '../editing/editPanel';
import { problemOf, problemText } from '../editing/problems';
import { branchChoices } from '../matching/branches';
import { pathId } from '../rowPaths';
import { operationsText, rowView, scriptOf, shownPlan } from './planViews';
import type { PlanSession } from './planSession';

/** The plans of a document as one panel shows them. */
export class PlanPanel {
  #isOpen = false;
  #refusal = '';
  readonly #endSubscription: () => void;

  constructor(
    private readonly panel: EditPanel,
    readonly session: PlanSession,
    private readonly t: Translate,
  ) {
    this.#endSubscription = session.onDidChange(() => {
      this.#send();
    });
  }

  dispose(): void {
    this.#endSubscription();
  }

  /** To be called when the document has changed. */
  update(): void {
    if (this.#isOpen) {
      this.session.follow();
      this.#send();
    }
  }

  async run(intent: PlanIntent): Promise<void> {
    const { session } = this;
    this.#refusal = '';
    switch (intent.kind) {
      case 'open':
        this.#isOpen = true;
        await session.begin();
        this.#send();
        return;
      case 'close':
        this.#isOpen = false;
        return;
      case 'apply':
        this.#refusal = this.#apply();
        this.#send();
        return;
      case 'save':
        await session.save();
        return;
      case 'load':
        await session.load();
        return;
      case 'copyPython':
        await session.environment.copy(this.#python());
        return;
      case 'openPython':
        await session.environment.openPython(this.#python());
        return;
      default:
        change(session, intent);
    }
  }

  #python(): string {
    const { planned, current } = this.session;
    return planned === null || current === null ? '' : scriptOf(this.session, planned, current.plan).python;
  }

  #send(): void {
    if (this.#isOpen && this.panel.shown !== undefined) {
      this.panel.webview.plan(this.#view(this.panel.shown.checkpoint));
    }
  }

  #view(checkpoint: Checkpoint): PlanView {
    const { session, t } = this;
    const { planned, current } = session;
    return {
      branches: wholeBranches(checkpoint, t),
      branch: planned === null ? '' : pathId(planned.path),
      problem: session.problem,
      plan: planned === null || current === null ? null : shownPlan(session, planned, current, this.#applyView(), t),
      plans: session.plans.map(rowView),
      current: session.currentIndex,
    };
  }

  #operations(): readonly Operation[] {
    const { planned, current } = this.session;
    return planned === null || current === null ? [] : planOperations(current.plan, planned.architecture);
  }

  /** All edits of the plan, or none. @returns why there are none; '' otherwise. */
  #apply(): string {
    const { document } = this.panel;
    const operations = this.#operations();
    return problemOf(() => {
      if (document.readOnly !== null) {
        throw document.readOnly;
      }
      this.#after(operations);
      for (const operation of operations) {
        document.apply(operation);
      }
    }, this.t);
  }

  /** @throws EditError where one of them cannot be done. */
  #after(operations: readonly Operation[]): EditState | undefined {
    return operations.reduce<EditState | undefined>(
      (state, operation) => state && apply(state, operation),
      this.panel.document.history?.current,
    );
  }

  #applyView(): PlanApplyView {
    const { t } = this;
    const { readOnly } = this.panel.document;
    try {
      const operations = this.#operations();
      const edits = operations.length;
      const sentence = readOnly === null ? operationsText(operations, t) : problemText(readOnly, t);
      return { edits, sentence, canApply: readOnly === null && edits > 0, refusal: this.#refusal };
    } catch (error) {
      if (!(error instanceof CheckpointError)) {
        throw error;
      }
      return { edits: 0, sentence: problemText(error, t), canApply: false, refusal: this.#refusal };
    }
  }
}

/** State dicts and modules, without the modules that those are made of. */
function wholeBranches(checkpoint: Checkpoint, t: Translate): PlanView['branches'] {
  const modules = checkpoint.branches.filter(({ role }) => role === 'module').map(({ path }) => pathId(path));
  const isPart = (id: string): boolean => modules.some((module) => id !== module && id.startsWith(module.slice(0, -1)));
  return branchChoices(checkpoint, t).filter(({ id }) => !isPart(id));
}

type Change = Exclude<PlanIntent, { kind: 'open' | 'close' | 'apply' | 'save' | 'load' | 'copyPython' | 'openPython' }>;

/** What a person has changed on the plans. */
function change(session: PlanSession, intent: Change): void {
  switch (intent.kind) {
    case 'branch':
      session.setBranch(intent.id);
      return;
    case 'situation':
      session.setSituation(intent.situation);
      return;
    case 'k':
      session.setK(intent.k);
      return;
    case 'classes':
      session.setClasses(intent.classes);
      return;
    case 'seed':
      session.setSeed(intent.seed);
      return;
    case 'action':
      session.setAction(intent.group, intent.layer, intent.action);
      return;
    case 'expand':
      session.expand(intent.group, intent.isOpen);
      return;
    case 'pattern':
      session.setPattern(intent.pattern, intent.action);
      return;
    case 'factory':
      session.setFactory(intent.text);
      return;
    case 'add':
      session.add();
      return;
    case 'show':
      session.show(intent.index);
      return;
    case 'remove':
      session.remove(intent.index);
      return;
    case 'rename':
      session.note(intent.index, { name: intent.name });
      return;
    case 'result':
      session.note(intent.index, { result: intent.result });
      return;
    case 'choose':
      session.note(intent.index, { isChosen: intent.isChosen });
  }
}
