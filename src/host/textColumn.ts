import type { TensorEntry } from '../core/checkpoint/checkpoint';
import type { HiddenColumn, TextColumn } from '../protocol/messages';
import { formatExact, formatTuple } from '../wording/format';
import type { OpenState } from './document';

/** A column of the tree that is hidden at first, for every row. */
export function textColumn(
  { checkpoint, tree }: Pick<OpenState, 'checkpoint' | 'tree'>,
  name: HiddenColumn,
): TextColumn {
  const cells = new Uint32Array(tree.count);
  const strings = [''];
  const indexOf = new Map([['', 0]]);
  for (let row = 0; row < tree.count; row++) {
    const entry = checkpoint.entries[tree.entry[row] ?? -1];
    const text = entry?.kind === 'tensor' ? cellText(entry, name) : '';
    let index = indexOf.get(text);
    if (index === undefined) {
      index = strings.push(text) - 1;
      indexOf.set(text, index);
    }
    cells[row] = index;
  }
  return { cells, strings };
}

function cellText(entry: TensorEntry, name: HiddenColumn): string {
  switch (name) {
    case 'stride':
      return entry.stride === null ? '' : formatTuple(entry.stride);
    case 'offset':
      return entry.offset === null ? '' : formatExact(entry.offset);
    case 'record':
      return entry.storage?.record?.name ?? '';
  }
}
