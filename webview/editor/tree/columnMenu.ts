import { html, type TemplateResult } from 'lit';
import { isChecked } from '../../components/checkbox';
import { t } from '../../strings';
import { dataColumns } from '../model/columns';
import type { EditorStore } from '../store';
import { columnTitle } from './header';

export const columnMenuId = 'ce-columns';

/** Which columns are shown; opened by a right click on the header. */
export function columnMenu(store: EditorStore): TemplateResult {
  return html`<div class="pt">${t('Columns')}</div>
    ${dataColumns.map((id) => {
      const shown = !store.columns.hidden.includes(id);
      return html`<vscode-checkbox
        .checked=${shown}
        @change=${(event: Event) => {
          const checked = isChecked(event);
          if (checked === !store.columns.hidden.includes(id)) {
            return;
          }
          store.showColumn(id, checked);
        }}
        >${columnTitle(id)}</vscode-checkbox
      >`;
    })}`;
}
