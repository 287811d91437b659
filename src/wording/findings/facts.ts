import type { Finding } from '../../core/findings';
import { formatExact, formatSize } from '../format';
import type { Translate } from '../translate';

/** The numbers and names of a finding, as they stand in a sentence. */
export class Facts {
  constructor(private readonly finding: Finding) {}

  /** The record, key or name that is concerned. */
  get entry(): string {
    return this.finding.entry ?? '';
  }

  text(index: number): string {
    return String(this.finding.args?.[index] ?? '');
  }

  count(index: number): string {
    return formatExact(this.number(index));
  }

  size(index: number): string {
    return formatSize(this.number(index));
  }

  number(index: number): number {
    return Number(this.finding.args?.[index] ?? 0);
  }
}

/** By code. */
export type Sentences<Code extends string = string> = Readonly<Record<Code, (facts: Facts, t: Translate) => string>>;
