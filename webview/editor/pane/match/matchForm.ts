import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { MatchChoice, MatchForm, MatchTargetKind, MatchView } from '../../../../src/protocol/match';
import type { Offer } from '../../../components/combo';
import { controlAria } from '../../../components/controlAria';
import { icon, iconButton } from '../../../components/controls';
import { shownText } from '../../../components/fileText';
import { LightElement } from '../../../components/lightElement';
import { textField } from '../../../components/textField';
import { textArea } from '../../../components/textArea';
import { t } from '../../../strings';
import type { EditorStore } from '../../store';

const kinds: readonly MatchTargetKind[] = ['file', 'architecture', 'text', 'python'];
/** Milliseconds that typing has to rest before a pasted text is read. */
const rest = 150;

/** What to match against. */
@customElement('ce-match-form')
export class MatchFormElement extends LightElement {
  @property({ attribute: false }) accessor store: EditorStore | null = null;
  @property({ attribute: false }) accessor view: MatchView | null = null;
  /** What the fields say; the host is told when it is meant. */
  @state() accessor #form: MatchForm = { kind: 'file', text: '', classes: '', branch: '', targetBranch: '' };
  /** What was typed for the kinds that are not chosen. */
  readonly #texts = new Map<MatchTargetKind, string>();
  /** What the host was told last, and what it said last. */
  #told: MatchForm | null = null;
  #heard: MatchForm | null = null;
  #timer: number | undefined;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const form = this.view?.form;
    if (!changed.has('view') || form === undefined) {
      return;
    }
    // The host fills in what it recognised, or what was browsed for. What it says late is what it was told before.
    const isNews = this.#heard === null || !isSame(form, this.#heard);
    if (isNews && (this.#told === null || !isSame(form, this.#told))) {
      this.#told = form;
      this.#form = form;
    }
    this.#heard = form;
    this.#form = { ...this.#form, branch: form.branch, targetBranch: form.targetBranch };
  }

  protected override render(): TemplateResult | typeof nothing {
    const { view } = this;
    if (view === null) {
      return nothing;
    }
    const { kind } = this.#form;
    return html`<div class="in match-form">
        ${dropdown({
          label: t('Match against'),
          choices: kinds.map((id) => ({ id, label: kindName(id), secondary: '' })),
          chosen: kind,
          onChange: this.#onKind,
        })}${this.#target(view)}${dropdown({
          label: t('State dict of this file'),
          choices: view.branches,
          chosen: this.#form.branch,
          onChange: (branch) => {
            this.#tell({ ...this.#form, branch });
          },
        })}
      </div>
      ${this.#more(view)}`;
  }

  #target(view: MatchView): TemplateResult {
    const { kind, text } = this.#form;
    const type = (typed: string): void => {
      this.#form = { ...this.#form, text: typed, targetBranch: '' };
    };
    const tell = (): void => {
      this.#tell(this.#form);
    };
    switch (kind) {
      case 'file':
        return textField({
          label: t('Path of the checkpoint'),
          placeholder: t('Path of a checkpoint'),
          value: text,
          first: true,
          onInput: type,
          onAccept: tell,
          onCommit: this.#tellChanged,
          ending: this.#browse(kind),
        });
      case 'architecture':
        return this.#architectures(view, text);
      case 'text':
        return textArea({
          label: t('Key list or error text'),
          placeholder: t('{0}, or “Error(s) in loading state_dict …”', '{"fc.weight": [1000, 2048]}'),
          value: text,
          first: true,
          onInput: (typed) => {
            type(typed);
            window.clearTimeout(this.#timer);
            this.#timer = window.setTimeout(tell, rest);
          },
          ending: this.#browse(kind),
        });
      case 'python':
        return this.#factory(view, text, type, tell);
    }
  }

