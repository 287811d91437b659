import { html, nothing, type TemplateResult } from 'lit';
import type { SummaryView } from '../../../src/protocol/messages';
import { button } from '../../components/controls';
import { shownText } from '../../components/fileText';
import { t } from '../../strings';
import { facetLabel } from '../bars/facetBar';
import type { TreeView } from '../model/treeView';
import type { EditorStore } from '../store';

/** What stands instead of rows: nothing is there, or nothing matches. */
export function treeHint(store: EditorStore, { kind }: SummaryView, view: TreeView): TemplateResult | null {
  if (view.index.count === 0) {
    return html`<div>
        ${kind === 'state-dict' ? t('This state dict has no entries.') : t('This file has no entries.')}
      </div>
      <div class="dim s">${t('The file is whole: it holds an empty container.')}</div>`;
  }
  if (view.visible.length > 0) {
    return null;
  }
  const { text } = view.query;
  const facets = view.facets.filter(({ id }) => view.chosen.has(id)).map(facetLabel);
  return html`<div>${text === '' ? t('No key matches the facets.') : t('No key matches “{0}”.', shownText(text))}</div>
    ${
      facets.length === 0 || text === ''
        ? nothing
        : html`<div class="dim s">
            ${
              facets.length === 1
                ? t('The facet {0} is also on.', facets[0] ?? '')
                : t('The facets {0} are also on.', facets.join(', '))
            }
          </div>`
    }
    <div class="btns">
      ${button(t('Clear Filter'), 'secondary', () => {
        store.clearFilter();
      })}
    </div>`;
}
