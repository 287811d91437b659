import type { MatchResult, Proposal } from '../core/match/match';
import { formatCount, formatExact, formatPercent, formatShape } from '../wording/format';
import { confidenceText, proposalReasonText, proposalText } from '../wording/match';
import { english } from '../wording/translate';
import { chunked } from './chunks';
import type { MatchRequest } from './match';
import { visible } from './visible';

export interface Matching {
  readonly result: MatchResult;
  /** A prefix that would make more load. */
  readonly prefix: Proposal | null;
  readonly proposals: readonly Proposal[];
  readonly applied: ReadonlySet<Proposal>;
  readonly request: MatchRequest;
}

/** The document of `match --json` (docs/command-line.md), in pieces. */
export function* matchJson({ result, prefix, proposals, applied, request }: Matching): Iterable<string> {
  const { matched, mismatched, missing, unexpected, coverage } = result;
  const head = {
    schema: 1,
    source: request.file,
    target: request.target,
    prefix: prefix === null ? null : { strip: prefix.from, add: prefix.to },
    proposals: proposals.map((proposal) => ({
      kind: proposal.kind,
      from: proposal.from,
      to: proposal.to,
      confidence: proposal.confidence,
      keys: proposal.renames.length,
      applied: applied.has(proposal),
    })),
    summary: {
      matched: matched.length,
      missing: missing.length,
      unexpected: unexpected.length,
      mismatched: mismatched.length,
      coverage,
    },
    matched: matched.map(({ source, target }) => ({ source: source.key, target: target.key })),
    missing: missing.map(({ key }) => key),
    unexpected: unexpected.map(({ key }) => key),
    mismatched: mismatched.map(({ source, target }) => ({
      key: target.key,
      source: source.shape,
      target: target.shape,
    })),
  };
  yield `${JSON.stringify(head, null, 2)}\n`;
}

/** What loads in a line, proposals, and the keys that do not match, each on a line. */
export function* matchText({ result, proposals, applied }: Matching): Iterable<string> {
  const { matched, mismatched, missing, unexpected, parameters, target, coverage } = result;
  const loads =
    coverage === 0 ? 'Nothing loads' : `${formatExact(matched.length)} of ${formatExact(target.keys.length)} keys load`;
  // An error text tells no shape of what is missing: keys are counted then.
  const share =
    parameters.target === 0
      ? ''
      : ` · ${formatCount(parameters.loads)} of ${formatCount(parameters.target)} parameters`;
  yield `${loads}${share} · coverage ${formatPercent(coverage)}\n`;
  for (const proposal of proposals) {
    const what = visible(proposalText(proposal, english));
    const state = applied.has(proposal) ? 'applied' : confidenceText(proposal.confidence, english);
    yield `${what} (${state}): ${visible(proposalReasonText(proposal.reason, english))}\n`;
  }
  yield* section(
    'Other shape',
    mismatched.map(
      ({ source, target: key }) => `${key.key}  ${shapeText(source.shape)} here, ${shapeText(key.shape)} there`,
    ),
  );
  yield* section(
    'Missing in the file',
    missing.map(({ key, shape }) => (shape === null ? key : `${key}  ${shapeText(shape)}`)),
  );
  yield* section(
    'Not in the model',
    unexpected.map(({ key, shape }) => `${key}  ${shapeText(shape)}`),
  );
}

function* section(title: string, lines: readonly string[]): Iterable<string> {
  if (lines.length > 0) {
    yield `\n${title} (${formatExact(lines.length)})\n`;
    yield* chunked(lines.map((line) => `  ${visible(line)}\n`));
  }
}

function shapeText(shape: readonly number[] | null): string {
  return shape === null ? 'no tensor' : formatShape(shape);
}
