import type { CheckpointDocument } from '../document';
import { translate } from '../l10n';
import { PlanSession } from './planSession';
import { vscodeEnvironment } from './vscodeEnvironment';

const sessions = new WeakMap<CheckpointDocument, PlanSession>();

/** The plans of a document, the same for all of its panels. */
export function planSessionOf(document: CheckpointDocument): PlanSession {
  let session = sessions.get(document);
  if (session === undefined) {
    session = new PlanSession(
      () => (document.state.phase === 'open' ? document.state : undefined),
      vscodeEnvironment(document),
      translate,
    );
    sessions.set(document, session);
  }
  return session;
}
