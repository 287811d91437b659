import { writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { auditRows } from './rows/audit';
import { editRows } from './rows/edit';
import { editorRows } from './rows/editor';
import { filterRows } from './rows/filter';
import { inspectRows } from './rows/inspect';
import { layerRows } from './rows/layers';
import { matchRows } from './rows/match';
import { packageRows } from './rows/package';
import { pickleRows } from './rows/pickle';
import { recogniseRows } from './rows/recognise';
import { markdown, reached, type Row } from './table';
import { prepare, type Tools } from './tools';

const groups: Readonly<Record<string, (tools: Tools) => Row[] | Promise<Row[]>>> = {
  inspect: inspectRows,
  pickle: pickleRows,
  audit: auditRows,
  filter: filterRows,
  match: matchRows,
  recognise: recogniseRows,
  package: packageRows,
  editor: editorRows,
  edit: editRows,
  layers: layerRows,
};

/** Measures the rows named, or all, and prints the table. A whole run also writes bench/results.md. */
async function main(root: string, names: readonly string[]): Promise<void> {
  const wanted = names.length === 0 ? Object.keys(groups) : names;
  const tools = prepare(root);
  const rows: Row[] = [];
  for (const name of wanted) {
    rows.push(...(await (groups[name]?.(tools) ?? unknownGroup(name))));
  }
  const table = markdown(rows);
  console.log(table);
  if (names.length === 0) {
    writeFileSync(join(root, 'bench', 'results.md'), report(table, tools));
  }
  const missed = rows.flatMap(({ marks }) => marks).filter((mark) => !reached(mark));
  console.log(missed.length === 0 ? '\nEvery mark is reached.' : `\n${missed.length} marks are missed.`);
}

function unknownGroup(name: string): never {
  throw new RangeError(`no rows named ${name}; there are ${Object.keys(groups).join(', ')}`);
}

function report(table: string, tools: Tools): string {
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Linux ${release()}, Node ${process.version}`;
  return `<!-- Made by \`npm run bench\`. -->

${table}

Medians of five runs, side by side in one run, caches warm, whole processes unless the row says otherwise; ${machine},
${tools.versions.join(', ')}. Memory is the peak that the process had resident. "Reads" is what it asked the system to read
(\`rchar\`), less what a bare \`node\` or a bare \`import torch\` reads; memory-mapped files do not show in it.
`;
}

const [root = '', ...names] = process.argv.slice(2);
await main(root, names);
