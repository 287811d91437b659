import * as vscode from 'vscode';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
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
import { editHandlers } from './editing/editHandlers';
import { EditNotes } from './editing/editNotes';
import { editsView, measureSizes } from './editing/editsView';
import { isVersion } from './fileAccess';
import { translate } from './l10n';
import { showFindings } from './findingsList';
import { matchActions } from './matching/matchActions';
import { MatchPanel } from './matching/matchPanel';
import { matchSessionOf } from './matching/sessions';
import { PlanPanel } from './planning/planPanel';
import { planSessionOf } from './planning/sessions';
import { autoSaveNote, conflictNote, diskNote, findingsNote, savedAsNote, shownTime, versionNote } from './notes';
import { autoSaves, turnOffAutoSave } from './saving/saveSettings';
import { textColumn } from './textColumn';
import { emptySummary, summaryView } from './views';
import { webviewHtml, webviewOptions } from './webviewHtml';

/** What every panel needs of the extension. */
export interface SessionContext {
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  readonly workspaceState: vscode.Memento;
}

/** Set in the workspace's state once the note about Auto Save has been read. */
const autoSaveNoted = 'autoSaveNoted';
/** Milliseconds after an edit until the size is found out that the file will have: it takes writing the pickle. */
const measureDelay = 300;

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
  /** Of the tree that the webview has: rows that it names are rows of this one. */
  #version = 0;
  /** The version of the file whose findings have been dismissed. */
  #findingsSeen: Checkpoint | undefined;
  readonly #editNotes = new EditNotes(this, translate, () => {
    this.#update();
  });
  readonly matching: MatchPanel;
  readonly planning: PlanPanel;
  /** Runs before sizes are found out. */
  #measuring: NodeJS.Timeout | undefined;

  constructor(
    readonly document: CheckpointDocument,
    readonly panel: vscode.WebviewPanel,
    private readonly context: SessionContext,
  ) {
    const { webview } = panel;
    this.matching = new MatchPanel(this, matchSessionOf(document, context.log), matchActions(this), translate);
    this.planning = new PlanPanel(this, planSessionOf(document), translate);
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
      document.saving.onDidProgress((saving) => {
        this.webview.saving(saving);
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

  /** Of the tree that the webview has. */
  get version(): number {
    return this.#version;
  }

  /** Rows selected, the focused one first. */
  get selection(): readonly number[] {
    return this.#selection;
  }

  get webview(): WebviewMethods {
    return this.#connection.remote;
  }

  dispose(): void {
    clearTimeout(this.#measuring);
    this.#connection.dispose();
    this.matching.dispose();
    this.planning.dispose();
    vscode.Disposable.from(...this.#subscriptions, this.#changed).dispose();
  }

  #handlers(): Handlers<HostMethods> {
    const { document } = this;
    const copy = async (text: string): Promise<void> => {
      await vscode.env.clipboard.writeText(text);
    };
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
      selection: (rows, version) => {
        if (version === this.#version) {
          this.#selection = rows;
          this.#changed.fire();
        }
      },
      treeFocused: (focused) => {
        this.#treeFocused = focused && this.panel.active;
        this.#changed.fire();
      },
      copy: (what, rows) => copyRows(this.#requireShown(), what, rows),
      copyText: copy,
      execute: async (command) => {
        await vscode.commands.executeCommand(`checkpointEditor.${command}`);
      },
      noteAction: (action) => this.#noteAction(action),
      brokenAction: (action) => runBrokenAction(action, document, translate),
      column: (name) => textColumn(this.#requireShown(), name),
      cancelLoading: () => {
        document.cancelLoading();
      },
      cancelSaving: () => {
        document.saving.cancel();
      },
      match: (intent) => {
        void this.matching.run(intent).catch((error: unknown) => {
          this.context.log.error(`${document.fileName}: matching failed`, error);
        });
      },
      matchRows: (range) => this.matching.rows(range),
      plan: (intent) => {
        void this.planning.run(intent).catch((error: unknown) => {
          this.context.log.error(`${document.fileName}: planning failed`, error);
        });
      },
      ...editHandlers(this, translate, copy),
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
        this.#sendOpen(state, {
          ...summaryView(state.checkpoint, fileName, translate),
          fileBytes: this.document.savedBytes,
        });
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
      this.#version++;
      this.#selection = [];
      this.webview.show({ summary, tree: state.tree, keepView: true, version: this.#version });
      this.#sent = state;
    }
    this.webview.note(this.#note(state, summary));
    this.#sendEdits(state);
    this.matching.update();
    this.planning.update();
    clearTimeout(this.#measuring);
    this.#measuring = setTimeout(() => {
      measureSizes(this.document);
      this.#sendEdits(state);
    }, measureDelay);
  }

  /** Sizes that have not been found out yet come with the next call. */
  #sendEdits(state: OpenState): void {
    const { document } = this;
    if (document.state === state) {
      const time = shownTime(state.date, new Date(), vscode.env.language);
      this.webview.edits(editsView(document, time, translate));
    }
  }

  /** What is said first: the file on disk, then saving, then what edits mean, then what is wrong with the file, then that it is a version. */
  #note(state: OpenState, summary: SummaryView): NoteView | null {
    return (
      this.#diskNote(state) ??
      this.#savingNote() ??
      this.#editNotes.current ??
      (this.#findingsSeen === state.edit.original ? null : findingsNote(summary.findings, translate)) ??
      (isVersion(this.document.uri) ? versionNote(translate) : null)
    );
  }

  #diskNote(state: OpenState): NoteView | null {
    const { disk, conflict, isEdited } = this.document;
    if (disk === 'conflict') {
      return conflict === null ? null : conflictNote(conflict, translate);
    }
    return diskNote(disk, shownTime(state.date, new Date(), vscode.env.language), isEdited, translate);
  }

  #savingNote(): NoteView | null {
    const { document, context } = this;
    if (document.isSavedAs) {
      return savedAsNote(translate);
    }
    const hasEdits = (document.history?.all.length ?? 0) > 1;
    return hasEdits && autoSaves(document.uri) && !context.workspaceState.get<boolean>(autoSaveNoted, false)
      ? autoSaveNote(document.savedBytes, translate)
      : null;
  }

  /** The note that is shown has been read. */
  #dismiss(): void {
    const { document, context } = this;
    if (document.disk !== 'same' || document.isSavedAs) {
      document.acknowledge();
    } else if (this.#savingNote() !== null) {
      void context.workspaceState.update(autoSaveNoted, true);
    } else if (this.#editNotes.current !== null) {
      this.#editNotes.dismiss();
    } else {
      this.#findingsSeen = this.shown?.edit.original;
    }
    this.#update();
  }

  async #noteAction(action: NoteAction): Promise<void> {
    const { document } = this;
    switch (action) {
      case 'reload':
        // Edits that are lost are taken back by VS Code, which knows then that there are none.
        await (document.isEdited ? vscode.commands.executeCommand('workbench.action.files.revert') : document.load());
        break;
      case 'overwrite':
        await document.overwrite();
        break;
      case 'saveAs':
        await vscode.commands.executeCommand('workbench.action.files.saveAs');
        break;
      case 'updateOptimizer':
        await vscode.commands.executeCommand('checkpointEditor.updateOptimizer');
        break;
      case 'turnOffAutoSave':
        await turnOffAutoSave();
        this.#update();
        break;
      case 'showFindings':
        await showFindings(this.#requireShown().checkpoint.findings);
        break;
      case 'manageTrust':
        await vscode.commands.executeCommand('workbench.trust.manage');
        break;
      case 'dismiss':
        this.#dismiss();
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
