import type { WebviewCommand } from '../../protocol/messages';
import type { Command } from './command';

/** Commands that the webview carries out on its own state: what is filtered, expanded, focused. */
const webviewCommandOf: Readonly<Record<string, WebviewCommand>> = {
  filterKeys: 'focusFilter',
  selectMatchingKeys: 'selectMatching',
  importAudit: 'showAudit',
  expandAll: 'expandAll',
  collapseAll: 'collapseAll',
  toggleFlatList: 'toggleLayout',
  toggleNaturalOrder: 'toggleOrder',
  toggleDetails: 'togglePane',
  nextFlagged: 'nextFlagged',
  previousFlagged: 'previousFlagged',
};

export const viewCommands: readonly Command[] = Object.entries(webviewCommandOf).map(([name, webviewCommand]) => ({
  name,
  run({ open }) {
    const session = open.active;
    if (session?.shown !== undefined) {
      session.webview.run(webviewCommand);
    }
  },
}));
