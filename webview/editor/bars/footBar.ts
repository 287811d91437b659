import { html, nothing, type TemplateResult } from 'lit';
import { formatCount, formatExact, formatSize } from '../../../src/wording/format';
import { entryCount, parameterCount } from '../../../src/wording/summary';
import { icon, iconButton, linkButton, textButton } from '../../components/controls';
import { openNativeMenu } from '../../components/nativeMenu';
import { t } from '../../strings';
import type { TreeView } from '../model/treeView';
import type { EditorStore, Phase, Tool } from '../store';
import { focusedRowMenu } from '../tree/row';

/** In a foot narrower than this the selection bar has no labels. */
const labelsFrom = 820;

/** What the foot needs beyond the store. */
export interface FootActions {
  /** Width of the foot, in pixels. */
  readonly width: number;
  readonly openTool: (tool: Tool) => void;
  readonly focusTree: () => void;
}

/** Always there: selection count and size; with two or more rows selected it is the selection bar. */
export function footBar(store: EditorStore, view: TreeView, actions: FootActions): TemplateResult {
  const { saving } = store.editing;
  if (saving !== null) {
    return progressFoot(t('Saving: {0} of {1}', formatSize(saving.done), formatSize(saving.total)), () => {
      store.host.cancelSaving();
    });
  }
  const several = view.selection.size > 1;
  const removed = view.index.changes?.removedBranches ?? 0;
  return html`<div class="foot">
    <span class="ell" role="status">${leftText(store, view)}</span><span class="grow"></span>${
      several || removed > 0
        ? html`<ce-toolbar aria-label=${t('Selection')}
            >${several ? selectionActions(store, view, actions) : nothing}${
              removed > 0 ? removedToggle(store, view, removed) : nothing
            }</ce-toolbar
          >`
        : html`<span class="dim">${orderText(view)}</span>`
    }
  </div>`;
}

function leftText(store: EditorStore, view: TreeView): TemplateResult {
  const { problem } = store.editing;
  if (problem !== '') {
    return html`<span class="err problem-line" role="alert" title=${problem}>${icon('error')} ${problem}</span>`;
  }
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
  const { entries, parameters: count, bytes, tensors } = view.selectionSummary;
  const size = tensors > 0 ? ` · ${formatSize(bytes)}` : '';
  if (view.selection.size > 1) {
    const parameters = count > 0 ? ` · ${parameterCount(count, t)}` : '';
    return html`<span class="b">${t('{0} selected', formatCount(entries))}</span
      ><span class="dim">${parameters}${size}</span>`;
  }
  if ([...view.selection.rows].some((row) => view.isDimmed(row))) {
    // A branch that holds more than what matches.
    return dim(`${t('{0} selected', formatCount(entries))}${size}`);
  }
  const all = view.isFiltered ? view.result.leaves : view.index.entryCount;
  return dim(`${t('{0} of {1} selected', formatExact(entries), formatExact(all))}${size}`);
}

function dim(text: string): TemplateResult {
  return html`<span class="dim">${text}</span>`;
}

function selectionActions(store: EditorStore, view: TreeView, actions: FootActions): TemplateResult {
  const matching = view.result.leaves;
  return html`${
    view.isFiltered && view.selection.size < matching
      ? html`${action(actions.width, {
            text: t('Select All {0}', formatCount(matching)),
            icon: 'list-selection',
            onClick: () => {
              view.selectMatching();
              store.selectionChanged();
            },
          })}<span class="vsep"></span>`
      : nothing
  }${store.editing.canEdit ? editActions(store, view, actions) : copyAction(store, actions)}`;
}

interface Action {
  readonly text: string;
  readonly icon: string;
  readonly onClick: () => void;
}

/** In the selection bar labels drop where they do not fit; icons stay. */
function action(width: number, { text, icon: name, onClick }: Action): TemplateResult {
  return width < labelsFrom
    ? iconButton({ icon: name, label: text, onClick })
    : textButton({ text, icon: name, onClick });
}

function copyAction(store: EditorStore, { width }: FootActions): TemplateResult {
  return action(width, {
    text: t('Copy Keys'),
    icon: 'copy',
    onClick: () => {
      store.copyRows('key');
    },
  });
}

function editActions(store: EditorStore, view: TreeView, { width, openTool, focusTree }: FootActions): TemplateResult {
  const edit = (kind: 'keep' | 'remove') => () => {
    store.editing.runOnSelection(kind, focusTree);
  };
  const open = (tool: Tool) => () => {
    openTool(tool);
  };
  return html`${action(width, { text: t('Keep Only'), icon: 'filter', onClick: edit('keep') })}${action(width, {
      text: t('Remove'),
      icon: 'trash',
      onClick: edit('remove'),
    })}${action(width, { text: t('Rename…'), icon: 'edit', onClick: open('rename') })}${action(width, {
      text: t('Cast…'),
      icon: 'symbol-numeric',
      onClick: open('cast'),
    })}${action(width, { text: t('Remap…'), icon: 'chip', onClick: open('devices') })}<span
      data-vscode-context=${focusedRowMenu(store, view)}
      >${iconButton({ icon: 'ellipsis', label: t('More Actions…'), onClick: openNativeMenu })}</span
    >`;
}

/** Removed rows stand where they were as long as this is on. */
function removedToggle(store: EditorStore, view: TreeView, removed: number): TemplateResult {
  return textButton({
    text: t('Removed {0}', formatCount(removed)),
    icon: 'eye',
    pressed: view.showsRemoved,
    onClick: () => {
      store.toggleRemoved();
    },
  });
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
  return progressFoot(done === 0 ? t('Reading the index') : text, () => {
    store.host.cancelLoading();
  });
}

function progressFoot(text: string, onCancel: () => void): TemplateResult {
  return html`<div class="foot">
    <span class="ell dim" role="status">${text}</span><span class="grow"></span
    ><ce-toolbar aria-label=${t('Actions')}>${linkButton(t('Cancel'), onCancel)}</ce-toolbar>
  </div>`;
}
