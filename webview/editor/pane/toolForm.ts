import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { EditIntent } from '../../../src/protocol/edits';
import { formatExact } from '../../../src/wording/format';
import { button, icon } from '../../components/controls';
import { doNothing } from '../../components/doNothing';
import { shownText } from '../../components/fileText';
import { LightElement } from '../../components/lightElement';
import { codeBlock } from '../../components/pythonCode';
import { radioGroup } from '../../components/radioGroup';
import { t } from '../../strings';
import type { TreeView } from '../model/treeView';
import type { EditorStore } from '../store';
import { section } from './paneFrame';
import { PreviewLoader } from './previewLoader';

export type Scope = 'all' | 'selection';

/** A pane that makes one edit: a form, a preview of what it says, and the bar with Apply. */
export abstract class ToolForm extends LightElement {
  @property({ attribute: false }) accessor store: EditorStore | null = null;
  @property({ attribute: false }) accessor view: TreeView | null = null;
  @property({ attribute: false }) accessor revision = 0;
  @property({ attribute: false }) accessor goToRow: (row: number) => void = doNothing;
  @property({ attribute: false }) accessor focusTree = doNothing;
  @state() protected accessor scope: Scope = 'all';
  /** Why the host refused what was applied. */
  @state() accessor #problem = '';
  #applying = false;
  readonly #loader = new PreviewLoader(
    (intent) => this.#host().preview(intent, this.store?.version ?? 0),
    () => {
      this.requestUpdate();
    },
  );

  /** null while the form says nothing that could be done. */
  protected abstract intent(): EditIntent | null;
  /** All that the intent is made of, beside the chosen rows. */
  protected abstract inputs(): readonly unknown[];
  protected abstract form(): TemplateResult;

  #host(): EditorStore['host'] {
    if (this.store === null) {
      throw new Error('The pane has no store.');
    }
    return this.store.host;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.scope = (this.view?.editableRows().length ?? 0) > 1 ? 'selection' : 'all';
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    const inputs = [...this.scopeInputs(), ...this.inputs()];
    this.#loader.update(inputs, () => {
      this.#problem = '';
      return this.intent();
    });
  }

  /** What the rows depend on. */
  protected scopeInputs(): readonly unknown[] {
    return [this.store?.version, this.scope === 'selection' ? this.view?.selection.rows : null];
  }

  /** Rows that the edit is about; null for all. */
  protected rows(): readonly number[] | null {
    return this.scope === 'selection' ? (this.view?.editableRows() ?? []) : null;
  }

  protected scopeChoice(all: string, selected: number): TemplateResult {
    return html`<div class="in scope">
      ${radioGroup<Scope>(
        t('What to edit'),
        [
          { value: 'all', text: all },
          {
            value: 'selection',
            text: t('Selection'),
            secondary: `(${formatExact(selected)})`,
            disabled: selected === 0 && this.scope !== 'selection',
          },
        ],
        this.scope,
        (scope) => {
          this.scope = scope;
        },
      )}
    </div>`;
  }

  /** Of what the form said a moment ago; null before the first is here. */
  protected get preview(): PreviewLoader['preview'] {
    return this.#loader.preview;
  }

  protected pythonSection(): TemplateResult {
    const python = this.preview?.python ?? '';
    return section(
      t('Same in Python'),
      html`<div class="in code-in reserved">
        ${
          python === ''
            ? nothing
            : codeBlock(python, (code) => {
                this.store?.copy(code);
              })
        }
      </div>`,
    );
  }

  /** @param nothingYet said while the form says nothing */
  protected resultSection(nothingYet: string): TemplateResult {
    const { sentence, notes, warnings } = this.preview ?? { sentence: '', notes: [], warnings: [] };
    return section(
      t('Result'),
      html`<div class="in result" role="status">
        ${
          this.problem === ''
            ? html`<div class="file-text">${this.intent() === null ? dimText(nothingYet) : shownText(sentence)}</div>`
            : html`<div class="refusal">${icon('error', 'err')}<span>${this.problem}</span></div>`
        }
        ${warnings.map((text) => html`<div class="warning">${icon('warning', 'warn')}<span class="file-text">${text}</span></div>`)}
        ${notes.map((note) => html`<div class="dim file-text">${note}</div>`)}
      </div>`,
    );
  }

  protected get problem(): string {
    return this.#problem === '' ? (this.preview?.problem ?? '') : this.#problem;
  }

  protected get canApply(): boolean {
    return this.intent() !== null && (this.preview?.problem ?? '') === '';
  }

  protected readonly apply = (): void => {
    const intent = this.intent();
    if (this.store === null || intent === null || !this.canApply || this.#applying) {
      return;
    }
    const { store } = this;
    this.#applying = true;
    void store.editing.run(intent).then((problem) => {
      this.#applying = false;
      this.#problem = problem;
      if (problem === '') {
        this.close();
      }
    });
  };

  protected readonly close = (): void => {
    this.store?.closePane();
    this.focusTree();
  };

  protected override render(): TemplateResult {
    return html`<div class="scroll" tabindex="-1">${this.form()}</div>
      ${actionBar({ apply: t('Apply'), canApply: this.canApply, onApply: this.apply, onCancel: this.close })}`;
  }
}

function dimText(text: string): TemplateResult {
  return html`<span class="dim">${text}</span>`;
}

interface ActionBar {
  /** Words on the primary button; null where there is nothing to do. */
  readonly apply: string | null;
  readonly canApply: boolean;
  readonly onApply: () => void;
  readonly onCancel: () => void;
}

/** One primary button, at the left. */
export function actionBar({ apply, canApply, onApply, onCancel }: ActionBar): TemplateResult {
  const keys = navigator.platform.startsWith('Mac') ? ['⌘', 'Z'] : ['Ctrl', 'Z'];
  return html`<div class="abar">
    <ce-toolbar aria-label=${t('Actions')}
      >${apply === null ? nothing : button(apply, 'primary', onApply, !canApply)}${button(
        apply === null ? t('Close') : t('Cancel'),
        'secondary',
        onCancel,
      )}</ce-toolbar
    ><span class="grow"></span>${
      apply === null
        ? nothing
        : html`<span class="dim s undo-hint">${t('Undo with')} ${keys.map((key) => html`<kbd>${key}</kbd> `)}</span>`
    }
  </div>`;
}
