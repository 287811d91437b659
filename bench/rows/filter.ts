import { median, numbers, quantile, runJson } from '../measure';
import { atMost, type Row } from '../table';
import type { Tools } from '../tools';

/** Milliseconds of one frame at 60 Hz. */
const frame = 16;

export function filterRows({ node, data, bundle }: Tools): Row[] {
  const keystrokes = numbers(runJson(node, [bundle('ours/filter.mjs'), data('many.pt')]), 'milliseconds');
  const slow = quantile(keystrokes, 0.95);
  return [
    {
      work: 'filter 100,000 keys, per keystroke',
      ours: `median ${median(keystrokes).toFixed(1)} ms, p95 ${slow.toFixed(1)} ms`,
      peers: ['–'],
      marks: [atMost(`p95 ${slow.toFixed(1)} ms`, slow, frame, ' ms')],
    },
  ];
}
