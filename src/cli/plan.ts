import { basename } from 'node:path';
import { loadCatalogue } from '../core/catalogue/loadCatalogue';
import type { Path } from '../core/checkpoint/checkpoint';
import { apply } from '../core/edit/apply';
import { startState } from '../core/edit/state';
import { sourceOf } from '../core/match/source';
import { planArchitecture, type PlanArchitecture } from '../core/plan/architecture';
import { leftAlone, planOperations } from '../core/plan/operations';
import { situationOf, type Plan, type PlanLayer, type Situation } from '../core/plan/plan';
import { planOf, type PlanAnswers } from '../core/plan/planOf';
import { planScript } from '../core/plan/script';
import { totalsOf } from '../core/plan/totals';
import { formatCount, formatExact } from '../wording/format';
import { planActionText, situationText } from '../wording/plan';
import { english } from '../wording/translate';
import { parse, type Arguments } from './arguments';
import { pathNamed } from './entryNames';
import { OutputError, reportFailure, UsageError } from './failure';
import { commandHelp } from './help';
import { replaceFile } from './replaceFile';
import { saveEdited } from './saveEdited';
import { splitBranch } from './splitOption';
import { done, type Terminal } from './terminal';
import { openFile, type OpenedFile } from './withCheckpoint';

/**
 * `ptckpt plan FILE[#PATH] --data little|much --similar yes|no [--k N] [--classes N] [--seed N] [--script OUT.py] [-o OUT]
 * [--json]` @returns the exit status.
 */
export async function planCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const text = { type: 'string', multiple: true } as const;
  const options = parse(args, {
    ...{ data: text, similar: text, k: text, classes: text, seed: text, script: text },
    output: { ...text, short: 'o' },
    json: { type: 'boolean' },
  });
  if (options.flag('help')) {
    await terminal.print(commandHelp('plan') ?? '');
    return done;
  }
  const request = requestOf(options);
  try {
    await carryOut(request, terminal);
    return done;
  } catch (error) {
    return await reportFailure(error, { file: request.file, json: request.json }, terminal);
  }
}

interface PlanRequest {
  readonly file: string;
  /** null for the file's own state dict. */
  readonly branch: string | null;
  readonly answers: PlanAnswers;
  readonly script: string | null;
  readonly output: string | null;
  readonly json: boolean;
}

function requestOf(options: Arguments): PlanRequest {
  const [place, ...others] = options.positionals;
  if (place === undefined || others.length > 0) {
    throw new UsageError('plan takes one file');
  }
  const { file, name } = splitBranch(place);
  const situation = situationOf(
    choice(options, 'data', ['little', 'much']),
    choice(options, 'similar', ['yes', 'no']) === 'yes',
  );
  return {
    file,
    branch: name,
    answers: answersOf(options, situation),
    script: single(options, 'script'),
    output: single(options, 'output'),
    json: options.flag('json'),
  };
}

function answersOf(options: Arguments, situation: Situation): PlanAnswers {
  const [k, classes, seed] = [count(options, 'k'), count(options, 'classes'), count(options, 'seed')];
  if (k !== null && (situation === 'S1' || situation === 'S3')) {
    throw new UsageError('--k goes with --data little --similar no, and with --data much --similar yes');
  }
  if (classes === 0) {
    throw new UsageError('--classes takes a number of classes');
  }
  return { situation, ...(k !== null && { k }), ...(classes !== null && { classes }), ...(seed !== null && { seed }) };
}

function single(options: Arguments, name: string): string | null {
  const [value, ...more] = options.values(name);
  if (more.length > 0) {
    throw new UsageError(`--${name} is given twice`);
  }
  return value ?? null;
}

function choice<T extends string>(options: Arguments, name: string, choices: readonly T[]): T {
  const value = single(options, name);
  const found = choices.find((one) => one === value);
  if (found === undefined) {
    throw new UsageError(`plan takes --${name} ${choices.join(' or ')}`);
  }
  return found;
}

function count(options: Arguments, name: string): number | null {
  const value = single(options, name);
  if (value !== null && !/^\d{1,15}$/.test(value)) {
    throw new UsageError(`--${name} takes a number: ${value}`);
  }
  return value === null ? null : Number(value);
}

