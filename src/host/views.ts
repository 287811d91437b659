import type { Checkpoint } from '../core/checkpoint/checkpoint';
import type { SummaryView } from '../protocol/messages';
import { findingText } from '../wording/findings';
import type { Translate } from '../wording/translate';

/** The summary line while only the name and perhaps the size are known. */
export function emptySummary(fileName: string, fileBytes: number): SummaryView {
  return {
    fileName,
    container: 'unknown',
    kind: null,
    wrapper: null,
    fileBytes,
    counts: null,
    imports: { unknown: 0, dangerous: 0 },
    findings: [],
  };
}

export function summaryView(checkpoint: Checkpoint, fileName: string, t: Translate): SummaryView {
  const { summary, imports } = checkpoint;
  const verdicts = (verdict: 'unknown' | 'dangerous'): number =>
    new Set(imports.filter((used) => used.verdict === verdict).map((used) => used.name)).size;
  return {
    fileName,
    container: checkpoint.container.kind,
    kind: checkpoint.kind,
    wrapper: checkpoint.wrapper,
    fileBytes: checkpoint.source.size,
    counts: {
      tensors: summary.tensors,
      entries: checkpoint.entries.length,
      parameters: summary.parameters,
      tensorBytes: summary.tensorBytes,
      storageBytes: summary.storageBytes,
    },
    imports: { unknown: verdicts('unknown'), dangerous: verdicts('dangerous') },
    findings: checkpoint.findings.map((finding) => ({
      severity: finding.severity,
      code: finding.code,
      message: findingText(finding, t),
    })),
  };
}
