import type { HiddenColumn } from '../../../src/protocol/messages';
import type { ChangeIndex } from './changeIndex';

export type ColumnId = 'key' | 'shape' | 'dtype' | 'device' | 'size' | 'elements' | HiddenColumn | ToolColumn;
/** A column that a tool adds as long as it is open. */
export type ToolColumn = 'match';

/** A column beside the key. */
export interface Column {
  readonly id: DataColumnId | ToolColumn;
  /** In pixels; the key column takes what is left. */
  readonly width: number;
  readonly numeric: boolean;
}

export const smallestKeyWidth = 160;
export const smallestColumnWidth = 44;
const largestColumnWidth = 600;

interface ColumnDefault {
  readonly width: number;
  readonly numeric: boolean;
  /** Dropped when the tree is narrower than this; by ui.md. */
  readonly dropsBelow: number;
  readonly hidden: boolean;
}

/** In the order shown. */
const defaults: Readonly<Record<Exclude<ColumnId, 'key' | ToolColumn>, ColumnDefault>> = {
  shape: { width: 152, numeric: false, dropsBelow: 320, hidden: false },
  dtype: { width: 92, numeric: false, dropsBelow: 560, hidden: false },
  device: { width: 68, numeric: false, dropsBelow: 641, hidden: false },
  elements: { width: 92, numeric: true, dropsBelow: 641, hidden: true },
  stride: { width: 120, numeric: false, dropsBelow: 641, hidden: true },
  offset: { width: 92, numeric: true, dropsBelow: 641, hidden: true },
  record: { width: 132, numeric: false, dropsBelow: 641, hidden: true },
  size: { width: 80, numeric: true, dropsBelow: 430, hidden: false },
};

export type DataColumnId = keyof typeof defaults;
export const dataColumns: readonly DataColumnId[] = [
  'shape',
  'dtype',
  'device',
  'elements',
  'stride',
  'offset',
  'record',
  'size',
];

/** What the person has chosen: widths dragged, and columns whose showing differs from the default. */
export interface ColumnChoice {
  readonly widths: Readonly<Record<string, number>>;
  readonly hidden: readonly string[];
}

/** State of a fresh panel. */
export const defaultHidden: readonly string[] = dataColumns.filter((id) => defaults[id].hidden);

export function isDataColumn(id: string): id is DataColumnId {
  return Object.hasOwn(defaults, id);
}

export function clampWidth(width: number): number {
  return Math.round(Math.min(Math.max(width, smallestColumnWidth), largestColumnWidth));
}

/** Room for `old → new`, where the key can spare it. */
const changedWidths: Readonly<Partial<Record<DataColumnId, number>>> = { shape: 180, dtype: 144, device: 128 };
const smallestTreeWithRoom = 800;

const toolColumnWidth = 108;

/** Columns that stand beside the key in a tree of this width, in pixels. That of a tool never drops out. */
export function columnsFor(
  treeWidth: number,
  choice: ColumnChoice,
  changes: ChangeIndex | null = null,
  tool: ToolColumn | null = null,
): readonly Column[] {
  if (tool === null) {
    return fileColumns(treeWidth, choice, changes);
  }
  const width = clampWidth(choice.widths[tool] ?? toolColumnWidth);
  return [...fileColumns(treeWidth - width, choice, changes), { id: tool, width, numeric: false }];
}

function fileColumns(treeWidth: number, choice: ColumnChoice, changes: ChangeIndex | null): readonly Column[] {
  return dataColumns
    .filter((id) => !choice.hidden.includes(id) && treeWidth >= defaults[id].dropsBelow)
    .map((id) => ({
      id,
      width: clampWidth(choice.widths[id] ?? widened(id, treeWidth, changes) ?? narrowed(id, treeWidth)),
      numeric: defaults[id].numeric,
    }));
}

function widened(id: DataColumnId, treeWidth: number, changes: ChangeIndex | null): number | undefined {
  const changed = id === 'shape' || id === 'dtype' || id === 'device' ? changes?.hasOld(id) : false;
  return changed === true && treeWidth >= smallestTreeWithRoom ? changedWidths[id] : undefined;
}

/** Where Device has dropped out the others are narrower, so that the key keeps its room. */
function narrowed(id: DataColumnId, treeWidth: number): number {
  if (treeWidth >= defaults.device.dropsBelow) {
    return defaults[id].width;
  }
  switch (id) {
    case 'shape':
      return treeWidth < defaults.dtype.dropsBelow ? 104 : 136;
    case 'dtype':
      return 84;
    case 'size':
      return 78;
    default:
      return defaults[id].width;
  }
}

/** Value of `grid-template-columns`. */
export function gridTemplate(columns: readonly Column[]): string {
  const smallest = columns.length < 4 ? 'minmax(0, 1fr)' : `minmax(${smallestKeyWidth}px, 1fr)`;
  return [smallest, ...columns.map((column) => `${column.width}px`)].join(' ');
}
