import { readFileSync } from 'node:fs';
import { memorySource } from '../../src/core/bytes/memorySource';
import { readPickle } from '../../src/core/pickle/reader';

/** Usage: node --expose-gc pickle.mjs FILE RUNS. Prints the seconds of each run, and the heap that one graph holds. */
const [file = '', runs = '5'] = process.argv.slice(2);
const source = memorySource(readFileSync(file));
const seconds: number[] = [];

async function run(): Promise<{ seconds: number; heapBytes: number; tensors: number }> {
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  const started = performance.now();
  const graph = await readPickle(source, 0);
  const elapsed = (performance.now() - started) / 1000;
  globalThis.gc?.();
  const heapBytes = process.memoryUsage().heapUsed - heapBefore;
  return { seconds: elapsed, heapBytes, tensors: graph.persistents.length };
}

// As with its peer, the first run warms up.
let last = await run();
for (let count = 0; count < Number(runs); count++) {
  last = await run();
  seconds.push(last.seconds);
}
console.log(JSON.stringify({ seconds, heapPerTensor: last.heapBytes / last.tensors }));
