import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/checkpoint/checkpoint';
import { exportFormatOf, exportRows } from '../../../src/core/export/exportRows';
import { tensor, value } from '../../support/builtCheckpoint';
import { runPython, withTorch } from '../../support/torch';

const awkward = [
  'a,b',
  'say "x"',
  'two\nlines',
  'two\r\nlines',
  '=1+1',
  '最佳 权重',
  ' spaces ',
  "'",
  'a|b',
  '<b>',
  '',
];

const entries: Entry[] = [
  tensor(['model', 'fc.weight'], { device: 'cuda:1', requiresGrad: true, role: 'parameter', storage: null }),
  tensor(['scalar'], { shape: [], stride: [], bytes: 4 }),
  tensor(['sparse'], { stride: null, offset: null, layout: 'sparse_coo', device: null }),
  value(['epoch'], 'int', '17'),
  value(['note'], 'str', `'a, "b"'`),
  ...awkward.map((key) => value(['awkward', key], 'int', '1')),
];

const text = (list: readonly Entry[], format: 'csv' | 'json' | 'markdown'): string =>
  [...exportRows(list, format)].join('');

describe('the format', () => {
  it('follows from the suffix', () => {
    expect(['a.csv', 'a.JSON', 'b/c.md', 'a.npy', 'a', 'a.csv/b', '.md'].map(exportFormatOf)).toEqual([
      'csv',
      'json',
      'markdown',
      undefined,
      undefined,
      undefined,
      'markdown',
    ]);
  });
});

describe('CSV', () => {
  it('has one header and one record an entry, quoted where needed, each ended by CR LF', () => {
    expect(text(entries.slice(0, 5), 'csv')).toBe(
      [
        'key,kind,shape,dtype,device,elements,bytes,layout,stride,offset,requiresGrad,role,storage,value',
        'model.fc.weight,tensor,"[2, 3]",float32,cuda:1,6,24,strided,"[3, 1]",0,True,parameter,,',
        'scalar,tensor,[],float32,cpu,1,4,strided,[],0,False,,0,',
        'sparse,tensor,"[2, 3]",float32,,6,24,sparse_coo,,,False,,0,',
        'epoch,value,,int,,,,,,,,,,17',
        `note,value,,str,,,,,,,,,,"'a, ""b""'"`,
        '',
      ].join('\r\n'),
    );
  });

  const folder = mkdtempSync(join(tmpdir(), 'export-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  withTorch('comes back from Python’s csv module with every key as it was', async () => {
    const file = join(folder, 'rows.csv');
    writeFileSync(file, text(entries, 'csv'));
    const rows = await runPython('read_csv.py', [file]);
    expect(rows).toHaveLength(entries.length);
    expect(rows).toMatchObject([
      { key: 'model.fc.weight', shape: '[2, 3]', elements: '6', storage: '' },
      {},
      {},
      { key: 'epoch', value: '17' },
      { value: `'a, "b"'` },
      ...awkward.map((key) => ({ key: `awkward.${key}` })),
    ]);
  });
});

describe('JSON', () => {
  it('is a list of rows with paths and numbers', () => {
    const rows: unknown = JSON.parse(text(entries, 'json'));
    expect(rows).toHaveLength(entries.length);
    expect(rows).toMatchObject([
      {
        key: 'model.fc.weight',
        path: ['model', 'fc.weight'],
        shape: [2, 3],
        elements: 6,
        requiresGrad: true,
        value: null,
      },
      { shape: [], elements: 1 },
      { stride: null, device: null },
      { kind: 'value', dtype: 'int', value: '17', shape: null },
      {},
      ...awkward.map((key) => ({ path: ['awkward', key] })),
    ]);
  });

  it('is an empty list without entries', () => {
    expect(text([], 'json')).toBe('[]\n');
  });
});

describe('Markdown', () => {
  it('keeps every key in its own cell and row', () => {
    const lines = text(entries, 'markdown').trimEnd().split('\n');
    expect(lines).toHaveLength(2 + entries.length);
    const width = lines.map((line) => line.replaceAll('\\|', '').split('|').length);
    expect(new Set(width)).toEqual(new Set([16]));
    expect(lines).toContain('| awkward.two<br>lines | value |  | int |  |  |  |  |  |  |  |  |  | 1 |');
    expect(lines.some((line) => line.startsWith('| awkward.\\<b\\> |'))).toBe(true);
    expect(lines[2]).toBe(
      '| model.fc.weight | tensor | \\[2, 3\\] | float32 | cuda:1 | 6 | 24 | strided | \\[3, 1\\] | 0 | True | parameter |  |  |',
    );
  });
});

it('gives pieces of bounded size, whatever the number of entries', () => {
  const pieces = [
    ...exportRows(
      Array.from({ length: 20_000 }, () => entries[0] ?? value([], 'int', '0')),
      'csv',
    ),
  ];
  expect(pieces.length).toBeGreaterThan(10);
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(70_000);
});
