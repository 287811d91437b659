import { hostContract, webviewContract } from '../../src/protocol/checks';
import type { HostMethods, WebviewMethods } from '../../src/protocol/messages';
import { connect, type Handlers, type Transport } from '../../src/protocol/rpc';
import '../components/toolbar';
import { setDictionary } from '../strings';
import { registerToolkit } from '../toolkit';
import './bars/filterBox';
import { EditorElement } from './editorElement';
import '../components/combo';
import './bars/editsList';
import './pane/auditPane';
import './pane/castPane';
import './pane/devicesPane';
import './pane/keyChanges';
import './pane/match/matchPane';
import './pane/renamePane';
import './pane/replace/replacePane';
import './pane/reviewPane';
import './plan/draftField';
import './plan/groupsTable';
import './plan/planElement';
import './plan/situations';
import { EditorStore } from './store';
import './tree/renameField';
import './tree/treeElement';

/** What VS Code gives to a page, once. */
interface WebviewApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): WebviewApi;

function problem(what: string, cause?: unknown): void {
  console.error(what, cause ?? '');
}

function startTimer(run: () => void, milliseconds: number): () => void {
  const timer = window.setTimeout(run, milliseconds);
  return () => {
    window.clearTimeout(timer);
  };
}

function transport(api: WebviewApi): Transport {
  return {
    post: (message) => {
      api.postMessage(message);
    },
    onMessage: (listener) => {
      const forward = (event: MessageEvent<unknown>): void => {
        listener(event.data);
      };
      window.addEventListener('message', forward);
      return () => {
        window.removeEventListener('message', forward);
      };
    },
  };
}

function handlers(page: EditorElement, store: () => EditorStore): Handlers<WebviewMethods> {
  return {
    initialize: ({ strings, locale, settings }) => {
      document.documentElement.lang = locale;
      setDictionary(strings);
      store().applySettings(settings);
      page.show(store());
    },
    loading: (progress) => {
      store().showLoading(progress);
    },
    show: ({ summary, tree, keepView, version }) => {
      store().showTree(summary, tree, keepView, version);
    },
    broken: (view) => {
      store().showBroken(view);
    },
    note: (note) => {
      store().showNote(note);
    },
    settings: (settings) => {
      store().applySettings(settings);
    },
    edits: (edits) => {
      store().showEdits(edits);
    },
    review: (review) => {
      page.showReview(review);
    },
    match: (view) => {
      store().matching.show(view);
    },
    plan: (view) => {
      store().planning.show(view);
    },
    saving: (saving) => {
      store().editing.showSaving(saving);
    },
    run: (command) => {
      page.runCommand(command);
    },
  };
}

function start(): void {
  registerToolkit();
  const page = document.querySelector('checkpoint-editor');
  if (!(page instanceof EditorElement)) {
    throw new Error('The page has no <checkpoint-editor>.');
  }
  const api = acquireVsCodeApi();
  const { remote } = connect<WebviewMethods, HostMethods>({
    transport: transport(api),
    serves: webviewContract,
    handlers: handlers(page, () => store),
    calls: hostContract,
    timer: startTimer,
    onProblem: problem,
  });
  const store: EditorStore = new EditorStore(
    remote,
    {
      read: () => api.getState(),
      write: (state) => {
        api.setState(state);
      },
    },
    () => {
      page.show(store);
    },
    (cause) => {
      problem('A request failed.', cause);
    },
  );
  const keep = (): void => {
    store.keep();
  };
  document.addEventListener('visibilitychange', keep);
  // VS Code takes the page of a hidden editor away without hiding it first.
  window.addEventListener('pagehide', keep);
  remote.ready();
}

start();
