import { largeTree } from '../../support/treeColumns';

/** Trees too large to be carried into the page are made there. */
window.largeTree = largeTree;

declare global {
  interface Window {
    largeTree: typeof largeTree;
  }
}
