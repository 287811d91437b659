import { openFile } from '../../src/core/bytes/fileSource';
import { openCheckpoint } from '../../src/core/checkpoint/open';
import { buildTree } from '../../src/core/tree/buildTree';
import { TreeIndex } from '../../webview/editor/model/treeIndex';
import { TreeView } from '../../webview/editor/model/treeView';

/** What people type: parts of names, layers, globs, and what matches nothing. */
const typed = [
  'weight',
  'layers.12',
  'q_proj.bias',
  'model.layers.8332.mlp',
  '*.weight',
  'model.*.bias',
  'nothing like it',
];

/**
 * Usage: node filter.mjs FILE. Types each text sign by sign into the filter, as the webview does, and deletes it again.
 * Prints the milliseconds of every keystroke: matching all keys, counting the facets, and the rows that are then visible.
 */
const source = await openFile(process.argv[2] ?? '');
const view = new TreeView(new TreeIndex(buildTree(await openCheckpoint(source))));
await source.close();
const milliseconds: number[] = [];
for (const text of typed) {
  const prefixes = Array.from(text, (_, index) => text.slice(0, index + 1));
  for (const prefix of [...prefixes, ...prefixes.toReversed()]) {
    const started = performance.now();
    view.setQuery({ text: prefix, regex: false, matchCase: false });
    milliseconds.push(performance.now() - started);
  }
}
console.log(JSON.stringify({ milliseconds, keys: view.index.entryCount }));
