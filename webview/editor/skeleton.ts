import { html, nothing, type TemplateResult } from 'lit';
import { styleValues } from '../components/styleValues';
import { columnsFor, defaultHidden, gridTemplate } from './model/columns';
import { columnTitle } from './tree/header';

/** Widths of the bars that stand for keys and shapes, in pixels, and their levels. */
const rows: readonly (readonly [level: number, key: number, shape: number])[] = [
  [0, 120, 60],
  [1, 176, 67],
  [1, 96, 74],
  [1, 140, 81],
];

/** Rows to come: only while the first index is read. */
export function skeleton(width: number): TemplateResult {
  const columns = columnsFor(width, { widths: {}, hidden: defaultHidden });
  return html`<div class="grid late" aria-hidden="true" ${styleValues({ '--cols': gridTemplate(columns) })}>
    <div class="hd">
      <div>${columnTitle('key')}</div>
      ${columns.map(({ id, numeric }) => html`<div class=${numeric ? 'num' : ''}>${columnTitle(id)}</div>`)}
    </div>
    ${rows.map(
      ([level, key, shape]) =>
        html`<div class="row">
          <div class="k" ${styleValues({ '--l': level })}>
            <span class="tw"></span><span class="ske" ${styleValues({ '--w': `${key}px` })}></span>
          </div>
          ${columns.map(({ id, numeric }) =>
            id === 'shape' || id === 'size'
              ? html`<div class=${numeric ? 'num' : ''}>
                  <span class="ske" ${styleValues({ '--w': `${numeric ? 36 : shape}px` })}></span>
                </div>`
              : html`<div>${nothing}</div>`,
          )}
        </div>`,
    )}
  </div>`;
}
