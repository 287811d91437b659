import type { ForeignFile } from '../core/container/foreign';
import { formatExact } from './format';
import type { Translate } from './translate';

export type Foreign<Kind extends ForeignFile['kind']> = Extract<ForeignFile, { kind: Kind }>;

/** A fact about a file that cannot be opened. */
export interface ForeignFact {
  readonly label: string;
  readonly value: string;
}

/** What a file is that is no checkpoint, in words. */
export interface ForeignText {
  /** `Git LFS pointer`: what it is, in two or three words. */
  readonly what: string;
  /** A heading, without a full stop. */
  readonly title: string;
  /** What is the case. */
  readonly sentence: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly facts: readonly ForeignFact[];
}

export function recordFacts(names: readonly string[], t: Translate): ForeignFact[] {
  return [{ label: t('Records'), value: recordList(names, t) }];
}

/** `12: data/0, data/1, data/2, …` */
export function recordList(names: readonly string[], t: Translate): string {
  if (names.length === 0) {
    return t('none');
  }
  const shown = names.slice(0, 3).join(', ');
  return `${formatExact(names.length)}: ${shown}${names.length > 3 ? ', …' : ''}`;
}
