import { safeGlobalsPython } from '../core/audit/safeGlobals';
import type { Import, Path } from '../core/checkpoint/checkpoint';
import type { AuditImport, AuditView } from '../protocol/messages';
import { auditSentence, auditVerdict, blockerText, importReason, neededBy } from '../wording/audit';
import type { Translate } from '../wording/translate';
import type { OpenState } from './document';
import { rowIndex, type RowIndex } from './rowPaths';

/** What the Import Audit pane shows. */
export function auditView(shown: Pick<OpenState, 'checkpoint' | 'tree'>, fileName: string, t: Translate): AuditView {
  const { checkpoint } = shown;
  const { imports, weightsOnly } = checkpoint;
  const index = rowIndex(shown);
  return {
    loads: weightsOnly.loads,
    verdict: auditVerdict(imports, weightsOnly, t),
    sentence: auditSentence(imports, t),
    blockers: weightsOnly.blockers.map((blocker) => ({
      text: blockerText(blocker, t),
      rows: rowsOf(blocker.paths, index),
    })),
    imports: imports.map((used) => importView(used, index, t)),
    python: safeGlobalsPython(checkpoint, fileName),
  };
}

function importView(used: Import, index: RowIndex, t: Translate): AuditImport {
  return {
    name: used.name,
    verdict: used.verdict,
    reason: importReason(used, t),
    section: used.section,
    uses: used.uses,
    rows: rowsOf(used.paths, index),
    neededBy: neededBy(used, index.checkpoint.summary.tensors, t),
  };
}

function rowsOf(paths: readonly Path[], index: RowIndex): number[] {
  return paths
    .slice(0, 20)
    .map((path) => index.rowAt(path))
    .filter((row) => row !== undefined);
}
