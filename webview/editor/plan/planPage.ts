import { html, type TemplateResult } from 'lit';
import { menuContext } from '../../components/nativeMenu';
import { styleValues } from '../../components/styleValues';
import { t } from '../../strings';
import type { PanePlace } from '../pane/paneFrame';
import type { EditorStore } from '../store';

/** The plan in place of tree and pane. */
export function planPage(
  store: EditorStore,
  { stacked, width, height }: PanePlace,
  revision: number,
  focusTree: () => void,
): TemplateResult {
  return html`<main
    class="pane plan"
    aria-label=${t('Plan Fine-Tuning')}
    data-vscode-context=${menuContext('tool')}
    ${styleValues({ '--w': `${width}px`, '--h': `${height}px` })}
  >
    <ce-plan
      .store=${store}
      .revision=${revision}
      .code=${{ stacked, width, height }}
      .close=${() => {
        store.closePane();
        focusTree();
      }}
    ></ce-plan>
  </main>`;
}
