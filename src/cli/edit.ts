import { apply, type Resources } from '../core/edit/apply';
import { EditError } from '../core/edit/editError';
import { startState, type EditState } from '../core/edit/state';
import { namesSafetensors } from '../core/write/saveTarget';
import { parse, type Arguments } from './arguments';
import { editSteps, stepOptions, type EditStep } from './editSteps';
import { OptionError, reportFailure, UsageError } from './failure';
import { layerWarnings } from './layerSteps';
import { commandHelp } from './help';
import {
  counterWarnings,
  followOptimizers,
  optimizerActions,
  optimizerWarnings,
  type OptimizerAction,
} from './optimizers';
import { planEdited, saveEdited, saveTargets, type EditOutput } from './saveEdited';
import { done, type Terminal } from './terminal';
import { openFile, type OpenedFile } from './withCheckpoint';

/** `ptckpt edit FILE (-o OUT | --in-place [--append]) OPERATION…` @returns the exit status. */
export async function edit(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parse(args, {
    ...Object.fromEntries(stepOptions.map((name) => [name, { type: 'string', multiple: true } as const])),
    'plain-values': { type: 'boolean' },
    compact: { type: 'boolean' },
    to: { type: 'string', multiple: true },
    optimizer: { type: 'string', multiple: true },
    output: { type: 'string', short: 'o', multiple: true },
    'in-place': { type: 'boolean' },
    append: { type: 'boolean' },
  });
  if (options.flag('help')) {
    await terminal.print(commandHelp('edit') ?? '');
    return done;
  }
  const request = requestOf(options);
  try {
    await editFile(request, terminal);
    return done;
  } catch (error) {
    return await reportFailure(error, { file: request.file, json: false }, terminal);
  }
}

interface EditRequest {
  readonly file: string;
  readonly steps: readonly EditStep[];
  readonly optimizer: OptimizerAction | null;
  readonly output: EditOutput;
}

function requestOf(options: Arguments): EditRequest {
  const [file, ...others] = options.positionals;
  if (file === undefined || others.length > 0) {
    throw new UsageError('edit takes one file');
  }
  const steps = editSteps(options.given);
  const target = choice(options, 'to', saveTargets);
  const optimizer = choice(options, 'optimizer', optimizerActions);
  const compact = options.flag('compact');
  const converts = target !== null || saysAnotherFormat(file, options.values('output')[0]);
  if (steps.length === 0 && !converts && optimizer === null && !compact) {
    throw new UsageError('edit takes at least one operation');
  }
  return { file, steps, optimizer, output: { ...placeOf(options), target, compact, append: options.flag('append') } };
}

/** The suffix of OUT tells `.safetensors` from the others. */
function saysAnotherFormat(file: string, output: string | undefined): boolean {
  return output !== undefined && namesSafetensors(output) !== namesSafetensors(file);
}

function placeOf(options: Arguments): Pick<EditOutput, 'path'> {
  const [path, ...more] = options.values('output');
  const inPlace = options.flag('in-place');
  if (more.length > 0 || (path !== undefined) === inPlace) {
    throw new UsageError('edit takes either -o OUT or --in-place');
  }
  if (options.flag('append') && !inPlace) {
    throw new UsageError('--append goes with --in-place');
  }
  return { path: path ?? null };
}

function choice<T extends string>(options: Arguments, name: string, choices: readonly T[]): T | null {
  const [value, ...more] = options.values(name);
  if (value === undefined) {
    return null;
  }
  const found = choices.find((one) => one === value);
  if (found === undefined || more.length > 0) {
    throw new UsageError(`--${name} takes one of ${choices.join(', ')}`);
  }
  return found;
}

async function editFile(request: EditRequest, terminal: Terminal): Promise<void> {
  const opened: OpenedFile[] = [];
  try {
    const file = await openFile(request.file, terminal);
    opened.push(file);
    for (const other of filesOf(request.steps)) {
      opened.push(await attemptAsync(other.option, () => openFile(other.file, terminal)));
    }
    terminal.progress('');
    const others = opened.slice(1);
    const start = startState(file.checkpoint);
    const made = edited(start, request, resourcesOf(others));
    const state = compacted(made.state, request, file);
    const warnings = [
      ...made.warnings,
      ...(request.optimizer === null ? optimizerWarnings(start, state) : []),
      ...counterWarnings(start, state),
    ];
    await saveEdited(state, { ...request.output, file, others, warnings }, terminal);
  } finally {
    for (const { source } of opened) {
      await source.close();
    }
  }
}

/** The other files, each once, with the option that names it first. */
function filesOf(steps: readonly EditStep[]): readonly { readonly file: string; readonly option: string }[] {
  const named = steps.flatMap(({ file, option }) => (file === null ? [] : [{ file, option }]));
  return named.filter(({ file }, index) => named.findIndex((other) => other.file === file) === index);
}

function resourcesOf(others: readonly OpenedFile[]): Resources {
  return new Map(others.map(({ path, checkpoint }) => [path, checkpoint]));
}

interface Edited {
  readonly state: EditState;
  readonly warnings: readonly string[];
}

function edited(start: EditState, { steps, optimizer }: EditRequest, others: Resources): Edited {
  let state = start;
  const warnings: string[] = [];
  for (const { option, file, operationsOn } of steps) {
    state = attempt(option, () => {
      const operations = operationsOn(state.checkpoint, others.get(file ?? '') ?? null);
      return operations.reduce((before, operation) => {
        warnings.push(...layerWarnings(before, operation));
        return apply(before, operation, others);
      }, state);
    });
  }
  if (optimizer !== null) {
    state = attempt(`--optimizer ${optimizer}`, () => followOptimizers(start, state, optimizer));
  }
  return { state, warnings };
}

/** Storages that are used whole are no reason to stop where something else is left out or done. */
function compacted(state: EditState, { steps, optimizer, output }: EditRequest, { source }: OpenedFile): EditState {
  if (!output.compact) {
    return state;
  }
  try {
    return apply(state, { kind: 'compact' });
  } catch (error) {
    const isDone = error instanceof EditError && error.reason === 'nothing-to-compact';
    const isAlone = steps.length === 0 && optimizer === null && output.target === null;
    if (isDone && (!isAlone || planEdited(state, output).size < source.size)) {
      return state;
    }
    throw new OptionError('--compact', error);
  }
}

function attempt<T>(option: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new OptionError(option, error);
  }
}

async function attemptAsync<T>(option: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new OptionError(option, error);
  }
}
