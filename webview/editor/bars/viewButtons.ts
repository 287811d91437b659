import { html, type TemplateResult } from 'lit';
import { iconButton } from '../../components/controls';
import { menuContext, openNativeMenu } from '../../components/nativeMenu';
import { t } from '../../strings';
import type { TreeView } from '../model/treeView';
import type { EditorStore } from '../store';

/** Right of the filter: list or tree, order, expand, collapse, pane. In a narrow editor they are behind `…`. */
export function viewButtons(store: EditorStore, view: TreeView | null, narrow: boolean): TemplateResult {
  if (narrow) {
    return html`<ce-toolbar aria-label=${t('View')} data-vscode-context=${menuContext('view')}
      >${iconButton({ icon: 'ellipsis', label: t('View…'), onClick: openNativeMenu })}</ce-toolbar
    >`;
  }
  const change = (act: (view: TreeView, event: MouseEvent) => void) => (event: MouseEvent) => {
    if (view !== null) {
      act(view, event);
      store.changed();
    }
  };
  return html`<span class="vsep"></span>
    <ce-toolbar aria-label=${t('View')}>
      ${iconButton({
        icon: 'list-flat',
        label: t('Flat List'),
        pressed: view?.isFlat ?? false,
        onClick: change(toggleLayout),
      })}${iconButton({
        icon: 'sort-precedence',
        label: t('Natural Order'),
        pressed: view?.order === 'natural',
        onClick: change(toggleOrder),
      })}${iconButton({
        icon: 'expand-all',
        label: t('Expand All (Alt: One Level)'),
        onClick: change((shown, event) => {
          if (event.altKey) {
            shown.stepLevel(1);
          } else {
            shown.expandAll();
          }
        }),
      })}${iconButton({
        icon: 'collapse-all',
        label: t('Collapse All (Alt: One Level)'),
        onClick: change((shown, event) => {
          if (event.altKey) {
            shown.stepLevel(-1);
          } else {
            shown.collapseAll();
          }
        }),
      })}${iconButton({
        icon: store.pane.open ? 'layout-sidebar-right' : 'layout-sidebar-right-off',
        label: t('Toggle Details'),
        onClick: () => {
          store.togglePane();
        },
      })}
    </ce-toolbar>`;
}

export function toggleLayout(view: TreeView): void {
  view.setLayout(view.isFlat ? 'tree' : 'flat');
}

export function toggleOrder(view: TreeView): void {
  view.setOrder(view.order === 'file' ? 'natural' : 'file');
}
