import type { MatchForm } from '../../protocol/match';

/**
 * Whether a form names the target that is there, whatever state dict is matched with it: but an error text speaks of one.
 * '' is the file's own.
 */
export function isSameForm(known: MatchForm, { kind, text, classes, branch, targetBranch }: MatchForm): boolean {
  return (
    kind === known.kind &&
    text === known.text &&
    classes === known.classes &&
    (kind !== 'text' || branch === '' || branch === known.branch) &&
    (targetBranch === '' || targetBranch === known.targetBranch)
  );
}
