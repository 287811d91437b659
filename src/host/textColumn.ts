import type { TensorEntry } from '../core/checkpoint/checkpoint';
import type { HiddenColumn, TextColumn } from '../protocol/messages';
import { formatExact, formatTuple } from '../wording/format';
import type { OpenState } from './document';
import { rowIndex } from './rowPaths';

/** A column of the tree that is hidden at first, for every row. */
export function textColumn(shown: Pick<OpenState, 'checkpoint' | 'tree'>, name: HiddenColumn): TextColumn {
  const { tree } = shown;
  const index = rowIndex(shown);
  const cells = new Uint32Array(tree.count);
  const strings = [''];
  const indexOf = new Map([['', 0]]);
  for (let row = 0; row < tree.count; row++) {
    const entry = index.entry(row);
    const text = entry?.kind === 'tensor' ? cellText(entry, name) : '';
    let at = indexOf.get(text);
    if (at === undefined) {
      at = strings.push(text) - 1;
      indexOf.set(text, at);
    }
    cells[row] = at;
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
