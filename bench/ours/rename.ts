import { openFile } from '../../src/core/bytes/fileSource';
import { openCheckpoint } from '../../src/core/checkpoint/open';
import { History } from '../../src/core/edit/history';
import { startState } from '../../src/core/edit/state';

/** Usage: node rename.mjs FILE PREFIX RUNS. Prints the milliseconds of stripping a prefix from every key, and of undoing it. */
const [file = '', prefix = '', runs = '5'] = process.argv.slice(2);
const source = await openFile(file);
const checkpoint = await openCheckpoint(source, { fileName: file });
const applied: number[] = [];
const undone: number[] = [];

// The first run warms up.
for (let count = 0; count <= Number(runs); count++) {
  const history = new History(startState(checkpoint));
  const started = performance.now();
  history.apply({ kind: 'stripPrefix', prefix });
  const between = performance.now();
  history.undo();
  const ended = performance.now();
  if (count > 0) {
    applied.push(between - started);
    undone.push(ended - between);
  }
}
await source.close();
console.log(JSON.stringify({ applied, undone }));
