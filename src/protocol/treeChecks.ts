import { RowChange, type SharedViews, type TreeChanges, type TreeColumns } from '../core/tree/treeColumns';
import { isArrayOf, isIndex, isRecord, isString, type Guard } from './guards';

type ColumnArray = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

const columnTypes = [
  ['labelLength', Uint32Array],
  ['parent', Int32Array],
  ['end', Uint32Array],
  ['kind', Uint8Array],
  ['flags', Uint16Array],
  ['entry', Int32Array],
  ['branch', Int32Array],
  ['tensors', Uint32Array],
  ['elements', Float64Array],
  ['bytes', Float64Array],
  ['shape', Uint32Array],
  ['dtype', Uint32Array],
  ['device', Uint32Array],
  ['description', Uint32Array],
] as const satisfies readonly (readonly [keyof TreeColumns, new () => ColumnArray])[];

/** Every column is there, of its type and of the same length; parents come before their children. */
export const isTreeColumns: Guard<TreeColumns> = (value): value is TreeColumns => {
  if (!isRecord(value) || !isIndex(value['count']) || !(value['labels'] instanceof Uint8Array)) {
    return false;
  }
  const count = value['count'];
  for (const [name, type] of columnTypes) {
    const column = value[name];
    if (!(column instanceof type) || column.length !== count) {
      return false;
    }
  }
  return (
    isArrayOf(isString)(value['strings']) &&
    isPreorder(value['parent'], value['end']) &&
    areViews(value['shared'], count) &&
    (value['changes'] === null || areChanges(value['changes'], count))
  );
};

const viewTypes = [
  ['row', Uint32Array],
  ['alias', Uint32Array],
  ['storage', Uint32Array],
  ['start', Float64Array],
  ['end', Float64Array],
] as const satisfies readonly (readonly [keyof SharedViews, new () => ColumnArray])[];

function areViews(value: unknown, count: number): boolean {
  if (!isRecord(value) || !(value['row'] instanceof Uint32Array) || !(value['alias'] instanceof Uint32Array)) {
    return false;
  }
  const [row, alias] = [value['row'], value['alias']];
  const isRow = (index: number): boolean => index < count;
  return (
    row.every(isRow) &&
    alias.every(isRow) &&
    viewTypes.every(([name, type]) => {
      const column = value[name];
      return column instanceof type && column.length === row.length;
    })
  );
}

const changeTexts = ['oldKey', 'oldShape', 'oldDtype', 'oldDevice'] as const satisfies readonly (keyof TreeChanges)[];

function areChanges(value: unknown, count: number): boolean {
  if (!isRecord(value) || !isIndex(value['removed'])) {
    return false;
  }
  const change = value['change'];
  return (
    change instanceof Uint8Array &&
    change.length === count &&
    change.every((kind) => kind in RowChange) &&
    changeTexts.every((name) => {
      const column = value[name];
      return column instanceof Uint32Array && column.length === count;
    })
  );
}

function isPreorder(parent: unknown, end: unknown): boolean {
  if (!(parent instanceof Int32Array) || !(end instanceof Uint32Array)) {
    return false;
  }
  return parent.every((above, row) => {
    const last = end[row] ?? 0;
    return above >= -1 && above < row && last > row && last <= (above < 0 ? parent.length : (end[above] ?? 0));
  });
}
