import type { MatchResult } from '../../core/match/match';
import { formatExact, formatPercent, formatShape } from '../../wording/format';
import { proposalReasonText, proposalText } from '../../wording/match';
import type { Translate } from '../../wording/translate';
import type { ComputedMatch } from './computedMatch';

/** The match as text, for a note or an issue: what loads, then what does not, key by key. */
export function reportText({ result, proposals }: ComputedMatch, t: Translate): string {
  const { target, matched, coverage } = result;
  const head = [
    target.name,
    t('{0} of {1} keys load', formatExact(matched.length), formatExact(target.keys.length)),
    `${t('Coverage')} ${formatPercent(coverage)}`,
  ];
  const proposed = proposals.map(
    ({ proposal }) => `${proposalText(proposal, t)}\t${proposalReasonText(proposal.reason, t)}`,
  );
  return [
    ...head,
    ...part(t('Proposed names'), proposed),
    ...part(t('Other shape'), mismatchLines(result)),
    ...part(
      t('Missing in the file'),
      result.missing.map(({ key, shape }) => `${key}\t${shapeOf(shape)}`),
    ),
    ...part(
      t('Not in the model'),
      result.unexpected.map(({ key, shape }) => `${key}\t${shapeOf(shape)}`),
    ),
  ].join('\n');
}

function part(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title} (${formatExact(lines.length)})`, ...lines];
}

function mismatchLines({ mismatched }: MatchResult): readonly string[] {
  return mismatched.map(({ source, target }) => `${target.key}\t${shapeOf(source.shape)} → ${shapeOf(target.shape)}`);
}

function shapeOf(shape: readonly number[] | null): string {
  return shape === null ? '?' : formatShape(shape);
}
