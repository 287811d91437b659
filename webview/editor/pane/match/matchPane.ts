import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { MatchView } from '../../../../src/protocol/match';
import { formatExact, formatSize } from '../../../../src/wording/format';
import { progressBar } from '../../bars/progressBar';
import { button, icon, linkButton } from '../../../components/controls';
import { doNothing } from '../../../components/doNothing';
import { LightElement } from '../../../components/lightElement';
import { t } from '../../../strings';
import type { EditorStore } from '../../store';
import '../../../components/choiceMenu';
import { coverage } from './coverage';
import './matchForm';
import './matchRows';
import './proposals';

/** Match Against a Model: what to match against, what loads, proposed names, and every key with what is done with it. */
@customElement('ce-match')
export class MatchPane extends LightElement {
  @property({ attribute: false }) accessor store: EditorStore | null = null;
  @property({ attribute: false }) accessor revision = 0;
  @property({ attribute: false }) accessor showRow: (row: number) => void = doNothing;

  protected override render(): TemplateResult | typeof nothing {
    const { store } = this;
    const view = store?.matching.view ?? null;
    if (store === null || view === null) {
      return html`<div class="scroll" tabindex="-1"></div>`;
    }
    return html`${view.busy === '' ? nothing : html`<div class="late">${progressBar(view.busy, null)}</div>`}
      <div class="scroll" tabindex="-1">
        <ce-match-form .store=${store} .view=${view}></ce-match-form>
        ${this.#content(store, view)}
      </div>
      ${this.#footer(store, view)}`;
  }

  #content(store: EditorStore, view: MatchView): TemplateResult | typeof nothing {
    const { problem, result, busy } = view;
    if (problem !== null) {
      return html`<div class="in match-problem" role="alert">
        <div class="refusal">${icon('error', 'err')}<span class="file-text">${problem.sentence}</span></div>
        ${problem.details === '' ? nothing : html`<pre class="code pad file-text" tabindex="0">${problem.details}</pre>`}
      </div>`;
    }
    if (result === null) {
      return html`<div class="in hint dim">${busy === '' ? hintFor(view.form.kind) : nothing}</div>`;
    }
    return html`${coverage(result)}
      ${
        result.proposals.length === 0
          ? nothing
          : html`<ce-proposals .store=${store} .proposals=${result.proposals}></ce-proposals>`
      }
      ${result.notes.map((note) => html`<div class="in match-note dim s">${note}</div>`)}
      <ce-match-rows
        .store=${store}
        .result=${result}
        .revision=${this.revision}
        .showRow=${this.showRow}
      ></ce-match-rows>`;
  }

  #footer(store: EditorStore, view: MatchView): TemplateResult {
    return html`<div class="abar match-bar">
      ${view.busy === '' ? this.#buttons(store, view) : waiting(store, view.busy)}
    </div>`;
  }

  #buttons(store: EditorStore, { result, refusal, readOnly }: MatchView): TemplateResult {
    const run = (kind: 'apply' | 'writeFiltered' | 'writeUpdated' | 'copyPython') => () => {
      store.matching.run({ kind });
    };
    const isEmpty = result === null || result.keys === 0;
    return html`<ce-toolbar aria-label=${t('Actions')}
        >${button(t('Write Filtered File…'), 'primary', run('writeFiltered'), isEmpty)}${button(
          t('Write Updated…'),
          'secondary',
          run('writeUpdated'),
          result === null || result.noUpdate !== '',
          updateTitle(result),
        )}${button(t('Apply as Edits'), 'secondary', run('apply'), isEmpty || readOnly !== '', readOnly)}${button(
          t('Copy Python'),
          'secondary',
          run('copyPython'),
          result === null,
        )}</ce-toolbar
      ><span class="grow"></span
      ><span class="s ell ${refusal === '' ? 'dim' : 'err'}" role="status" title=${refusal}
        >${refusal === '' ? totals(result) : refusal}</span
      >`;
  }
}

/** In the place of the buttons, which could do nothing meanwhile. */
function waiting(store: EditorStore, busy: string): TemplateResult {
  return html`<span class="dim s ell late" role="status">${busy}</span><span class="grow"></span
    ><ce-toolbar class="late" aria-label=${t('Actions')}
      >${linkButton(t('Cancel'), () => {
        store.matching.run({ kind: 'cancel' });
      })}</ce-toolbar
    >`;
}

/** What the other button does, and why it cannot. */
function updateTitle(result: MatchView['result']): string {
  return result === null || result.noUpdate === ''
    ? t('Write Updated State Dict: every key of the model, so that strict=True loads it.')
    : result.noUpdate;
}

function totals(result: MatchView['result']): string {
  if (result === null) {
    return '';
  }
  const { keys, bytes } = result;
  const count = keys === 1 ? t('1 key') : t('{0} keys', formatExact(keys));
  return bytes === null ? count : t('{0}, {1}', count, formatSize(bytes));
}

function hintFor(kind: MatchView['form']['kind']): string {
  switch (kind) {
    case 'file':
      return t('Choose a checkpoint of the model that is to load this file.');
    case 'architecture':
      return t('Choose an architecture of torchvision.');
    case 'text':
      return t('Paste a list of keys with their shapes, or the error of load_state_dict.');
    case 'python':
      return t('Name what builds the model: {0}.', 'package.module:Net(num_classes=120)');
  }
}
