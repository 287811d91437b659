import type { Checkpoint, Import, Path } from '../core/checkpoint/checkpoint';
import { stringLiteral } from '../core/checkpoint/pythonText';
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
    python: allowingPython(checkpoint, fileName),
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

const dottedName = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/;

/** null where allowing the names would not be enough, or is nothing to propose: a dangerous one is among them. */
function allowingPython({ imports, weightsOnly }: Checkpoint, fileName: string): string | null {
  const names = [...new Set(weightsOnly.blockers.map((blocker) => blocker.name))];
  const enough = weightsOnly.blockers.every((blocker) => blocker.reason === 'global');
  const dangerous = imports.some((used) => used.verdict === 'dangerous');
  // A name comes out of the file, and is code here: only one that can be nothing but a name is written.
  if (names.length === 0 || !enough || dangerous || !names.every((name) => dottedName.test(name))) {
    return null;
  }
  const modules = names.map((name) => name.slice(0, name.lastIndexOf('.')));
  return [
    `import ${[...new Set([...modules, 'torch'])].sort().join(', ')}`,
    '',
    `torch.serialization.add_safe_globals([${names.join(', ')}])`,
    `ckpt = torch.load(${stringLiteral(fileName)}, weights_only=True)`,
  ].join('\n');
}
