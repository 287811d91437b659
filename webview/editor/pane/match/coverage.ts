import { html, nothing, type TemplateResult } from 'lit';
import type { MatchResultView } from '../../../../src/protocol/match';
import { formatPercent } from '../../../../src/wording/format';
import { icon } from '../../../components/controls';
import { styleValues } from '../../../components/styleValues';
import { t } from '../../../strings';

/** The sentence that says what loads, and the bar below it. Where nothing of use loads, that is said in its place. */
export function coverage(result: MatchResultView): TemplateResult {
  const { headline, parameters, coverage: share, isAlarm, loads, mismatched } = result;
  return html`<div class="in coverage">
    <div class="says" role="status">
      ${
        isAlarm
          ? html`<span class="gi alarm"
                >${icon('warning', 'warn')}<span class="strong">${t('Nothing loads')}</span></span
              ><span class="dim">${headline}</span>`
          : html`<span class="strong">${headline}</span>`
      }${parameters === '' ? nothing : html`<span class="dim">${parameters}</span>`}
    </div>
    <div class="share">
      <span class="dim">${t('Coverage')}</span><span class="strong">${formatPercent(share)}</span>
    </div>
    <div class="bar" aria-hidden="true">
      ${part('g', loads)}${part('y', mismatched)}${part('n', Math.max(0, 1 - loads - mismatched))}
    </div>
  </div>`;
}

function part(kind: 'g' | 'y' | 'n', share: number): TemplateResult | typeof nothing {
  return share === 0 ? nothing : html`<i class=${kind} ${styleValues({ 'flex-grow': share })}></i>`;
}
