import * as vscode from 'vscode';
import { editKeys } from './editing/contextKeys';
import type { PanelSession } from './panelSession';

/** All open panels, and the one that commands apply to. Keeps the context keys of package.json in step with it. */
export class OpenDocuments implements vscode.Disposable {
  readonly #sessions = new Set<PanelSession>();
  readonly #keys = new Map<string, unknown>();
  readonly #changed = new vscode.EventEmitter<void>();
  /** A panel has been opened, closed or has changed. */
  readonly onDidChange = this.#changed.event;

  /** The panel that has the focus or had it last in the active group; undefined when another editor is active. */
  get active(): PanelSession | undefined {
    return this.sessions.find((session) => session.panel.active);
  }

  get sessions(): readonly PanelSession[] {
    return [...this.#sessions];
  }

  add(session: PanelSession): void {
    this.#sessions.add(session);
    const subscription = session.onDidChange(() => {
      this.#update();
    });
    session.panel.onDidDispose(() => {
      subscription.dispose();
      session.dispose();
      this.#sessions.delete(session);
      this.#update();
    });
    this.#update();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #update(): void {
    const { active } = this;
    this.#setKey('checkpointEditor.shown', active?.shown !== undefined);
    this.#setKey('checkpointEditor.treeFocused', active?.shown !== undefined && active.treeFocused);
    this.#setKey('checkpointEditor.hasFlagged', active?.shown?.hasFlagged === true);
    this.#setKey('checkpointEditor.hasSelection', active?.shown !== undefined && active.selection.length > 0);
    for (const [key, value] of Object.entries(editKeys(active))) {
      this.#setKey(`checkpointEditor.${key}`, value);
    }
    this.#changed.fire();
  }

  #setKey(key: string, value: unknown): void {
    if (this.#keys.get(key) !== value) {
      this.#keys.set(key, value);
      void vscode.commands.executeCommand('setContext', key, value);
    }
  }
}
