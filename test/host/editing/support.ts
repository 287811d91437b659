import { changesBetween } from '../../../src/core/edit/changes';
import { History } from '../../../src/core/edit/history';
import type { EditError } from '../../../src/core/edit/editError';
import { startState, type EditState } from '../../../src/core/edit/state';
import { buildTree } from '../../../src/core/tree/buildTree';
import type { EditPanel, EditedDocument, ShownState } from '../../../src/host/editing/editPanel';
import { rowIndex } from '../../../src/host/rowPaths';
import type { ReviewView } from '../../../src/protocol/edits';
import type { WebviewMethods } from '../../../src/protocol/messages';
import type { Value } from '../../../src/core/pickle/values';
import { open, type Records } from '../../core/checkpoint/builders';

/** What a panel shows of a state, beside the one that the file holds. */
export function shownOf(edit: EditState, saved: EditState = edit): ShownState {
  const { checkpoint } = edit;
  const changes = changesBetween(saved, edit);
  return {
    edit,
    checkpoint,
    tree: buildTree(checkpoint, undefined, changes),
    removed: changes.removed.map(({ entry }) => entry),
  };
}

/** The file that `torch.save` would have written for a value, opened. */
export async function shownFile(root: Value, records?: Records): Promise<ShownState> {
  return shownOf(startState(await open(root, records)));
}

/** Row of a key. */
export function rowOf(shown: ShownState, key: string): number {
  const index = rowIndex(shown);
  const row = Array.from(shown.tree.entry.keys()).find((each) => index.key(each) === key);
  if (row === undefined) {
    throw new Error(`no row ${key}`);
  }
  return row;
}

export function rowsOf(shown: ShownState, ...keys: readonly string[]): number[] {
  return keys.map((key) => rowOf(shown, key));
}

/** A panel over a history, as the host has one; what the webview was told to review is kept. */
export class TestPanel implements EditPanel {
  readonly history: History;
  readonly document: EditedDocument;
  readonly webview: WebviewMethods;
  readonly reviews: (ReviewView | null)[] = [];
  selection: readonly number[] = [];
  #shown: ShownState;

  constructor(start: EditState, readOnly: EditError | null = null) {
    const history = new History(start);
    this.history = history;
    this.#shown = shownOf(start);
    this.document = {
      fileName: 'net.pt',
      history,
      readOnly,
      resources: new Map(),
      savedBytes: 1_000,
      keptBytes: 0,
      apply: (operation, resources) => {
        history.apply(operation, resources);
      },
      goTo: (index) => {
        history.goTo(index);
        return Promise.resolve();
      },
    };
    this.webview = webviewOf(this.reviews);
  }

  get shown(): ShownState {
    if (this.#shown.edit !== this.history.current) {
      this.#shown = shownOf(this.history.current, this.history.savedState);
    }
    return this.#shown;
  }

  /** As the host counts them: another one for each state that is shown. */
  get version(): number {
    return this.history.index;
  }
}

function webviewOf(reviews: (ReviewView | null)[]): WebviewMethods {
  const ignored = (): undefined => undefined;
  return {
    initialize: ignored,
    loading: ignored,
    show: ignored,
    edits: ignored,
    review: (review) => {
      reviews.push(review);
    },
    plan: ignored,
    match: ignored,
    saving: ignored,
    broken: ignored,
    note: ignored,
    settings: ignored,
    run: ignored,
  };
}
