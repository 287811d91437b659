import type { AuditFindingCode } from '../../core/audit/codes';
import type { Sentences } from './facts';

/** What the import audit found beside imports. */
export const auditSentences: Sentences<AuditFindingCode> = {
  'pickle-extension': (facts, t) =>
    t(
      'The pickle “{0}” names objects by number (copyreg extension). What they are depends on the Python that loads it.',
      facts.entry,
    ),
  'pickle-after-stop': (facts, t) =>
    t('Another pickle follows the end of the one in “{0}”. Its imports are listed too.', facts.entry),
  'hidden-pickle': (facts, t) =>
    t('“{0}” holds a pickle where none is expected. Its imports are listed too.', facts.entry),
  'broken-pickle': (facts, t) =>
    t('The pickle in “{0}” breaks off. What it imports before that is listed.', facts.entry),
  'unscanned-record': (facts, t) => t('“{0}” was not looked into for imports ({1}).', facts.entry, facts.text(0)),
};
