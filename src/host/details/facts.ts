import type { DetailsFact, DetailsSection } from '../../protocol/messages';
import { formatBytes, formatSize } from '../../wording/format';
import type { RowIndex } from '../rowPaths';
import type { Translate } from '../../wording/translate';

/** What the sections of the details are made from. */
export interface DetailsContext {
  readonly index: RowIndex;
  readonly t: Translate;
}

/** Rows that one label links to; beyond that only their number is said. */
export const mostLinks = 50;

/** undefined for a section without facts: it is not shown. */
export function section(
  id: DetailsSection['id'],
  title: string,
  facts: readonly (DetailsFact | undefined)[],
): DetailsSection | undefined {
  const present = facts.filter((fact) => fact !== undefined);
  return present.length === 0 ? undefined : { id, title, facts: present };
}

/** `97.8 MB (102,540,417 bytes)`; the exact number only where it says more. */
export function sizeFact(label: string, bytes: number, { t }: DetailsContext): DetailsFact {
  return { label, value: formatSize(bytes), ...(bytes < 1_024 ? {} : { secondary: `(${formatBytes(bytes, t)})` }) };
}

/** One fact for each row, whose value is the row's key and links to it; only the first one has the label. */
export function linkFacts(label: string, rows: readonly number[], { index, t }: DetailsContext): DetailsFact[] {
  const facts: DetailsFact[] = rows
    .slice(0, mostLinks)
    .map((row, at) => ({ label: at === 0 ? label : '', value: index.key(row), rows: [row] }));
  const left = rows.length - facts.length;
  return left > 0 ? [...facts, { label: '', value: t('and {0} more', left) }] : facts;
}
