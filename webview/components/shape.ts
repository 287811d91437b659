import { html, type TemplateResult } from 'lit';
import { shapePieces } from '../editor/model/rowTokens';

/** A shape with its digits in full colour, brackets and commas secondary. */
export function shapeText(shape: string): TemplateResult {
  return html`<span class="shp"
    >${shapePieces(shape).map(({ text, sign }) => (sign ? html`<i>${text}</i>` : text))}</span
  >`;
}
