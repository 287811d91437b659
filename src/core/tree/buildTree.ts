import type { Checkpoint } from '../checkpoint/checkpoint';
import { describeTree, type Descriptions, type DescriptionText, symbolText } from '../checkpoint/layers';
import { isUnchanged, type StateChanges } from '../edit/changes';
import { changeColumns } from './changeColumns';
import { Columns } from './columns';
import { layOut, type Rows } from './layOut';
import { sharedViews } from './sharedViews';
import { shownOf } from './shown';
import type { StringTable } from './texts';
import type { TreeColumns } from './treeColumns';
import { Trie } from './trie';

/** A row says what the outermost of the nodes that it stands for is. */
function descriptions(
  described: Descriptions,
  trie: Trie,
  rows: Rows,
  strings: StringTable,
  text: DescriptionText,
): Uint32Array {
  const found = new Uint32Array(rows.count);
  for (let row = 0; row < rows.count; row++) {
    const top = rows.top[row] ?? 0;
    for (let node = rows.node[row] ?? 0; node >= top; node = trie.parent[node] ?? -1) {
      const description = described[node];
      if (description !== undefined) {
        found[row] = strings.of(text(description));
      }
    }
  }
  return found;
}

/**
 * The rows of a checkpoint's tree, in file order. What is gone stands where it was, and counts in no sum of what is there.
 * @param text makes descriptions into text; without it they hold names and signs only, no words of any language.
 * @param changes what differs from the file; without it nothing does.
 */
export function buildTree(
  checkpoint: Checkpoint,
  text: DescriptionText = symbolText,
  changes: StateChanges | null = null,
): TreeColumns {
  const known = changes === null || isUnchanged(changes) ? null : changes;
  const shown = shownOf(checkpoint, known);
  const trie = new Trie(shown);
  const rows = layOut(trie, shown.branches);
  const columns = new Columns(shown, rows);
  columns.fill(trie);
  const labelLength = new Uint32Array(rows.count);
  for (let row = 0; row < rows.count; row++) {
    labelLength[row] = rows.labels[row]?.length ?? 0;
  }
  return {
    count: rows.count,
    labels: new TextEncoder().encode(rows.labels.join('')),
    labelLength,
    parent: rows.parent,
    end: columns.end,
    kind: columns.kind,
    flags: columns.flags,
    entry: columns.entry,
    branch: columns.branch,
    tensors: columns.tensors,
    elements: columns.elements,
    bytes: columns.bytes,
    shape: columns.shape,
    dtype: columns.dtype,
    device: columns.device,
    description: descriptions(describeTree(shown, trie, shown.aliases), trie, rows, columns.strings, text),
    changes: known === null ? null : changeColumns(known, rows, columns, shown.entryCount),
    strings: columns.strings.strings,
    shared: sharedViews(shown, columns.entry),
  };
}
