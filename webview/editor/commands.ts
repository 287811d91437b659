import type { WebviewCommand } from '../../src/protocol/messages';
import { openEditsList } from './bars/editsList';
import { toggleLayout, toggleOrder } from './bars/viewButtons';
import type { RenameMode } from './editing';
import type { TreeView } from './model/treeView';
import type { EditorStore, Tool } from './store';

type ViewCommand = Extract<WebviewCommand, 'expandAll' | 'collapseAll' | 'toggleLayout' | 'toggleOrder'>;
type EditCommand = Extract<
  WebviewCommand,
  'renameKey' | 'renameKeys' | 'stripPrefix' | 'addPrefix' | 'remapDevices' | 'castDtype' | 'replaceLayer' | 'showEdits'
>;

/** The parts of the page that commands work on, beside its state. */
export interface CommandPage {
  readonly store: EditorStore;
  readonly view: TreeView;
  readonly openTool: (tool: Tool) => void;
  readonly focusTree: () => void;
  readonly focusFilter: () => void;
  readonly goToFlagged: (step: 1 | -1) => void;
}

/** A command of the palette or of a menu. */
export function runCommand(page: CommandPage, command: WebviewCommand): void {
  const { store, view } = page;
  if (store.isPlanning && showsTree(command)) {
    store.closePane();
  }
  switch (command) {
    case 'focusFilter':
      page.focusFilter();
      return;
    case 'selectMatching':
      view.selectMatching();
      store.selectionChanged();
      page.focusTree();
      return;
    case 'showAudit':
      page.openTool('audit');
      return;
    case 'match':
    case 'plan':
      page.openTool(command);
      return;
    case 'togglePane':
      store.togglePane();
      return;
    case 'nextFlagged':
    case 'previousFlagged':
      page.goToFlagged(command === 'nextFlagged' ? 1 : -1);
      page.focusTree();
      return;
    case 'expandAll':
    case 'collapseAll':
    case 'toggleLayout':
    case 'toggleOrder':
      changeView(view, command);
      store.changed();
      return;
    case 'toggleRemoved':
      store.toggleRemoved();
      return;
    default:
      runEditCommand(page, command);
  }
}

/** It is about rows, which a plan covers. */
function showsTree(command: WebviewCommand): boolean {
  return command !== 'plan' && command !== 'showEdits' && command !== 'togglePane';
}

function runEditCommand({ store, openTool }: CommandPage, command: EditCommand): void {
  if (!store.editing.canEdit) {
    return;
  }
  const rename = (mode: RenameMode): void => {
    store.editing.renameMode = mode;
    openTool('rename');
  };
  switch (command) {
    case 'renameKey':
      store.editing.startRenaming();
      return;
    case 'renameKeys':
      rename('pattern');
      return;
    case 'stripPrefix':
      rename('strip');
      return;
    case 'addPrefix':
      rename('add');
      return;
    case 'remapDevices':
      openTool('devices');
      return;
    case 'castDtype':
      openTool('cast');
      return;
    case 'replaceLayer':
      store.editing.layerAsked++;
      openTool('replace');
      return;
    case 'showEdits':
      openEditsList();
  }
}

function changeView(view: TreeView, command: ViewCommand): void {
  switch (command) {
    case 'expandAll':
      view.expandAll();
      break;
    case 'collapseAll':
      view.collapseAll();
      break;
    case 'toggleLayout':
      toggleLayout(view);
      break;
    case 'toggleOrder':
      toggleOrder(view);
      break;
  }
}
