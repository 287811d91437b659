import { html, nothing, type TemplateResult } from 'lit';
import { formatBytes, formatExact, formatPercent, formatSize } from '../../../src/wording/format';
import { shownText } from '../../components/fileText';
import { codeBlock } from '../../components/pythonCode';
import { t } from '../../strings';
import { selectionPython } from '../model/selectionPython';
import type { SelectionSummary } from '../model/selectionSummary';
import type { TreeView } from '../model/treeView';
import type { EditorStore } from '../store';
import { factList } from './detailsPane';
import { section, type PaneContent } from './paneFrame';

type Row = { readonly fact: { readonly label: string; readonly secondary?: string }; readonly value: TemplateResult };

/** What several chosen entries have in common, and what differs. */
export function selectionPane(store: EditorStore, view: TreeView, fileBytes: number): PaneContent {
  const summary = view.selectionSummary;
  const common = inCommon(summary);
  const different = differences(summary);
  const python = pythonOf(store, view);
  return {
    icon: null,
    title: t('{0} entries selected', formatExact(summary.entries)),
    copyText: () => [...view.selection.rows].map((row) => view.index.key(row)).join('\n'),
    body: {
      scrolled: html`<div class="sections">
        ${section(t('Totals'), factList(totals(summary, fileBytes)))}
        ${common.length === 0 ? nothing : section(t('In common'), factList(common))}
        ${different.length === 0 ? nothing : section(t('Different'), factList(different))}
        ${
          python === null
            ? nothing
            : section(
                t('Python'),
                html`<div class="in code-in">
                  ${codeBlock(python, (code) => {
                    store.copy(code);
                  })}
                </div>`,
              )
        }
      </div>`,
    },
  };
}

function row(label: string, value: string, secondary?: string): Row {
  const fact = secondary === undefined ? { label } : { label, secondary };
  return { fact, value: html`<span class="file-text">${shownText(value)}</span>` };
}

function totals(summary: SelectionSummary, fileBytes: number): Row[] {
  const { entries, tensors, elements, parameters, bytes } = summary;
  const counts = [row(t('Tensors'), formatExact(tensors))];
  if (entries > tensors) {
    counts.push(row(t('Other entries'), formatExact(entries - tensors)));
  }
  if (tensors === 0) {
    return counts;
  }
  return [
    ...counts,
    parameters > 0 ? row(t('Parameters'), formatExact(parameters)) : row(t('Elements'), formatExact(elements)),
    row(t('Size'), formatSize(bytes), `(${formatBytes(bytes, t)})`),
    row(t('Share of file'), formatPercent(fileBytes === 0 ? 0 : Math.min(bytes / fileBytes, 1))),
  ];
}

function inCommon({ dtypes, devices, shapes, prefix, requiresGrad, tensors }: SelectionSummary): Row[] {
  const rows: Row[] = [];
  const only = (label: string, texts: ReadonlyMap<string, number>): void => {
    const [text] = texts.keys();
    if (texts.size === 1 && text !== undefined) {
      rows.push(row(label, text));
    }
  };
  only(t('Dtype'), dtypes);
  only(t('Device'), devices);
  only(t('Shape'), shapes);
  if (prefix !== '') {
    rows.push(row(t('Prefix'), prefix));
  }
  if (tensors > 0 && (requiresGrad === tensors || requiresGrad === 0)) {
    const value = html`<span class="v-bool">${requiresGrad > 0 ? 'True' : 'False'}</span>`;
    rows.push({ fact: { label: t('Requires grad') }, value });
  }
  return rows;
}

/** Texts named in one line before the rest is only counted. */
const mostNamed = 3;

function differences({ dtypes, devices, shapes, layers, requiresGrad, tensors }: SelectionSummary): Row[] {
  const rows: Row[] = [];
  const several = (label: string, texts: ReadonlyMap<string, number>): void => {
    if (texts.size > 1) {
      rows.push(row(label, countedTexts(texts)));
    }
  };
  several(t('Dtype'), dtypes);
  several(t('Device'), devices);
  if (shapes.size > 1) {
    rows.push(row(t('Shape'), shapesText([...shapes.keys()])));
  }
  if (layers.size > 0) {
    rows.push(row(t('Layer'), countedTexts(layers)));
  }
  if (requiresGrad > 0 && requiresGrad < tensors) {
    rows.push(row(t('Requires grad'), t('{0} of {1}', formatExact(requiresGrad), formatExact(tensors))));
  }
  return rows;
}

/** `4 × Conv2d, 3 × BatchNorm2d`. */
function countedTexts(texts: ReadonlyMap<string, number>): string {
  const sorted = [...texts].sort(([, one], [, other]) => other - one);
  const named = sorted.slice(0, mostNamed).map(([text, times]) => `${formatExact(times)} × ${text}`);
  const rest = sorted.length - named.length;
  return rest > 0 ? `${named.join(', ')} +${formatExact(rest)}` : named.join(', ');
}

function shapesText(shapes: readonly string[]): string {
  const dimensions = shapes.map((shape) => (shape === '[]' ? 0 : shape.split(',').length));
  const [least, most] = [Math.min(...dimensions.slice(0, 10_000)), Math.max(...dimensions.slice(0, 10_000))];
  const count = formatExact(shapes.length);
  if (least === most) {
    return least === 1 ? t('{0} shapes, 1 dimension', count) : t('{0} shapes, {1} dimensions', count, least);
  }
  return t('{0} shapes, {1} to {2} dimensions', count, least, most);
}

function pythonOf(store: EditorStore, view: TreeView): string | null {
  const { rows, views } = store.details;
  if (views.length === 0 || rows.length !== view.selection.size || rows.some((each) => !view.index.isEntry(each))) {
    return null;
  }
  const byFilter = view.chosen.size === 0 && view.selection.size === view.result.leaves;
  const inFileOrder = [...views].sort((one, other) => one.row - other.row);
  return selectionPython(inFileOrder, byFilter ? view.query : null);
}
