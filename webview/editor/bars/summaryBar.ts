import { html, nothing, type TemplateResult } from 'lit';
import type { SummaryView } from '../../../src/protocol/messages';
import { formatExact, formatSize } from '../../../src/wording/format';
import { containerName, kindName, parameterCount, tensorCount } from '../../../src/wording/summary';
import { iconButton } from '../../components/controls';
import { menuContext, openNativeMenu } from '../../components/nativeMenu';
import { t } from '../../strings';

/** The sentence that answers what the file is: kind first, then container, tensors, parameters, size. */
export function summaryBar(summary: SummaryView, narrow: boolean): TemplateResult {
  const { kind, container, counts, fileBytes } = summary;
  return html`<header class="summary">
    <h1 class="facts ell">
      <span class="strong">${kind === null ? containerName(container, t) : kindName(kind, t)}</span
      >${kind === null || narrow ? nothing : html`<span>${containerName(container, t)}</span>`}${
        counts === null
          ? nothing
          : html`<span title=${formatExact(counts.tensors)}>${tensorCount(counts.tensors, t)}</span
              ><span title=${formatExact(counts.parameters)}>${parameterCount(counts.parameters, t)}</span>`
      }<span title=${t('{0} bytes', formatExact(fileBytes))}>${formatSize(fileBytes)}</span>
    </h1>
    <span class="grow"></span>
    <ce-toolbar aria-label=${t('Actions')} data-vscode-context=${menuContext('summary')}
      >${iconButton({ icon: 'ellipsis', label: t('More Actions…'), onClick: openNativeMenu })}</ce-toolbar
    >
  </header>`;
}
