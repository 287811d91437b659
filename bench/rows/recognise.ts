import { join } from 'node:path';
import { median, numbers, quantile, runJson } from '../measure';
import { atMost, type Row } from '../table';
import type { Tools } from '../tools';

const milliseconds = 50;
const names = ['resnet50', 'vgg16', 'efficientnet_v2_l', 'vit_b_16', 'fasterrcnn_resnet50_fpn'];

export function recogniseRows({ node, root, bundle }: Tools): Row[] {
  const catalogue = join(root, 'src', 'core', 'catalogue', 'catalogue.json');
  const runs = names.map((name) => runJson(node, [bundle('ours/recognise.mjs'), catalogue, name]));
  const first = median(runs.flatMap((run) => numbers(run, 'first')));
  const slow = quantile(
    runs.flatMap((run) => numbers(run, 'each')),
    0.95,
  );
  return [
    {
      work: 'recognise an architecture among all 121',
      ours: `first ${first.toFixed(0)} ms with reading the catalogue, then p95 ${slow.toFixed(1)} ms`,
      peers: ['–'],
      marks: [atMost(`${first.toFixed(0)} ms`, first, milliseconds, ' ms')],
    },
  ];
}
