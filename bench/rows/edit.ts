import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { measure, median, numbers, runJson, runs, type Measured } from '../measure';
import { atMost, faster, megabytes, process, seconds, type Row } from '../table';
import type { Tools } from '../tools';

/** Editing and saving. Everything written is synced to the disk, by the peers too. */
export function editRows(tools: Tools): Row[] {
  const out = tools.data('out');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  try {
    return [
      ...remapRows(tools, out),
      keepRow(tools, out),
      ...['float16', 'bfloat16'].map((dtype) => castRow(tools, out, dtype)),
      renameRow(tools),
    ];
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** A shell's line, so that the old copy goes first: each is written anew. */
function shell(out: string, line: string): readonly string[] {
  return ['sh', '-c', `rm -f ${quoted(out)} && ${line}`];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function remapRows({ root, node, python, data, bundle, script }: Tools, out: string): Row[] {
  const file = data('large.pt');
  const appended = join(out, 'appended.pt');
  copyFileSync(file, appended);
  const [copy, torch, mapped, ours] = [
    join(out, 'copy.pt'),
    join(out, 'torch.pt'),
    join(out, 'mapped.pt'),
    join(out, 'ours.pt'),
  ];
  const edit = `${quoted(node)} ${quoted(bundle('cli.cjs'))} edit`;
  const torchLine = (to: string, how: string): string =>
    `${quoted(python)} ${quoted(script('torch_remap.py'))} ${quoted(file)} ${quoted(to)} ${how} && sync ${quoted(to)}`;
  const measured = measure(root, [
    shell(copy, `cp --reflink=never ${quoted(file)} ${quoted(copy)} && sync ${quoted(copy)}`),
    shell(ours, `exec ${edit} ${quoted(file)} --remap cpu=cuda:0 -o ${quoted(ours)}`),
    shell(torch, torchLine(torch, '')),
    shell(mapped, torchLine(mapped, 'mmap')),
    // There and back again: each run finds what the one before has left.
    ['sh', '-c', `exec ${edit} ${quoted(appended)} --remap cpu=cuda:0 --remap cuda:0=cpu --in-place --append`],
  ]);
  const [cp, replaced, whole, byMap, append] = measured.map(done);
  if (!cp || !replaced || !whole || !byMap || !append) {
    throw new Error('a command was not measured');
  }
  const work = 'remap all devices in 2.1 GB, save';
  return [
    {
      work,
      ours: process(replaced, { ...replaced, readBytes: 0 }),
      peers: [
        `\`cp\` and \`sync\` ${seconds(cp.seconds)}`,
        `\`torch.load\`, \`torch.save\` ${seconds(whole.seconds)}, ${megabytes(whole.peakBytes)}`,
        `with \`mmap=True\` ${seconds(byMap.seconds)}, ${megabytes(byMap.peakBytes)}`,
      ],
      marks: [
        ratio('cp', replaced.seconds, cp.seconds, 1.2),
        atMost(megabytes(replaced.peakBytes), replaced.peakBytes / 1e6, 150, ' MB'),
        faster('torch', whole.seconds, replaced.seconds, 5),
        faster('torch mmap', byMap.seconds, replaced.seconds, 2),
      ],
    },
    {
      work: 'the same, append save',
      ours: process(append, { ...append, readBytes: 0 }),
      peers: [`\`cp\` and \`sync\` ${seconds(cp.seconds)}`],
      marks: [ratio('cp', append.seconds, cp.seconds, 0.05)],
    },
  ];
}

/** 40 of the 400 tensors, all of one size. */
function keepRow({ root, node, data, bundle }: Tools, out: string): Row {
  const file = data('large.pt');
  const [copy, ours] = [join(out, 'tenth.bin'), join(out, 'kept.pt')];
  const globs = ['0.*', '1.*', '2.*', '3.self_attn.q_proj.*', '3.self_attn.k_proj.*'];
  const keep = globs.map((glob) => `--keep ${quoted(`model.layers.${glob}`)}`).join(' ');
  const bytes = 40 * 1024 * 1282 * 4;
  const [cp, kept] = measure(root, [
    shell(copy, `head -c ${bytes} ${quoted(file)} > ${quoted(copy)} && sync ${quoted(copy)}`),
    shell(ours, `exec ${quoted(node)} ${quoted(bundle('cli.cjs'))} edit ${quoted(file)} ${keep} -o ${quoted(ours)}`),
  ]).map(done);
  if (!cp || !kept) {
    throw new Error('a command was not measured');
  }
  return {
    work: 'keep 10 % of the bytes of 2.1 GB, save',
    ours: process(kept, { ...kept, readBytes: 0 }),
    peers: [`copying just those bytes, and \`sync\` ${seconds(cp.seconds)}`],
    marks: [ratio('copying', kept.seconds, cp.seconds, 1.5)],
  };
}

function castRow({ root, node, python, data, bundle, script }: Tools, out: string, dtype: string): Row {
  const file = data('half.pt');
  const [theirs, ours] = [join(out, 'torch.pt'), join(out, 'cast.pt')];
  const torch = median(
    numbers(runJson(python, [script('torch_cast.py'), file, theirs, dtype, String(runs)]), 'seconds'),
  );
  const [cast] = measure(root, [
    shell(
      ours,
      `exec ${quoted(node)} ${quoted(bundle('cli.cjs'))} edit ${quoted(file)} --cast ${dtype} -o ${quoted(ours)}`,
    ),
  ]).map(done);
  if (!cast) {
    throw new Error('a command was not measured');
  }
  return {
    work: `cast 1 GB float32 to ${dtype}, save`,
    ours: process(cast, { ...cast, readBytes: 0 }),
    peers: [`torch on one thread: \`.to()\`, \`torch.save\` and sync, without import and loading ${seconds(torch)}`],
    marks: [ratio('torch', cast.seconds, torch, 1)],
  };
}

function renameRow({ node, data, bundle }: Tools): Row {
  const answer = runJson(node, [bundle('ours/rename.mjs'), data('many.pt'), 'model.', String(runs)]);
  const applied = median(numbers(answer, 'applied'));
  const undone = median(numbers(answer, 'undone'));
  return {
    work: 'strip a prefix from 100,000 keys, in process: apply; undo',
    ours: `${applied.toFixed(0)} ms; ${undone.toFixed(2)} ms`,
    peers: ['–'],
    marks: [
      atMost(`${applied.toFixed(0)} ms`, applied, 100, ' ms'),
      atMost(`${undone.toFixed(2)} ms`, undone, 16, ' ms'),
    ],
  };
}

function ratio(peer: string, ours: number, theirs: number, limit: number): ReturnType<typeof atMost> {
  return atMost(`${(ours / theirs).toFixed(2)}× ${peer}`, ours / theirs, limit, '×');
}

/** A command that fails is quick. @throws Error when it did. */
function done(measured: Measured): Measured {
  if (measured.status !== 0) {
    throw new Error(`a command of the bench ended with ${measured.status}`);
  }
  return measured;
}