async function carryOut(request: PlanRequest, terminal: Terminal): Promise<void> {
  const file = await openFile(request.file, terminal);
  try {
    terminal.progress('');
    const path = request.branch === null ? undefined : pathNamed(file.checkpoint, request.branch);
    const { plan, architecture } = await planFor(file, path, request.answers);
    if (request.script !== null) {
      await writeScript(
        planScript(plan, { checkpoint: file.checkpoint, fileName: basename(request.file) }),
        request.script,
        terminal,
      );
    }
    await terminal.print(request.json ? `${JSON.stringify(documentOf(plan, request.file))}\n` : tableOf(plan));
    if (request.output !== null) {
      await writeEdited(plan, architecture, request.output, file, request.json, terminal);
    }
  } finally {
    await file.source.close();
  }
}

interface Planned {
  readonly plan: Plan;
  readonly architecture: PlanArchitecture | null;
}

async function planFor({ checkpoint }: OpenedFile, path: Path | undefined, answers: PlanAnswers): Promise<Planned> {
  const source = sourceOf(checkpoint, path);
  const architecture = planArchitecture(await loadCatalogue(), source.keys);
  const plan = planOf(checkpoint, source.path, architecture, answers);
  if (answers.k !== undefined && answers.k > plan.maxK) {
    throw new UsageError(`--k ${String(answers.k)}: the network has ${String(plan.maxK)} groups before its head`);
  }
  if (answers.classes !== undefined && plan.fileClasses === null) {
    throw new UsageError('--classes: the network ends in no layer that is known to tell classes apart');
  }
  return { plan, architecture };
}

async function writeScript(script: string, output: string, terminal: Terminal): Promise<void> {
  try {
    await replaceFile(output, [script], terminal.signal);
  } catch (error) {
    throw new OutputError(output, error);
  }
}

async function writeEdited(
  plan: Plan,
  architecture: PlanArchitecture | null,
  output: string,
  file: OpenedFile,
  json: boolean,
  terminal: Terminal,
): Promise<void> {
  const start = startState(file.checkpoint);
  const state = planOperations(plan, architecture).reduce((before, operation) => apply(before, operation), start);
  const alone = leftAlone(plan, architecture);
  const warnings =
    alone.length === 0 ? [] : [`nothing tells how these begin, so they stay as they are: ${alone.join(', ')}`];
  const quiet: Terminal = { ...terminal, print: () => Promise.resolve() };
  const request = { path: output, append: false, target: null, compact: false, file, others: [], warnings };
  await saveEdited(state, request, json ? quiet : terminal);
}

/** As cli.md has it. */
function documentOf(plan: Plan, file: string): object {
  const { kept, initialised, frozen } = totalsOf(plan);
  const groups = plan.groups.map(({ name, tensors, parameters, action }) => ({ name, tensors, parameters, action }));
  return { schema: 1, file, situation: plan.situation, groups, trainable: kept + initialised, frozen };
}

function tableOf(plan: Plan): string {
  const { trainable, frozen, frozenBatchNorms } = totalsOf(plan);
  const width = Math.max(...plan.groups.map(({ name }) => name.length));
  const rows = plan.groups.map(({ name, text, layers, parameters, action }) => {
    const what = action === null ? '' : planActionText(action, english);
    return `  ${name.padEnd(width)}  ${formatExact(parameters).padStart(12)}  ${what.padEnd(13)} ${text}${newClasses(plan, layers)}`.trimEnd();
  });
  const network = plan.model === null ? '' : ` · ${plan.model.name}`;
  const norms =
    frozenBatchNorms === 0 ? '' : `; ${formatCount(frozenBatchNorms)} frozen BatchNorm layers stay in eval()`;
  return [
    `${situationText(plan.situation, english)}${network}`,
    ...rows,
    `${formatCount(trainable)} parameters are trained, ${formatCount(frozen)} are frozen${norms}`,
    '',
  ].join('\n');
}

/** A head for other classes than those that its text tells. */
function newClasses({ classes }: Plan, layers: readonly PlanLayer[]): string {
  const isResized = layers.some(({ tensors }) => tensors.some(({ shape, newShape }) => shape !== newShape));
  return isResized && classes !== null ? `, for ${String(classes)} classes` : '';
}
