import type { Measured } from './measure';

/** What a row has to reach. */
export interface Mark {
  /** As it stands in the table: `11.2× torch mmap`. */
  readonly text: string;
  readonly value: number;
  readonly limit: number;
  readonly direction: 'at least' | 'at most';
}

export interface Row {
  readonly work: string;
  readonly ours: string;
  readonly peers: readonly string[];
  readonly marks: readonly Mark[];
}

export function reached({ value, limit, direction }: Mark): boolean {
  return direction === 'at least' ? value >= limit : value <= limit;
}

/** How many times as long the peer takes. */
export function faster(peer: string, theirs: number, ours: number, limit: number): Mark {
  const value = theirs / ours;
  return { text: `${value.toFixed(1)}× ${peer} (≥ ${limit}×)`, value, limit, direction: 'at least' };
}

export function atMost(text: string, value: number, limit: number, unit: string): Mark {
  return { text: `${text} (≤ ${limit}${unit})`, value, limit, direction: 'at most' };
}

export const seconds = (value: number): string => `${value.toFixed(value < 1 ? 3 : 2)} s`;
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

export function process({ seconds: elapsed, peakBytes, readBytes }: Measured, bare: Measured): string {
  return `${seconds(elapsed)}, ${megabytes(peakBytes)}, reads ${megabytes(Math.max(0, readBytes - bare.readBytes))}`;
}

export function markdown(rows: readonly Row[]): string {
  const lines = rows.map(({ work, ours, peers, marks }) => {
    const results = marks.map((mark) => `${reached(mark) ? '✓' : '✗'} ${mark.text}`);
    return `| ${work} | ${ours} | ${peers.join('<br>')} | ${results.join('<br>')} |`;
  });
  return ['| work | this program | peers | reached |', '|---|---|---|---|', ...lines].join('\n');
}
