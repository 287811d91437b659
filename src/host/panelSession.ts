import * as vscode from 'vscode';
import { hostContract, webviewContract } from '../protocol/checks';
import type {
  BrokenView,
  HostMethods,
  NoteAction,
  NoteView,
  SummaryView,
  ViewSettings,
  WebviewMethods,
} from '../protocol/messages';
import { connect, type Connection, type Handlers, type Transport } from '../protocol/rpc';
import { auditView } from './auditView';
import { brokenPage, runBrokenAction } from './brokenPage';
import { copyRows } from './commands/copy';
import type { BrokenState, CheckpointDocument, OpenState } from './document';
import { detailsViews } from './details/detailsViews';
import { isVersion } from './fileAccess';
import { translate } from './l10n';
import { showFindings } from './findingsList';
import { diskNote, findingsNote, shownTime, versionNote } from './notes';
import { textColumn } from './textColumn';
import { emptySummary, summaryView } from './views';
import { webviewHtml, webviewOptions } from './webviewHtml';

/** What every panel needs of the extension. */
export interface SessionContext {
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
}

/** One editor tab: a webview that shows a document, and the traffic between the two. */
export class PanelSession implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  /** Focus, selection or the document have changed: what commands apply to may be another. */
  readonly onDidChange = this.#changed.event;

  readonly #connection: Connection<WebviewMethods>;
  readonly #subscriptions: vscode.Disposable[] = [];
  #ready = false;
  #treeFocused = false;
  #selection: readonly number[] = [];
  /** The version that the webview has, so that a note does not send a tree again. */
  #sent: OpenState | undefined;
  /** The version whose findings have been dismissed. */
  #findingsSeen: OpenState | undefined;

  constructor(
    readonly document: CheckpointDocument,
    readonly panel: vscode.WebviewPanel,
    private readonly context: SessionContext,
  ) {
    const { webview } = panel;
    webview.options = webviewOptions(context.extensionUri);
    this.#connection = connect<HostMethods, WebviewMethods>({
      transport: webviewTransport(webview),
      serves: hostContract,
      handlers: this.#handlers(),
      calls: webviewContract,
      timer: (run, milliseconds) => {
        const timeout = setTimeout(run, milliseconds);
        return () => {
          clearTimeout(timeout);
        };
      },
      onProblem: (problem, cause) => {
        context.log.error(`${document.fileName}: ${problem}`, cause ?? '');
      },
    });
    this.#subscriptions.push(
      document.onDidChange(() => {
        this.#update();
      }),
      panel.onDidChangeViewState(() => {
        this.#treeFocused &&= panel.active;
        this.#changed.fire();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        this.#update();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('checkpointEditor.tree')) {
          this.#connection.remote.settings(viewSettings());
        }
      }),
    );
    webview.html = webviewHtml(webview, context.extensionUri);
  }

  /** The version that is shown as a tree, undefined while there is none. */
  get shown(): OpenState | undefined {
    return this.document.state.phase === 'open' ? this.document.state : undefined;
  }

  /** The webview has loaded. */
  get ready(): boolean {
    return this.#ready;
  }

  get treeFocused(): boolean {
    return this.#treeFocused;
  }

  /** Rows selected, the focused one first. */
  get selection(): readonly number[] {
    return this.#selection;
  }

  get webview(): WebviewMethods {
    return this.#connection.remote;
  }

  dispose(): void {
    this.#connection.dispose();
    vscode.Disposable.from(...this.#subscriptions, this.#changed).dispose();
  }

  #handlers(): Handlers<HostMethods> {
    const { document } = this;
    return {
      ready: () => {
        this.#ready = true;
        this.#sent = undefined;
        this.webview.initialize({
          strings: vscode.l10n.bundle ?? {},
          locale: vscode.env.language,
          settings: viewSettings(),
        });
        this.#update();
      },
      details: (rows) => (this.shown === undefined ? [] : detailsViews(this.shown, rows, translate)),
      audit: () => auditView(this.#requireShown(), document.fileName, translate),
      selection: (rows) => {
        this.#selection = rows;
        this.#changed.fire();
      },
      treeFocused: (focused) => {
        this.#treeFocused = focused && this.panel.active;
        this.#changed.fire();
      },
      copy: (what, rows) => copyRows(this.#requireShown(), what, rows),
      copyText: async (text) => {
        await vscode.env.clipboard.writeText(text);
      },
      execute: async (command) => {
        await vscode.commands.executeCommand(`checkpointEditor.${command}`);
      },
      noteAction: (action) => this.#noteAction(action),
      brokenAction: (action) => runBrokenAction(action, document, translate),
      column: (name) => textColumn(this.#requireShown(), name),
      cancelLoading: () => {
        document.cancelLoading();
      },
    };
  }

  #requireShown(): OpenState {
    if (this.shown === undefined) {
      throw new Error(vscode.l10n.t('The file is not open.'));
    }
    return this.shown;
  }

  /** Sends what the document is now; called on every change of it. */
  #update(): void {
    this.#changed.fire();
    if (this.#ready) {
      void this.#send().catch((error: unknown) => {
        this.context.log.error(`${this.document.fileName}: showing failed`, error);
      });
    }
  }

  async #send(): Promise<void> {
    const { state, fileName, uri } = this.document;
    switch (state.phase) {
      case 'loading': {
        const summary: SummaryView =
          state.checkpoint === null
            ? emptySummary(fileName, state.fileBytes ?? 0)
            : summaryView(state.checkpoint, fileName, translate);
        this.#sent = undefined;
        this.webview.loading({ summary, done: state.done, total: state.total });
        break;
      }
      case 'open':
        this.#sendOpen(state, summaryView(state.checkpoint, fileName, translate));
        break;
      case 'broken':
        this.#sent = undefined;
        this.#sendBroken(state, await brokenPage(state, uri, translate));
        break;
    }
  }

  #sendBroken(state: BrokenState, page: BrokenView): void {
    // Looking for a repository takes a while: the file may have been opened since.
    if (state === this.document.state) {
      this.webview.broken(page);
    }
  }

  #sendOpen(state: OpenState, summary: SummaryView): void {
    if (this.#sent !== state) {
      this.webview.show({ summary, tree: state.tree, keepView: true });
      this.#sent = state;
    }
    this.webview.note(this.#note(state, summary));
  }

  /** What is said first: the file on disk, then what is wrong with it, then that it cannot be changed. */
  #note(state: OpenState, summary: SummaryView): NoteView | null {
    const shown = shownTime(state.date, new Date(), vscode.env.language);
    const disk = diskNote(this.document.disk, shown, translate);
    if (disk !== null) {
      return disk;
    }
    const findings = this.#findingsSeen === state ? null : findingsNote(summary.findings, translate);
    return findings ?? (isVersion(this.document.uri) ? versionNote(translate) : null);
  }

  async #noteAction(action: NoteAction): Promise<void> {
    const { document, shown } = this;
    switch (action) {
      case 'reload':
        await document.load();
        break;
      case 'showFindings':
        await showFindings(this.#requireShown().checkpoint.findings);
        break;
      case 'manageTrust':
        await vscode.commands.executeCommand('workbench.trust.manage');
        break;
      case 'dismiss':
        if (document.disk === 'same') {
          this.#findingsSeen = shown;
          this.#update();
        } else {
          document.acknowledge();
        }
        break;
    }
  }
}

function viewSettings(): ViewSettings {
  const order = vscode.workspace.getConfiguration('checkpointEditor').get<string>('tree.order');
  return { treeOrder: order === 'natural' ? 'natural' : 'file' };
}

function webviewTransport(webview: vscode.Webview): Transport {
  return {
    post: (message) => webview.postMessage(message),
    onMessage: (listener) => {
      const subscription = webview.onDidReceiveMessage(listener);
      return () => {
        subscription.dispose();
      };
    },
  };
}
