import { html, type TemplateResult } from 'lit';
import { t } from '../../strings';
import type { TreeView } from '../model/treeView';
import type { EditorStore, Tool } from '../store';
import { matchButtons } from './match/matchButtons';
import type { PaneContent } from './paneFrame';

/** What a tool's pane is given. */
export interface ToolContext {
  readonly store: EditorStore;
  readonly view: TreeView;
  readonly revision: number;
  readonly goToRow: (row: number) => void;
  readonly focusTree: () => void;
}

export type EditTool = Exclude<Tool, 'details' | 'audit' | 'plan'>;

/** The pane of a tool that edits; null for a review that is not there. */
export function toolPane(tool: EditTool, context: ToolContext): PaneContent | null {
  switch (tool) {
    case 'devices':
      return pane('chip', t('Remap Devices'), devices(context));
    case 'rename':
      return pane('edit', t('Rename Keys'), renameKeys(context));
    case 'cast':
      return pane('symbol-numeric', t('Cast Dtype'), cast(context));
    case 'replace':
      return pane('replace', t('Replace Layer'), replaceLayer(context));
    case 'match':
      return { ...pane('target', t('Match Against a Model'), match(context)), buttons: matchButtons(context.store) };
    case 'review': {
      const { review } = context.store.editing;
      return review === null ? null : pane(review.icon, review.title, reviewOf(context));
    }
  }
}

function pane(icon: string, title: string, body: TemplateResult): PaneContent {
  return { icon, title, copyText: null, body };
}

function devices({ store, view, revision, goToRow, focusTree }: ToolContext): TemplateResult {
  return html`<ce-devices
    class="tool"
    .store=${store}
    .view=${view}
    .revision=${revision}
    .goToRow=${goToRow}
    .focusTree=${focusTree}
  ></ce-devices>`;
}

function renameKeys({ store, view, revision, focusTree }: ToolContext): TemplateResult {
  return html`<ce-rename-keys
    class="tool"
    .store=${store}
    .view=${view}
    .revision=${revision}
    .focusTree=${focusTree}
  ></ce-rename-keys>`;
}

function cast({ store, view, revision, focusTree }: ToolContext): TemplateResult {
  return html`<ce-cast
    class="tool"
    .store=${store}
    .view=${view}
    .revision=${revision}
    .focusTree=${focusTree}
  ></ce-cast>`;
}

function replaceLayer({ store, view, revision, focusTree }: ToolContext): TemplateResult {
  return html`<ce-replace-layer
    class="tool"
    .store=${store}
    .view=${view}
    .revision=${revision}
    .focusTree=${focusTree}
  ></ce-replace-layer>`;
}

function reviewOf({ store, goToRow, focusTree }: ToolContext): TemplateResult {
  return html`<ce-review
    class="tool"
    .store=${store}
    .review=${store.editing.review}
    .goToRow=${goToRow}
    .focusTree=${focusTree}
  ></ce-review>`;
}

function match({ store, view, revision }: ToolContext): TemplateResult {
  const showRow = (row: number): void => {
    view.reveal(row);
    view.selection.select(row);
    store.selectionChanged();
    store.revealFocused();
  };
  return html`<ce-match class="tool" .store=${store} .revision=${revision} .showRow=${showRow}></ce-match>`;
}
