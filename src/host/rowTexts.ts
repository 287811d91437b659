import type { HostMethods } from '../protocol/messages';
import type { OpenState } from './document';
import { rowIndex, type RowIndex } from './rowPaths';

export type CopyForm = Parameters<HostMethods['copy']>[0];

/** What is copied for each row, in the order of the file. */
export function rowTexts(
  shown: Pick<OpenState, 'checkpoint' | 'tree'>,
  form: CopyForm,
  rows: readonly number[],
): string[] {
  const index = rowIndex(shown);
  return [...rows]
    .filter((row) => row < shown.tree.count)
    .sort((a, b) => a - b)
    .map((row) => rowText(index, form, row));
}

function rowText(index: RowIndex, form: CopyForm, row: number): string {
  switch (form) {
    case 'key':
      return index.key(row);
    case 'python':
      return index.python(row);
    case 'path':
      return pathText(index, row);
    case 'row':
      return columns(index, row).join('\t');
  }
}

/** As the command line takes it: a path, or the glob of a group that only dotted keys make. */
function pathText(index: RowIndex, row: number): string {
  const { path, prefix } = index.path(row);
  return prefix === null ? JSON.stringify(path) : `${index.key(row)}.*`;
}

function columns(index: RowIndex, row: number): string[] {
  const { tree } = index;
  const text = (column: Uint32Array): string => tree.strings[column[row] ?? 0] ?? '';
  return [index.key(row), text(tree.shape), text(tree.dtype), text(tree.device), String(tree.bytes[row] ?? 0)];
}
