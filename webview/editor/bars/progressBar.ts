import { html, nothing, type TemplateResult } from 'lit';
import { styleValues } from '../../components/styleValues';

/** `share` from 0 to 1, null where it is not known. */
export function progressBar(label: string, share: number | null): TemplateResult {
  return html`<div
    class="prog ${share === null ? '' : 'known'}"
    role="progressbar"
    aria-label=${label}
    aria-valuenow=${share === null ? nothing : Math.round(share * 100)}
    ${styleValues({ '--w': share === null ? null : `${(share * 100).toFixed(1)}%` })}
  >
    <i></i>
  </div>`;
}
