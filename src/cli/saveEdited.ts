import { realpath } from 'node:fs/promises';
import type { EditState } from '../core/edit/state';
import { appendToFile, planAppend } from '../core/write/appendSave';
import { lossesOf } from '../core/write/losses';
import { planSave } from '../core/write/planSave';
import { ownTarget, targetFor, type SaveTarget } from '../core/write/saveTarget';
import { replaceFile } from '../core/write/replaceFile';
import type { SavePlan } from '../core/write/savePlan';
import { formatPercent, formatSize } from '../wording/format';
import { lossText } from '../wording/losses';
import { summaryFacts } from '../wording/summary';
import { english } from '../wording/translate';
import { clause, CommandError, OutputError } from './failure';
import type { Terminal } from './terminal';
import { visible } from './visible';
import type { OpenedFile } from './withCheckpoint';

export const saveTargets = ['zip', 'legacy', 'safetensors'] as const satisfies readonly SaveTarget[];

export interface EditOutput {
  /** Where to write; null for the file itself. */
  readonly path: string | null;
  /** Only the pickle is written, behind the file. */
  readonly append: boolean;
  /** null for the format that suits the file and its new name. */
  readonly target: SaveTarget | null;
  /** Records that are no part of a checkpoint go too. */
  readonly compact: boolean;
}

export interface SaveRequest extends EditOutput {
  readonly file: OpenedFile;
  /** Files that bytes are copied from beside it. */
  readonly others: readonly OpenedFile[];
  /** To be said before anything is written. */
  readonly warnings: readonly string[];
}

/** What will be written. @throws CheckpointError `save-unsupported` … */
export function planEdited(state: EditState, output: EditOutput): SavePlan {
  return planSave(state, targetOf(state, output), { dropUnreferenced: output.compact });
}

function targetOf({ original }: EditState, { path, target }: EditOutput): SaveTarget {
  return target ?? (path === null ? ownTarget(original) : targetFor(path, original));
}

/** Says what there is to know of the result, then writes it, and says in a line what was written. */
export async function saveEdited(state: EditState, request: SaveRequest, terminal: Terminal): Promise<void> {
  if (request.append) {
    await append(state, request, terminal);
    return;
  }
  const target = targetOf(state, request);
  const plan = planEdited(state, request);
  const losses = lossesOf(state, target).map((loss) => lossText(loss, english));
  warn(request, [...request.warnings, ...losses], terminal);
  await write(plan, request, terminal);
  terminal.progress('');
  await terminal.print(resultLine(state, target, plan.size, request.file.source.size));
}

function warn({ file }: SaveRequest, sentences: readonly string[], terminal: Terminal): void {
  for (const sentence of sentences) {
    terminal.complain(`ptckpt: ${visible(file.path)}: warning: ${clause(sentence)}`);
  }
}

async function write(plan: SavePlan, request: SaveRequest, terminal: Terminal): Promise<void> {
  const { file, others, path } = request;
  const inPlace = path === null || (await isSameFile(path, file.path));
  const output = inPlace ? file.path : path;
  let overflows = 0;
  const written = replaceFile(output, plan, {
    ...(inPlace && { expected: file.source.identity }),
    signal: terminal.signal,
    sources: [file, ...others].map((from) => ({ path: from.path, identity: from.source.identity })),
    progress: (bytesDone, bytesTotal) => {
      terminal.progress(`writing ${formatPercent(bytesTotal === 0 ? 1 : bytesDone / bytesTotal)}`);
    },
    onOverflow: (count) => {
      overflows += count;
    },
    // Windows does not replace a file that is open.
    beforeReplace: async () => {
      terminal.progress('');
      if (overflows > 0) {
        warn(request, [overflowText(overflows)], terminal);
      }
      for (const { source } of [file, ...others]) {
        await source.close();
      }
    },
  });
  await written.catch((error: unknown) => {
    throw new OutputError(output, error);
  });
}

function overflowText(count: number): string {
  return count === 1
    ? '1 number is too large for its new dtype and has become inf'
    : `${count} numbers are too large for their new dtype and have become inf`;
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, two] = await Promise.allSettled([realpath(a), realpath(b)]);
  return one.status === 'fulfilled' && two.status === 'fulfilled' && one.value === two.value;
}

async function append(state: EditState, request: SaveRequest, terminal: Terminal): Promise<void> {
  const { file, compact } = request;
  const target = targetOf(state, request);
  const plan = target === 'zip' && !compact ? await planAppend(state) : null;
  if (plan === null) {
    throw new CommandError(
      'cannot-append',
      'more would change than a pickle that can be put behind the file',
      'leave out --append',
    );
  }
  terminal.signal.throwIfAborted();
  warn(request, request.warnings, terminal);
  await appendToFile(file.path, plan, { expected: file.source.identity });
  await terminal.print(resultLine(state, target, plan.oldSize + plan.bytes.length, file.source.size));
}

/** `State dict · ZIP · 62 tensors · 11.7 M parameters · 44.7 MB (was 89.4 MB)` */
function resultLine(
  { checkpoint: { kind, summary } }: EditState,
  container: SaveTarget,
  fileBytes: number,
  bytesBefore: number,
): string {
  const { tensors, parameters } = summary;
  const facts = summaryFacts({ kind, container, tensors, parameters, fileBytes }, english);
  return `${facts.join(' · ')} (was ${formatSize(bytesBefore)})\n`;
}
