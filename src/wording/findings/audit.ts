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
  'frame-crossing': (facts, t) =>
    facts.entry === ''
      ? t(
          'An opcode of the pickle stands across the end of its frame. Python reads that in more than one way; pickle.load may import other names than those listed.',
        )
      : t(
          'An opcode of the pickle “{0}” stands across the end of its frame. Python reads that in more than one way; pickle.load may import other names than those listed.',
          facts.entry,
        ),
  'hidden-pickle': (facts, t) =>
    t('“{0}” holds a pickle where none is expected. Its imports are listed too.', facts.entry),
  'broken-pickle': (facts, t) =>
    t('The pickle in “{0}” breaks off. What it imports before that is listed.', facts.entry),
  'unscanned-record': (facts, t) => t('“{0}” was not looked into for imports ({1}).', facts.entry, facts.text(0)),
};
