import { measure } from '../measure';
import { atMost, faster, megabytes, process, type Mark, type Row } from '../table';
import type { Tools } from '../tools';

interface Work {
  readonly file: string;
  readonly title: string;
  readonly torch: number;
  readonly netron: number;
  readonly megabytes: number;
  /** Whether `torch.load` without mmap is measured too: it is another matter where the storages are large. */
  readonly unmapped: boolean;
}

const works: readonly Work[] = [
  {
    file: 'resnet101.pth',
    title: '`inspect --json`, 179 MB, resnet101, 626 tensors',
    torch: 10,
    netron: 2.5,
    megabytes: 90,
    unmapped: false,
  },
  { file: 'large.pt', title: 'the same, 2.1 GB, 400 tensors', torch: 10, netron: 7, megabytes: 90, unmapped: true },
  { file: 'many.pt', title: 'the same, 100,000 tensors', torch: 12, netron: 4, megabytes: 250, unmapped: false },
];

export function inspectRows(tools: Tools): Row[] {
  return works.map((work) => inspectRow(tools, work));
}

function inspectRow({ root, node, python, netron, data, bundle, script }: Tools, work: Work): Row {
  const file = data(work.file);
  const [ours, mapped, parser, bareNode, bareTorch, whole] = measure(root, [
    [node, bundle('cli.cjs'), 'inspect', '--json', file],
    [python, script('torch_load.py'), file, 'mmap'],
    [node, bundle('peers/netron.mjs'), netron, file],
    [node, '-e', '0'],
    [python, '-c', 'import torch'],
    ...(work.unmapped ? [[python, script('torch_load.py'), file]] : []),
  ]);
  if (!ours || !mapped || !parser || !bareNode || !bareTorch) {
    throw new Error('a command was not measured');
  }
  const marks: Mark[] = [
    faster('torch mmap', mapped.seconds, ours.seconds, work.torch),
    faster('Netron', parser.seconds, ours.seconds, work.netron),
    atMost(megabytes(ours.peakBytes), ours.peakBytes / 1e6, work.megabytes, ' MB'),
  ];
  return {
    work: work.title,
    ours: process(ours, bareNode),
    peers: [
      `\`torch.load(mmap=True)\` ${process(mapped, bareTorch)}`,
      ...(whole ? [`\`torch.load\` ${process(whole, bareTorch)}`] : []),
      `Netron's parser ${process(parser, bareNode)}`,
    ],
    marks,
  };
}
