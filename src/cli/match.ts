import { apply, type Resources } from '../core/edit/apply';
import { startState } from '../core/edit/state';
import { match, type Proposal } from '../core/match/match';
import { filterOperations, updateOperations } from '../core/match/operations';
import { propose } from '../core/match/propose';
import { sourceOf } from '../core/match/source';
import { parse, type Arguments } from './arguments';
import { pathNamed } from './entryNames';
import { reportFailure, UsageError } from './failure';
import { commandHelp } from './help';
import { matchJson, matchText, type Matching } from './matchOutput';
import { openTarget, type MatchTarget } from './matchTarget';
import { saveEdited } from './saveEdited';
import { splitBranch } from './splitOption';
import { done, type Terminal } from './terminal';
import { visible } from './visible';
import { openFile, type OpenedFile } from './withCheckpoint';

/** Exit status when nothing of the file would load. */
const nothingLoads = 1;

/** `ptckpt match FILE[#PATH] TARGET[#PATH] …` @returns the exit status. */
export async function matchCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const text = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean' } as const;
  const options = parse(args, {
    ...{ 'num-classes': text, python: text, seed: text, output: { ...text, short: 'o' } },
    ...{ 'apply-prefix': flag, 'apply-names': flag, update: flag, json: flag },
  });
  if (options.flag('help')) {
    await terminal.print(commandHelp('match') ?? '');
    return done;
  }
  const request = requestOf(options);
  try {
    return await matchFile(request, terminal);
  } catch (error) {
    return await reportFailure(error, request, terminal);
  }
}

export interface MatchRequest {
  readonly file: string;
  /** The state dict in the file; null for its own. */
  readonly branch: string | null;
  readonly target: string;
  readonly numClasses: number | null;
  readonly python: string | null;
  readonly applyPrefix: boolean;
  /** All proposals that are certain or likely. */
  readonly applyNames: boolean;
  readonly update: boolean;
  readonly seed: number;
  readonly output: string | null;
  readonly json: boolean;
}

function requestOf(options: Arguments): MatchRequest {
  const [source, target, ...others] = options.positionals;
  if (source === undefined || target === undefined || others.length > 0) {
    throw new UsageError('match takes a file and a target');
  }
  const { file, name } = splitBranch(source);
  const output = single(options, 'output');
  const [update, seed] = [options.flag('update'), numberOf(options, 'seed')];
  if (output === null && (update || seed !== null)) {
    throw new UsageError('--update and --seed go with -o OUT');
  }
  return {
    ...{ file, branch: name, target, output, update, seed: seed ?? 0 },
    numClasses: numberOf(options, 'num-classes'),
    python: single(options, 'python'),
    applyPrefix: options.flag('apply-prefix'),
    applyNames: options.flag('apply-names'),
    json: options.flag('json'),
  };
}

function single(options: Arguments, name: string): string | null {
  const [value, ...more] = options.values(name);
  if (more.length > 0) {
    throw new UsageError(`--${name} may be given once`);
  }
  return value ?? null;
}

function numberOf(options: Arguments, name: string): number | null {
  const value = single(options, name);
  if (value !== null && !/^\d{1,15}$/.test(value)) {
    throw new UsageError(`--${name} takes a whole number: ${value}`);
  }
  return value === null ? null : Number(value);
}

async function matchFile(request: MatchRequest, terminal: Terminal): Promise<number> {
  const opened: OpenedFile[] = [];
  try {
    const file = await openFile(request.file, terminal);
    opened.push(file);
    const path = request.branch === null ? undefined : pathNamed(file.checkpoint, request.branch);
    const source = sourceOf(file.checkpoint, path);
    const target = await openTarget(request, source, opened, terminal);
    terminal.progress('');
    const proposals = propose(source, target.target);
    const prefix = proposals.find(isPrefix) ?? null;
    const applied = proposals.filter(
      (proposal) =>
        (request.applyPrefix && proposal === prefix) || (request.applyNames && proposal.confidence !== 'possible'),
    );
    const renames = applied.flatMap((proposal) => proposal.renames);
    const result = match(source, target.target, renames);
    const matching: Matching = { result, prefix, proposals, applied: new Set(applied), request };
    if (request.json) {
      await write(matching, target, opened, { ...terminal, print: () => Promise.resolve() });
      await print(matchJson(matching), terminal);
    } else {
      await print(matchText(matching), terminal);
      await write(matching, target, opened, terminal);
    }
    return result.coverage === 0 ? nothingLoads : done;
  } finally {
    for (const { source } of opened) {
      await source.close();
    }
  }
}

function isPrefix({ kind }: Proposal): boolean {
  return kind === 'strip' || kind === 'add';
}

async function print(pieces: Iterable<string>, terminal: Terminal): Promise<void> {
  for (const piece of pieces) {
    terminal.signal.throwIfAborted();
    await terminal.print(piece);
  }
}

async function write(
  { result, request }: Matching,
  { steps }: MatchTarget,
  [file, ...others]: readonly OpenedFile[],
  terminal: Terminal,
): Promise<void> {
  if (file === undefined || request.output === null) {
    return;
  }
  if (result.coverage === 0) {
    // A file of fresh numbers alone would be taken for a trained one.
    terminal.complain(`ptckpt: ${visible(request.output)} was not written: nothing loads`);
    return;
  }
  const options = { seed: request.seed, ...(steps !== null && { steps }) };
  const make = request.update ? updateOperations : filterOperations;
  const resources: Resources = new Map(others.map(({ path, checkpoint }) => [path, checkpoint]));
  const state = make(result, new Map(), options).reduce(
    (before, operation) => apply(before, operation, resources),
    startState(file.checkpoint),
  );
  const output = { path: request.output, append: false, target: null, compact: false };
  await saveEdited(state, { ...output, file, others, warnings: [] }, terminal);
}
