import { measure } from '../measure';
import { faster, seconds, type Row } from '../table';
import type { Tools } from '../tools';

const works = [
  { file: 'resnet101.pth', title: 'import audit, resnet101', limit: 1 },
  { file: 'many.pt', title: 'import audit, 100,000 tensors', limit: 10 },
];

export function auditRows({ root, node, picklescan, data, bundle }: Tools): Row[] {
  return works.map(({ file, title, limit }) => {
    const [ours, theirs] = measure(root, [
      [node, bundle('ours/audit.mjs'), data(file)],
      [picklescan, '--path', data(file)],
    ]);
    if (!ours || !theirs) {
      throw new Error('a command was not measured');
    }
    // 0: nothing found, 1: something found, 2: it could not scan the file.
    const failed = theirs.status > 1 ? ', then an error' : '';
    return {
      work: title,
      ours: seconds(ours.seconds),
      peers: [`picklescan ${seconds(theirs.seconds)}${failed}`],
      marks: [faster('picklescan', theirs.seconds, ours.seconds, limit)],
    };
  });
}
