import { html, nothing, type TemplateResult } from 'lit';
import { RowFlag, RowKind } from '../../../src/core/tree/treeColumns';
import { formatCount, formatSize } from '../../../src/wording/format';
import { entryCount, tensorCount } from '../../../src/wording/summary';
import { icon } from '../../components/controls';
import { shownText } from '../../components/fileText';
import { shapeText } from '../../components/shape';
import { t } from '../../strings';
import type { Column } from '../model/columns';
import { literalToken, type Token } from '../model/rowTokens';
import type { TreeIndex } from '../model/treeIndex';
import type { EditorStore } from '../store';
import { changeMark } from './changes';
import { matchCell } from './matchCell';

type Content = TemplateResult | string | typeof nothing;

const tokenClasses: Readonly<Record<Token, string>> = { number: 'v-num', string: 'v-str', boolean: 'v-bool' };

function dim(text: string): Content {
  return text === '' ? nothing : html`<span class="dim">${shownText(text)}</span>`;
}

/** What one cell beside the key says. */
export function cellContent(store: EditorStore, index: TreeIndex, column: Column['id'], row: number): Content {
  switch (column) {
    case 'shape':
      return shapeContent(index, row);
    case 'dtype':
    case 'device':
      return namedContent(index, column, row);
    case 'elements':
      return hasTensors(index, row) ? formatCount(index.columns.elements[row] ?? 0) : nothing;
    case 'size':
      return sizeContent(index, row);
    case 'stride':
    case 'offset':
    case 'record':
      return shownText(store.columnText(column, row));
    case 'match':
      return matchCell(store.matching.column, index, row);
  }
}

/** What was there, struck through, before what is. */
function withOld(old: Content, now: Content): Content {
  return html`<span class="changed"
    ><span class="said">${t('was')}</span><del class="was">${old}</del><span class="arrow" aria-hidden="true">→</span
    ><span class="said">${t('is')}</span><span class="now">${now}</span></span
  >`;
}

function namedContent(index: TreeIndex, column: 'dtype' | 'device', row: number): Content {
  const text = index.text(column, row);
  const old = index.oldText(column === 'dtype' ? 'oldDtype' : 'oldDevice', row);
  const now = index.isTensor(row) ? shownText(text) : dim(text);
  return old === '' || old === text ? now : withOld(shownText(old), now);
}

/** The class that colours a Python literal. */
export function literalClass(literal: string): string {
  const token = literalToken(literal);
  return token === null ? '' : tokenClasses[token];
}

function valueContent(text: string): Content {
  return html`<span class="file-text ${literalClass(text)}">${shownText(text)}</span>`;
}

export function shapeContent(index: TreeIndex, row: number): Content {
  const text = index.text('shape', row);
  const old = index.oldText('oldShape', row);
  switch (index.columns.kind[row]) {
    case RowKind.Tensor:
    case RowKind.Value: {
      const content = index.isTensor(row) ? shapeText : valueContent;
      return old === '' ? content(text) : withOld(content(old), content(text));
    }
    default: {
      const tensors = index.columns.tensors[row] ?? 0;
      return dim(tensors > 0 ? tensorCount(tensors, t) : entryCount(index.entriesBelow(row), t));
    }
  }
}

function sizeContent(index: TreeIndex, row: number): Content {
  const bytes = index.columns.bytes[row] ?? 0;
  if (!hasTensors(index, row)) {
    return nothing;
  }
  return bytes === 0 ? dim(formatSize(0)) : formatSize(bytes);
}

function hasTensors(index: TreeIndex, row: number): boolean {
  return (index.columns.tensors[row] ?? 0) > 0;
}

interface Mark {
  readonly flag: RowFlag;
  readonly icon: string;
  readonly classes: string;
  readonly text: () => string;
}

/** In the order shown. */
const marks: readonly Mark[] = [
  { flag: RowFlag.Shared, icon: 'link', classes: 'dim', text: () => t('Shares its storage') },
  { flag: RowFlag.Strided, icon: 'arrow-swap', classes: 'dim', text: () => t('Not contiguous') },
  {
    flag: RowFlag.Partial,
    icon: 'multiple-windows',
    classes: 'dim',
    text: () => t('The storage holds more than this'),
  },
  { flag: RowFlag.Missing, icon: 'circle-slash', classes: 'warn', text: () => t('Its bytes are missing') },
  {
    flag: RowFlag.UnknownImport,
    icon: 'warning',
    classes: 'warn',
    text: () => t('Needs an import outside the allow-list'),
  },
  { flag: RowFlag.DangerousImport, icon: 'error', classes: 'err', text: () => t('Needs a dangerous import') },
];

/** 16px each, right-aligned in the key cell. An open branch shows none: what it stands for is seen below. */
export function rowMarks(index: TreeIndex, row: number, expanded: boolean): Content {
  const shown = expanded ? [] : marks.filter(({ flag }) => index.hasFlag(row, flag));
  const change = changeMark(index, row, shown.length > 0);
  return shown.length === 0 && change === nothing
    ? nothing
    : html`<span class="marks"
        >${shown.map(
          (mark) =>
            html`<span title=${mark.text()}>${icon(mark.icon, mark.classes)}</span
              ><span class="said">${mark.text()}</span>`,
        )}${change}</span
      >`;
}
