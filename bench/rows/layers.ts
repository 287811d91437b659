import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from 'node:process';
import { measure, median, numbers, runJson, runs } from '../measure';
import { atMost, process, seconds, type Mark, type Row } from '../table';
import type { Tools } from '../tools';

/** New layers: saving a file with one, and drawing numbers. */
export function layerRows(tools: Tools): Row[] {
  const out = tools.data('out');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  try {
    return [replaceRow(tools, out), ...draws.map(({ kind, layer }) => drawRow(tools, kind, layer))];
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function replaceRow({ root, node, data, bundle }: Tools, out: string): Row {
  const file = data('large.pt');
  const [copy, ours] = [join(out, 'copy.pt'), join(out, 'ours.pt')];
  const edit = `${quoted(node)} ${quoted(bundle('cli.cjs'))} edit ${quoted(file)} -o ${quoted(ours)}`;
  const replace = `--replace ${quoted('model.layers.0.self_attn.q_proj=nn.Linear(1282, 2048)')}`;
  const [cp, replaced] = measure(root, [
    ['sh', '-c', `rm -f ${quoted(copy)} && cp --reflink=never ${quoted(file)} ${quoted(copy)} && sync ${quoted(copy)}`],
    ['sh', '-c', `rm -f ${quoted(ours)} && exec ${edit} ${replace}`],
  ]);
  if (!cp || !replaced || cp.status !== 0 || replaced.status !== 0) {
    throw new Error('a command of the bench failed');
  }
  return {
    work: 'replace a layer in 2.1 GB, save',
    ours: process(replaced, { ...replaced, readBytes: 0 }),
    peers: [`\`cp\` and \`sync\` ${seconds(cp.seconds)}`],
    marks: [ratio('cp', replaced.seconds, cp.seconds, 1.2)],
  };
}

/** A hundred million parameters each. */
const draws = [
  { kind: 'uniform', layer: 'nn.Linear(10000, 10000)' },
  { kind: 'normal', layer: 'nn.Embedding(100000, 1000)' },
] as const;

/** Fused multiply-adds in WebAssembly: the editor's Node has them, Node 20 behind a flag. */
const relaxed = Number.parseInt(versions.node) < 21 ? ['--experimental-wasm-relaxed-simd'] : [];

function drawRow({ node, python, bundle, script }: Tools, kind: string, layer: string): Row {
  const torch = median(numbers(runJson(python, [script('torch_draw.py'), layer, String(runs)]), 'seconds'));
  const ours = median(numbers(runJson(node, [...relaxed, bundle('ours/draw.mjs'), layer, String(runs)]), 'seconds'));
  return {
    work: `100 M parameters of \`${layer}\`, ${kind}, in process`,
    ours: seconds(ours),
    peers: [`torch on one thread, the same bits ${seconds(torch)}`],
    marks: [ratio('torch', ours, torch, 1)],
  };
}

function ratio(peer: string, ours: number, theirs: number, limit: number): Mark {
  return atMost(`${(ours / theirs).toFixed(2)}× ${peer}`, ours / theirs, limit, '×');
}
