import { html, nothing, type TemplateResult } from 'lit';
import type { MatchGroup, MatchGroupView, MatchRowView } from '../../../../src/protocol/match';
import { absent, formatExact } from '../../../../src/wording/format';
import { actionText } from '../../../../src/wording/match';
import { parameterCount } from '../../../../src/wording/summary';
import { icon } from '../../../components/controls';
import { keyText, shownText } from '../../../components/fileText';
import { shapeText } from '../../../components/shape';
import { t } from '../../../strings';

interface Line {
  /** Place among the lines. */
  readonly at: number;
  readonly isFocused: boolean;
  readonly onPress: () => void;
  readonly onMenu: (event: MouseEvent) => void;
}

export function lineId(at: number): string {
  return `ce-match-${at}`;
}

function lineClasses({ isFocused }: Line): string {
  return isFocused ? 'row sel foc' : 'row';
}

export function groupRow(view: MatchGroupView, line: Line & { readonly isClosed: boolean }): TemplateResult {
  const { group, count, parameters, actions } = view;
  return html`<div
    role="row"
    id=${lineId(line.at)}
    class="gr ${lineClasses(line)}"
    aria-rowindex=${line.at + 2}
    aria-selected=${String(line.isFocused)}
    @click=${line.onPress}
  >
    <div role="gridcell" class="gi" aria-expanded=${String(!line.isClosed)}>
      ${icon('chevron-down', line.isClosed ? 'closed' : '')}${groupIcon(group)}<span class="b ell"
        >${groupTitle(group)}</span
      ><span class="dim">${formatExact(count)}</span>
    </div>
    <div role="gridcell" class="s sum">
      ${actions.length < 2 ? nothing : drop(t('All…'), line.onMenu)}
      ${parameters === null ? nothing : html`<span class="dim">${exactParameters(parameters)}</span>`}
    </div>
  </div>`;
}

/** Exact where that is short. */
function exactParameters(count: number): string {
  return count < 1_000_000 ? t('{0} parameters', formatExact(count)) : parameterCount(count, t);
}

/** @param view undefined until it has arrived: its room is kept. */
export function keyRow(view: MatchRowView | undefined, line: Line): TemplateResult {
  return html`<div
    role="row"
    id=${lineId(line.at)}
    class=${lineClasses(line)}
    aria-rowindex=${line.at + 2}
    aria-selected=${String(line.isFocused)}
    @click=${line.onPress}
  >
    ${view === undefined ? html`<div role="gridcell"></div>` : cells(view, line)}
  </div>`;
}

function cells(view: MatchRowView, { onMenu }: Line): TemplateResult {
  const { key, fileKey, fileShape, modelShape, action, actions } = view;
  return html`<div role="gridcell" class="key" title=${shownText(fileKey === '' ? key : `${fileKey} → ${key}`)}>
      ${keyText(key)}
    </div>
    <div role="gridcell" class="ell in-file">${shapeCell(fileShape)}</div>
    <div role="gridcell" class="ell">${shapeCell(modelShape)}</div>
    <div role="gridcell" class="act-cell">
      ${
        action === null
          ? nothing
          : actions.length < 2
            ? html`<span class="dim ell">${actionText(action, t)}</span>`
            : drop(actionText(action, t), onMenu)
      }
    </div>`;
}

function shapeCell(shape: string): TemplateResult {
  return shape === absent || shape === '?' ? html`<span class="dim">${shape}</span>` : shapeText(shape);
}

/** Text and chevron; a box on hover and focus. Keys open it from the row. */
function drop(text: string, onMenu: (event: MouseEvent) => void): TemplateResult {
  return html`<span
    class="drop"
    @click=${(event: MouseEvent) => {
      event.stopPropagation();
      onMenu(event);
    }}
    ><span class="ell">${text}</span>${icon('chevron-down')}</span
  >`;
}

function groupTitle(group: MatchGroup): string {
  switch (group) {
    case 'mismatched':
      return t('Other shape');
    case 'missing':
      return t('Missing in the file');
    case 'unexpected':
      return t('Not in the model');
    case 'matched':
      return t('Match by name and shape');
    case 'defaulted':
      return t('Set by torch itself');
    case 'ignored':
      return t('Dropped by torch itself');
  }
}

function groupIcon(group: MatchGroup): TemplateResult {
  switch (group) {
    case 'mismatched':
      return icon('warning', 'warn');
    case 'missing':
      return icon('circle-large-outline', 'dim');
    case 'unexpected':
      return icon('circle-slash', 'dim');
    case 'matched':
      return icon('pass', 'ok');
    case 'defaulted':
    case 'ignored':
      return icon('info', 'dim');
  }
}
