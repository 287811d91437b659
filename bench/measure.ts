import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a whole process took; medians over the runs. */
export interface Measured {
  readonly seconds: number;
  /** Peak resident memory. */
  readonly peakBytes: number;
  /** Bytes that it asked the system to read, its own program files included. */
  readonly readBytes: number;
  /** Exit status of the last run. */
  readonly status: number;
}

export const runs = 5;

/** Runs commands side by side, round by round, after one round that warms the caches. */
export function measure(root: string, commands: readonly (readonly string[])[]): Measured[] {
  const answer: unknown = runJson('python3', [join(root, 'bench', 'measure.py')], JSON.stringify({ commands, runs }));
  if (!Array.isArray(answer)) {
    throw new TypeError('measure.py gave no list');
  }
  return answer.map((row: Record<string, unknown>) => ({
    seconds: median(numbers(row, 'seconds')),
    peakBytes: median(numbers(row, 'peakBytes')),
    readBytes: median(numbers(row, 'readBytes')),
    status: Number(row['status']),
  }));
}

/** What a program prints, as JSON. */
export function runJson(program: string, args: readonly string[], input = ''): unknown {
  const run = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (run.status !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${run.status ?? run.error?.message ?? run.signal}`);
  }
  return JSON.parse(run.stdout);
}

/** @throws Error when the program fails. */
export function runQuietly(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${status ?? error?.message}`);
  }
}

/** The numbers of one field of an answer. */
export function numbers(answer: unknown, field: string): number[] {
  const list: unknown =
    typeof answer === 'object' && answer !== null ? Object.entries(answer).find(([key]) => key === field)?.[1] : null;
  if (!Array.isArray(list) || !list.every((value) => typeof value === 'number')) {
    throw new TypeError(`no numbers in ${field}`);
  }
  return list;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