  /** Typing narrows the list; a whole name is meant at once. */
  #architectures({ architectures }: MatchView, text: string): TemplateResult {
    const typed = text.trim().toLowerCase();
    const isName = architectures.includes(text.trim());
    const offers = isName ? architectures : architectures.filter((name) => name.includes(typed));
    return html`<ce-combo
      .label=${t('Architecture')}
      .placeholder=${t('Name of an architecture: {0}', 'resnet50')}
      .value=${text}
      .offers=${offers.map((value): Offer => ({ value }))}
      .suggests=${true}
      .first=${true}
      .onInput=${(value: string) => {
        this.#form = { ...this.#form, text: value, classes: '' };
        if (architectures.includes(value.trim())) {
          this.#tell(this.#form);
        }
      }}
      .onAccept=${() => {
        this.#tell(this.#form);
      }}
    ></ce-combo>`;
  }

  /** Code runs when that is asked for, and not by leaving the field. */
  #factory(
    { factories, noPython }: MatchView,
    text: string,
    type: (text: string) => void,
    tell: () => void,
  ): TemplateResult {
    const disabled = noPython !== '';
    return html`<ce-combo
      .label=${t('Python factory')}
      .placeholder=${'package.module:Net(num_classes=120)'}
      .value=${text}
      .offers=${factories.map(({ id, secondary }): Offer => ({ value: id, secondary }))}
      .first=${true}
      .mono=${true}
      .disabled=${disabled}
      .onInput=${type}
      .onTake=${(value: string) => {
        if (!value.endsWith('=)')) {
          this.#tell({ ...this.#form, text: value });
        }
      }}
      .onAccept=${tell}
      .ending=${
        disabled
          ? nothing
          : html`${iconButton({ icon: 'play', label: t('Build and Match'), onClick: tell })}${this.#browse('python')}`
      }
    ></ce-combo>`;
  }

  #browse(kind: MatchTargetKind): TemplateResult {
    return iconButton({
      icon: 'folder-opened',
      label: t('Browse…'),
      onClick: () => {
        this.store?.matching.run({ kind: 'browse', target: kind });
      },
    });
  }

  /** What belongs to one kind of target alone. */
  #more(view: MatchView): TemplateResult | typeof nothing {
    const { kind } = this.#form;
    if (kind === 'architecture') {
      return html`<div class="in match-more">
        <span class="dim">${t('Classes')}</span>${textField({
          label: t('Number of classes'),
          placeholder: t('as built'),
          value: this.#form.classes,
          onInput: (classes) => {
            this.#form = { ...this.#form, classes };
          },
          onAccept: this.#tellChanged,
          onCommit: this.#tellChanged,
        })}<span class="dim ell file-text">${shownText(view.recognised)}</span>
      </div>`;
    }
    if (kind === 'file' && view.targetBranches.length > 0) {
      return html`<div class="in match-more">
        <span class="dim">${t('State dict of the other file')}</span>${dropdown({
          label: t('State dict of the other file'),
          choices: view.targetBranches,
          chosen: this.#form.targetBranch,
          onChange: (targetBranch) => {
            this.#tell({ ...this.#form, targetBranch });
          },
        })}
      </div>`;
    }
    return kind === 'python' && view.noPython !== ''
      ? html`<div class="in match-more">
          <span class="gi">${icon('shield')}<span>${view.noPython}</span></span>
        </div>`
      : nothing;
  }

  readonly #tellChanged = (): void => {
    if (this.#told === null || !isSame(this.#form, this.#told)) {
      this.#tell(this.#form);
    }
  };

  readonly #onKind = (kind: string): void => {
    const chosen = kinds.find((each) => each === kind);
    if (chosen === undefined || chosen === this.#form.kind) {
      return;
    }
    this.#texts.set(this.#form.kind, this.#form.text);
    const text = this.#texts.get(chosen) ?? '';
    this.#form = { ...this.#form, kind: chosen, text, classes: '', targetBranch: '' };
    // Python runs only when it is asked to.
    this.#told = chosen === 'python' ? { ...this.#form, text: '' } : this.#form;
    this.store?.matching.setTarget(this.#told);
  };

  #tell(form: MatchForm): void {
    this.#form = form;
    this.#told = form;
    this.store?.matching.setTarget(form);
  }
}

/** Both name the same target. */
function isSame(a: MatchForm, b: MatchForm): boolean {
  return a.kind === b.kind && a.text === b.text && a.classes === b.classes;
}

function kindName(kind: MatchTargetKind): string {
  switch (kind) {
    case 'file':
      return t('Checkpoint file');
    case 'architecture':
      return t('torchvision');
    case 'text':
      return t('Key list or error');
    case 'python':
      return t('Python factory');
  }
}

interface Dropdown {
  readonly label: string;
  readonly choices: readonly MatchChoice[];
  readonly chosen: string;
  readonly onChange: (id: string) => void;
}

function dropdown({ label, choices, chosen, onChange }: Dropdown): TemplateResult {
  return html`<vscode-dropdown
    class="field"
    position="below"
    ?disabled=${choices.length === 0}
    aria-label=${label}
    ${controlAria({ 'aria-label': label })}
    @change=${(event: Event) => {
      const element = event.currentTarget;
      if (element instanceof HTMLElement && 'value' in element && element.value !== chosen) {
        onChange(String(element.value));
      }
    }}
  >
    ${choices.map(
      ({ id, label: text }) =>
        html`<vscode-option value=${id} .selected=${id === chosen}>${shownText(text)}</vscode-option>`,
    )}
  </vscode-dropdown>`;
}
