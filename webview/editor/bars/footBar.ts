import { html, nothing, type TemplateResult } from 'lit';
import { formatCount, formatExact, formatSize } from '../../../src/wording/format';
import { entryCount, parameterCount } from '../../../src/wording/summary';
import { linkButton, textButton } from '../../components/controls';
import { t } from '../../strings';
import type { TreeView } from '../model/treeView';
import type { EditorStore, Phase } from '../store';

/** Always there: selection count and size; with two or more rows the selection bar. */
export function footBar(store: EditorStore, view: TreeView): TemplateResult {
  const { selection } = view;
  return html`<div class="foot">
    <span class="ell" role="status">${leftText(store, view)}</span><span class="grow"></span>${
      selection.size > 1 ? selectionActions(store, view) : html`<span class="dim">${orderText(view)}</span>`
    }
  </div>`;
}

function leftText(store: EditorStore, view: TreeView): TemplateResult {
  if (view.regexError !== null) {
    return dim(t('Showing the last valid filter'));
  }
  if (store.note !== null && store.note.foot !== null) {
    return dim(store.note.foot);
  }
  if (view.index.entryCount === 0) {
    return dim(entryCount(0, t));
  }
  if (view.visible.length === 0) {
    return dim(t('{0} of {1} shown', formatExact(view.result.leaves), formatExact(view.index.entryCount)));
  }
  const { entries, elements, bytes, tensors } = view.selectionSummary;
  const size = tensors > 0 ? ` · ${formatSize(bytes)}` : '';
  if (view.selection.size > 1) {
    const parameters = tensors > 0 ? ` · ${parameterCount(elements, t)}` : '';
    return html`<span class="b">${t('{0} selected', formatCount(entries))}</span
      ><span class="dim">${parameters}${size}</span>`;
  }
  const all = view.isFiltered ? view.result.leaves : view.index.entryCount;
  return dim(`${t('{0} of {1} selected', formatExact(entries), formatExact(all))}${size}`);
}

function dim(text: string): TemplateResult {
  return html`<span class="dim">${text}</span>`;
}

function selectionActions(store: EditorStore, view: TreeView): TemplateResult {
  const matching = view.result.leaves;
  return html`<ce-toolbar aria-label=${t('Selection')}
    >${
      view.isFiltered && view.selection.size < matching
        ? textButton({
            text: t('Select All {0}', formatCount(matching)),
            icon: 'list-selection',
            droppable: true,
            onClick: () => {
              view.selectMatching();
              store.selectionChanged();
            },
          })
        : nothing
    }${textButton({
      text: t('Copy Keys'),
      icon: 'copy',
      droppable: true,
      onClick: () => {
        store.copyRows('key');
      },
    })}</ce-toolbar
  >`;
}

function orderText(view: TreeView): string {
  if (view.sort !== null) {
    return view.isFlat ? t('Flat list · sorted') : t('Sorted');
  }
  if (view.isFlat) {
    return view.order === 'natural' ? t('Flat list · natural order') : t('Flat list · file order');
  }
  return view.order === 'natural' ? t('Natural order') : t('File order');
}

/** While the first index is read. */
export function loadingFoot(store: EditorStore, phase: Extract<Phase, { kind: 'loading' }>): TemplateResult {
  const { done, total } = phase;
  const text =
    total === null
      ? t('Reading the index: {0}', formatSize(done))
      : t('Reading the index: {0} of {1}', formatSize(done), formatSize(total));
  return html`<div class="foot">
    <span class="ell dim" role="status">${done === 0 ? t('Reading the index') : text}</span><span class="grow"></span
    ><ce-toolbar aria-label=${t('Actions')}
      >${linkButton(t('Cancel'), () => {
        store.host.cancelLoading();
      })}</ce-toolbar
    >
  </div>`;
}
