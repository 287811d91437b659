import { median, numbers, runJson, runs } from '../measure';
import { atMost, seconds, type Row } from '../table';
import type { Tools } from '../tools';

export function pickleRows({ node, python, data, bundle, script }: Tools): Row[] {
  const file = data('many.pkl');
  const ours = runJson(node, ['--expose-gc', bundle('ours/pickle.mjs'), file, String(runs)]);
  const theirs = runJson(python, [script('unpickle.py'), file, String(runs)]);
  const elapsed = median(numbers(ours, 'seconds'));
  const collected = median(numbers(theirs, 'collected'));
  const uncollected = median(numbers(theirs, 'uncollected'));
  const heap = heapPerTensor(ours);
  return [
    {
      work: 'that pickle alone, in process',
      ours: `${seconds(elapsed)}, ${Math.round(heap)} bytes of heap a tensor`,
      peers: [
        `CPython's C unpickler with stubs ${seconds(collected)}, its garbage collector off ${seconds(uncollected)}`,
      ],
      marks: [
        atMost(`${(elapsed / collected).toFixed(2)}× CPython`, elapsed / collected, 0.35, '×'),
        atMost(`${Math.round(heap)} bytes a tensor`, heap, 1024, ''),
      ],
    },
  ];
}

function heapPerTensor(answer: unknown): number {
  if (
    typeof answer === 'object' &&
    answer !== null &&
    'heapPerTensor' in answer &&
    typeof answer.heapPerTensor === 'number'
  ) {
    return answer.heapPerTensor;
  }
  throw new TypeError('no heapPerTensor');
}
