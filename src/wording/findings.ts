import type { Finding } from '../core/findings';
import { auditSentences } from './findings/audit';
import { checkpointSentences } from './findings/checkpoint';
import { containerSentences } from './findings/container';
import { Facts, type Sentences } from './findings/facts';
import { zipSentences } from './findings/zip';
import type { Translate } from './translate';

const sentences: ReadonlyMap<string, Sentences[string]> = new Map(
  [zipSentences, containerSentences, checkpointSentences, auditSentences].flatMap((table) => Object.entries(table)),
);

/** Every code that has words, for the tests and the documentation. */
export const knownFindings: readonly string[] = [...sentences.keys()];

/** What a finding says, in one or two sentences. A code without words stands for itself. */
export function findingText(finding: Finding, t: Translate): string {
  const sentence = sentences.get(finding.code);
  if (sentence !== undefined) {
    return sentence(new Facts(finding), t);
  }
  return finding.entry === undefined ? finding.code : `${finding.code}: ${finding.entry}`;
}
