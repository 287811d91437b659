/** Something worth saying about a file that could be opened. Prose is made in `src/wording/findings.ts`. */
export interface Finding {
  readonly severity: 'info' | 'warning' | 'error';
  /** Documented, stable, never reused. */
  readonly code: string;
  /** Byte offset in the file, where it is known. */
  readonly offset?: number;
  /** Record, key or name that is concerned. */
  readonly entry?: string;
  /** Numbers and names for the sentence, by position: `{0}`, `{1}` … */
  readonly args?: readonly (string | number)[];
}
