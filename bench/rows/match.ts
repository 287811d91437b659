import { median, numbers, quantile, runJson } from '../measure';
import { atMost, type Row } from '../table';
import type { Tools } from '../tools';

/** Milliseconds of one frame at 60 Hz. */
const frame = 16;
const second = 1_000;

export function matchRows({ node, bundle }: Tools): Row[] {
  const result = runJson(node, [bundle('ours/match.mjs')]);
  const small = numbers(result, 'match');
  const slow = quantile(small, 0.95);
  return [
    {
      work: 'match 1,000 keys against 1,000',
      ours: `median ${median(small).toFixed(1)} ms, p95 ${slow.toFixed(1)} ms`,
      peers: ['–'],
      marks: [atMost(`p95 ${slow.toFixed(1)} ms`, slow, frame, ' ms')],
    },
    ...[
      ['prefix', 'a prefix'],
      ['order', 'names by order and shape'],
    ].map(([name = '', what = '']): Row => {
      const time = median(numbers(result, name));
      return {
        work: `match 100,000 keys against 100,000 and propose ${what}`,
        ours: `${(time / second).toFixed(2)} s`,
        peers: ['–'],
        marks: [atMost(`${(time / second).toFixed(2)} s`, time / second, 1, ' s')],
      };
    }),
  ];
}
