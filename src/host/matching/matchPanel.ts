import type { MatchIntent, MatchRange, MatchResultView, MatchRowView, MatchView } from '../../protocol/match';
import { editErrorText } from '../../wording/edits';
import type { Translate } from '../../wording/translate';
import type { EditPanel, ShownState } from '../editing/editPanel';
import { branchChoices } from './branches';
import type { ComputedMatch } from './computedMatch';
import type { MatchSession } from './matchSession';
import { reportText } from './matchReport';
import { resultView, rowViews } from './matchViews';
import { recognisedText } from './recognisedText';

/** What a person asks of the match that goes beyond it: it changes the document, or leaves the editor. */
export interface MatchActions {
  /** @returns why nothing was done, or ''. */
  apply(match: ComputedMatch): string;
  writeFiltered(match: ComputedMatch): Promise<void>;
  writeUpdated(match: ComputedMatch): Promise<void>;
  copy(text: string): Promise<void>;
  python(match: ComputedMatch): string;
}

/** The match of a document as one panel shows it. */
export class MatchPanel {
  #isOpen = false;
  #refusal = '';
  #sent: { readonly computed: ComputedMatch; readonly shown: ShownState; readonly view: MatchResultView } | undefined;
  readonly #unsubscribe: () => void;

  constructor(
    private readonly panel: EditPanel,
    private readonly session: MatchSession,
    private readonly actions: MatchActions,
    private readonly t: Translate,
  ) {
    this.#unsubscribe = session.onDidChange(() => {
      this.update();
    });
  }

  dispose(): void {
    this.#unsubscribe();
  }

  /** There is a match that can be written. */
  get hasMatch(): boolean {
    return this.session.match() !== null;
  }

  /** The pane is shown. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Sends what is shown now; to be called when the match or the document has changed. */
  update(): void {
    const view = this.#isOpen ? this.#view() : null;
    if (view !== null) {
      this.panel.webview.match(view);
    }
  }

  rows(range: MatchRange): readonly MatchRowView[] {
    const { shown } = this.panel;
    const computed = this.session.match();
    return shown === undefined || computed === null || range.revision !== this.session.revision
      ? []
      : rowViews(computed, shown, range);
  }

  async run(intent: MatchIntent): Promise<void> {
    const { session } = this;
    this.#refusal = '';
    switch (intent.kind) {
      case 'open':
        await this.#open();
        return;
      case 'close':
        this.#isOpen = false;
        return;
      case 'target':
        await session.setTarget(intent.form);
        return;
      case 'refresh':
        await session.refresh();
        return;
      case 'cancel':
        session.cancel();
        return;
      case 'browse': {
        const text = await this.session.environment.browse(intent.target);
        if (text !== null) {
          await session.setTarget({ ...session.form, kind: intent.target, text, targetBranch: '' });
        }
        return;
      }
      case 'decide':
        session.decide(intent.id, intent.decision);
        return;
      case 'action':
        if (intent.revision === session.revision) {
          session.setAction(intent.group, intent.index, intent.action);
        }
        return;
      default:
        await this.#act(intent.kind);
    }
  }

  async #open(): Promise<void> {
    this.#isOpen = true;
    this.update();
    await this.session.begin();
    this.update();
  }

  async #act(kind: 'apply' | 'writeFiltered' | 'writeUpdated' | 'copyPython' | 'copyReport'): Promise<void> {
    const { actions, session, t } = this;
    const computed = session.match();
    if (computed === null) {
      return;
    }
    switch (kind) {
      case 'apply':
        this.#refusal = actions.apply(computed);
        this.update();
        return;
      case 'writeFiltered':
        await actions.writeFiltered(computed);
        return;
      case 'writeUpdated':
        await actions.writeUpdated(computed);
        return;
      case 'copyPython':
        await actions.copy(actions.python(computed));
        return;
      case 'copyReport':
        await actions.copy(reportText(computed, t));
        return;
    }
  }

  #view(): MatchView | null {
    const { panel, session, t } = this;
    const { shown } = panel;
    if (shown === undefined) {
      return null;
    }
    const computed = session.match();
    const { readOnly } = panel.document;
    const file = session.target?.file ?? null;
    const targetBranches = file === null ? [] : branchChoices(file, t);
    return {
      form: { ...session.form, branch: session.branch, targetBranch: session.targetBranch },
      branches: branchChoices(shown.checkpoint, t),
      targetBranches: targetBranches.length > 1 ? targetBranches : [],
      architectures: session.catalogue?.names().map(({ name }) => name) ?? [],
      recognised: recognisedText(session.recognised, t),
      factories: this.session.environment.factories(),
      noPython: this.session.environment.noPython(),
      busy: session.isBusy ? busyText(session.form.kind, t) : '',
      problem: session.problem,
      result: computed === null ? null : this.#resultView(computed, shown),
      refusal: this.#refusal,
      readOnly: readOnly === null ? '' : editErrorText(readOnly, t).sentence,
    };
  }

  /** Kept as long as it is the same: documents change for other reasons too, and large matches take a while. */
  #resultView(computed: ComputedMatch, shown: ShownState): MatchResultView {
    const { version } = this.panel;
    const { revision, target } = this.session;
    let sent = this.#sent;
    if (sent?.computed !== computed || sent.shown !== shown || sent.view.version !== version) {
      const view = resultView(computed, shown, { revision, version }, target?.note ?? '', this.t);
      sent = { computed, shown, view };
      this.#sent = sent;
    }
    return sent.view;
  }
}

function busyText(kind: MatchView['form']['kind'], t: Translate): string {
  return kind === 'python' ? t('Building the model with Python') : t('Reading the target');
}
