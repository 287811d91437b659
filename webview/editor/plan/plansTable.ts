import { html, nothing, type TemplateResult } from 'lit';
import type { PlanIntent, PlanRowView, PlanView } from '../../../src/protocol/plan';
import { formatCount, formatExact, formatSize } from '../../../src/wording/format';
import { situationText } from '../../../src/wording/plan';
import { isChecked } from '../../components/checkbox';
import { controlAria } from '../../components/controlAria';
import { iconButton, textButton } from '../../components/controls';
import { t } from '../../strings';

type Run = (intent: PlanIntent) => void;

/** Plans side by side: which is shown, which have a part in the script, what they cost, and what came of them. */
export function plansTable({ plans, current }: PlanView, run: Run): TemplateResult {
  const several = plans.length > 1;
  return html`<div class="sh plans-head">
      <h3>${t('Plans')}</h3>
      <span class="grow"></span>${textButton({
        text: t('New Plan'),
        icon: 'add',
        onClick: () => {
          run({ kind: 'add' });
        },
      })}
    </div>
    <div class="tbl form plans ${several ? 'several' : ''}" role="table" aria-label=${t('Plans')}>
      <div class="hd" role="row">
        <div role="columnheader" class="pick">${several ? t('Show') : nothing}</div>
        <div role="columnheader">${t('Name')}</div>
        <div role="columnheader" class="situation">${t('Situation')}</div>
        <div role="columnheader" class="num">k</div>
        <div role="columnheader" class="num">${t('Trained')}</div>
        <div role="columnheader" class="num memory" title=${t('Gradients, and the state of Adam')}>${t('Memory')}</div>
        <div role="columnheader">${t('Result')}</div>
        <div role="columnheader" class="script">${several ? t('In script') : nothing}</div>
      </div>
      ${plans.map((plan, at) => planRow(plan, at, { isShown: at === current, several, run }))}
    </div>`;
}

interface RowContext {
  readonly isShown: boolean;
  /** There is something to choose. */
  readonly several: boolean;
  readonly run: Run;
}

function planRow(plan: PlanRowView, index: number, { isShown, several, run }: RowContext): TemplateResult {
  const { name, situation, k, trainable, memory, result } = plan;
  return html`<div class="row ${isShown && several ? 'shown' : ''}" role="row">
    <div role="cell" class="pick">${several ? showRadio(plan, index, isShown, run) : nothing}</div>
    <div role="cell" class="control">
      ${field(t('Name of plan {0}', index + 1), name, '', (text) => {
        if (text.trim() !== '') {
          run({ kind: 'rename', index, name: text });
        }
      })}
    </div>
    <div role="cell" class="situation ell">${situationText(situation, t)}</div>
    <div role="cell" class="num">${k}</div>
    <div role="cell" class="num" title=${formatExact(trainable)}>${formatCount(trainable)}</div>
    <div role="cell" class="num memory">${formatSize(memory)}</div>
    <div role="cell" class="control">
      ${field(t('Result of {0}', name), result, t('Accuracy, remarks'), (text) => {
        run({ kind: 'result', index, result: text });
      })}
    </div>
    <div role="cell" class="script">
      ${several ? html`${scriptBox(plan, index, run)}${removeButton(plan, index, run)}` : nothing}
    </div>
  </div>`;
}

function field(label: string, value: string, placeholder: string, onInput: (text: string) => void): TemplateResult {
  return html`<ce-draft-field
    class="tight"
    .label=${label}
    .value=${value}
    .placeholder=${placeholder}
    .onInput=${onInput}
  ></ce-draft-field>`;
}

/** Radio buttons of the browser: one tab stop, arrows inside. */
function showRadio({ name }: PlanRowView, index: number, isShown: boolean, run: Run): TemplateResult {
  return html`<input
    type="radio"
    name="ce-shown-plan"
    class="radio ${isShown ? 'on' : ''}"
    aria-label=${t('Show {0}', name)}
    .checked=${isShown}
    @change=${() => {
      run({ kind: 'show', index });
    }}
  />`;
}

function scriptBox({ name, isChosen }: PlanRowView, index: number, run: Run): TemplateResult {
  const label = t('{0} in the script', name);
  return html`<vscode-checkbox
    aria-label=${label}
    ${controlAria({ 'aria-label': label })}
    .checked=${isChosen}
    @change=${(event: Event) => {
      if (isChecked(event) !== isChosen) {
        run({ kind: 'choose', index, isChosen: isChecked(event) });
      }
    }}
  ></vscode-checkbox>`;
}

function removeButton({ name }: PlanRowView, index: number, run: Run): TemplateResult {
  return iconButton({
    icon: 'trash',
    label: t('Remove {0}', name),
    onClick: () => {
      run({ kind: 'remove', index });
    },
  });
}
