import { elementsOfTensor } from '../checkpoint/aliases';
import type { Entry, Path, TensorEntry, ValueEntry } from '../checkpoint/checkpoint';
import { namedShape } from '../checkpoint/namedShape';
import { keyOf } from '../checkpoint/path';

export type ExportFormat = 'csv' | 'json' | 'markdown';

/** The format that a file name's suffix asks for; undefined for any other suffix. */
export function exportFormatOf(fileName: string): ExportFormat | undefined {
  switch (/\.[^./\\]*$/.exec(fileName)?.[0].toLowerCase()) {
    case '.csv':
      return 'csv';
    case '.json':
      return 'json';
    case '.md':
      return 'markdown';
    default:
      return undefined;
  }
}

/** One exported row. Absent facts are null: an empty cell in CSV and Markdown. */
interface Row {
  readonly key: string;
  readonly path: Path;
  readonly kind: 'tensor' | 'value';
  readonly shape: readonly (number | string)[] | null;
  /** Of a value: its Python type. */
  readonly dtype: string;
  readonly device: string | null;
  readonly elements: number | null;
  readonly bytes: number | null;
  readonly layout: string | null;
  readonly stride: readonly number[] | null;
  readonly offset: number | null;
  readonly requiresGrad: boolean | null;
  readonly role: string | null;
  readonly storage: string | null;
  /** Python literal of what is no tensor. */
  readonly value: string | null;
}

/** Columns of the two table formats; JSON has the path as well. */
const columns = [
  'key',
  'kind',
  'shape',
  'dtype',
  'device',
  'elements',
  'bytes',
  'layout',
  'stride',
  'offset',
  'requiresGrad',
  'role',
  'storage',
  'value',
] as const satisfies readonly (keyof Row)[];

/** Characters in one piece of output. */
const chunkLength = 64 << 10;

/**
 * The entries as a table, piece by piece, so that a file of any number of keys is exported in little memory.
 * What the file says is kept as it is: CSV is quoted by RFC 4180 and nothing is put before a key that a spreadsheet
 * might take for a formula.
 */
export function* exportRows(entries: Iterable<Entry>, format: ExportFormat): Generator<string> {
  let chunk = '';
  for (const line of lines(entries, format)) {
    chunk += line;
    if (chunk.length >= chunkLength) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') {
    yield chunk;
  }
}

function lines(entries: Iterable<Entry>, format: ExportFormat): Iterable<string> {
  switch (format) {
    case 'csv':
      return csvLines(entries);
    case 'json':
      return jsonLines(entries);
    case 'markdown':
      return markdownLines(entries);
  }
}

function* csvLines(entries: Iterable<Entry>): Generator<string> {
  yield `${columns.join(',')}\r\n`;
  for (const entry of entries) {
    yield `${cells(entry).map(csvCell).join(',')}\r\n`;
  }
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function* jsonLines(entries: Iterable<Entry>): Generator<string> {
  let separator = '[\n';
  for (const entry of entries) {
    yield `${separator}  ${JSON.stringify(rowOf(entry))}`;
    separator = ',\n';
  }
  yield separator === ',\n' ? '\n]\n' : '[]\n';
}

function* markdownLines(entries: Iterable<Entry>): Generator<string> {
  yield `| ${columns.join(' | ')} |\n|${' --- |'.repeat(columns.length)}\n`;
  for (const entry of entries) {
    yield `| ${cells(entry).map(markdownCell).join(' | ')} |\n`;
  }
}

/** A key may hold anything: it must neither end its cell nor become markup or a new line. */
function markdownCell(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~&!]/g, '\\$&').replace(/\r\n|[\r\n\u2028\u2029]/g, '<br>');
}

function cells(entry: Entry): string[] {
  const row = rowOf(entry);
  return columns.map((column) => cellText(row[column]));
}

function cellText(value: Row[(typeof columns)[number]]): string {
  if (value === null) {
    return '';
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  return typeof value === 'object' ? `[${value.join(', ')}]` : String(value);
}

function rowOf(entry: Entry): Row {
  return entry.kind === 'tensor' ? tensorRow(entry) : valueRow(entry);
}

function tensorRow(entry: TensorEntry): Row {
  return {
    key: keyOf(entry.path),
    path: entry.path,
    kind: 'tensor',
    shape: namedShape(entry),
    dtype: entry.dtype,
    device: entry.device,
    elements: elementsOfTensor(entry),
    bytes: entry.bytes,
    layout: entry.layout,
    stride: entry.stride,
    offset: entry.offset,
    requiresGrad: entry.requiresGrad,
    role: entry.role,
    storage: entry.storage?.key ?? null,
    value: null,
  };
}

function valueRow(entry: ValueEntry): Row {
  return {
    key: keyOf(entry.path),
    path: entry.path,
    kind: 'value',
    shape: null,
    dtype: entry.type,
    device: null,
    elements: null,
    bytes: null,
    layout: null,
    stride: null,
    offset: null,
    requiresGrad: null,
    role: null,
    storage: null,
    value: entry.repr,
  };
}
