import { html, nothing, type TemplateResult } from 'lit';
import type { PlanNoteView, ShownPlanView } from '../../../src/protocol/plan';
import { formatExact, formatPercent, formatSize } from '../../../src/wording/format';
import { styleValues } from '../../components/styleValues';
import { t } from '../../strings';

/** Parameters by what becomes of them, and what training needs beside the weights. */
export function totals(plan: ShownPlanView): TemplateResult {
  return html`<div class="sums">
    <div>
      <h3 class="sh">${t('Parameters')}</h3>
      ${shares(plan)}
    </div>
    <div>
      <h3 class="sh">${t('Optimizer and gradients')}</h3>
      ${memory(plan)}
    </div>
  </div>`;
}

function shares({ totals: { kept, initialised, frozen, dropped }, parameters }: ShownPlanView): TemplateResult {
  const whole = Math.max(1, parameters);
  const parts = [
    { name: t('Trained'), count: kept, style: '' },
    { name: t('Re-initialised'), count: initialised, style: 'y' },
    { name: t('Frozen'), count: frozen, style: 'n' },
  ];
  return html`<div class="in bar-in">
      <span class="bar"
        >${parts
          .filter(({ count }) => count > 0)
          .map(({ count, style }) => {
            const width = `max(1px, ${(count / whole) * 100}%)`;
            return html`<i class=${style} ${styleValues({ width })}></i>`;
          })}</span
      >
    </div>
    <div class="nums">
      ${parts.map(
        ({ name, count }) =>
          html`<span class="dim">${name}</span><span>${formatExact(count)}</span
            ><span class="dim">${formatPercent(count / whole)}</span>`,
      )}${
        dropped === 0
          ? nothing
          : html`<span class="dim">${t('Dropped')}</span><span>${formatExact(dropped)}</span><span class="dim"></span>`
      }
    </div>`;
}

function memory({ totals: { memory: needed } }: ShownPlanView): TemplateResult {
  const rows = [
    { name: t('Gradients'), bytes: needed.gradients, isState: false },
    { name: t('SGD with momentum'), bytes: needed.sgd, isState: true },
    { name: 'Adam, AdamW', bytes: needed.adam, isState: true },
    { name: t('8-bit Adam'), bytes: needed.adam8bit, isState: true },
  ];
  return html`<div class="nums">
    ${rows.map(
      ({ name, bytes, isState }) =>
        html`<span class="dim">${name}</span
          ><span title=${t('{0} bytes', formatExact(bytes))}>${formatSize(bytes)}</span
          ><span class="dim">${isState ? factorText(bytes, needed.gradients) : nothing}</span>`,
    )}
  </div>`;
}

/** What the optimizer's state adds to the gradients: `+ 2×`. */
function factorText(bytes: number, gradients: number): string {
  const factor = bytes / gradients;
  const text = factor === 0.5 ? '½' : String(Number(factor.toFixed(2)));
  return gradients === 0 ? '' : `+ ${text}×`;
}

export function noteLines(notes: readonly PlanNoteView[]): TemplateResult {
  return html`<div class="in notes">
    ${notes.map(({ text, isWarning }) => html`<div class="s file-text ${isWarning ? 'warn-line' : 'dim'}">${text}</div>`)}
  </div>`;
}
