import type * as vscode from 'vscode';
import type { CheckpointDocument } from '../document';
import { translate } from '../l10n';
import { MatchSession } from './matchSession';
import { vscodeEnvironment } from './vscodeEnvironment';

const sessions = new WeakMap<CheckpointDocument, MatchSession>();

/** The match of a document, the same for all of its panels. */
export function matchSessionOf(document: CheckpointDocument, log: vscode.LogOutputChannel): MatchSession {
  let session = sessions.get(document);
  if (session === undefined) {
    session = new MatchSession(
      () => (document.state.phase === 'open' ? document.state : undefined),
      vscodeEnvironment(document, log),
      translate,
    );
    sessions.set(document, session);
  }
  return session;
}
