import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { loadCatalogue } from '../core/catalogue/loadCatalogue';
import { MatchError, type Source, type Target } from '../core/match/match';
import { checkpointTarget, sourceOf } from '../core/match/source';
import { architectureTarget, errorTextTarget, factoryTarget, keyListTarget } from '../core/match/targets';
import { buildFactory, parseFactory } from '../core/python/factory';
import { PythonError } from '../core/python/pythonError';
import type { DrawStep } from '../core/init/draw';
import { factoryNote, pythonDetails } from '../wording/python';
import { english } from '../wording/translate';
import { pathNamed } from './entryNames';
import { CommandError, OutputError, UsageError } from './failure';
import type { MatchRequest } from './match';
import { splitBranch } from './splitOption';
import type { Terminal } from './terminal';
import { visible } from './visible';
import { openFile, type OpenedFile } from './withCheckpoint';

/** A model to match against. */
export interface MatchTarget {
  readonly target: Target;
  /** What its constructor draws; null where that is not known. */
  readonly steps: readonly DrawStep[] | null;
}

const architecture = 'torchvision:';
const factory = 'python:';

/**
 * What TARGET names: `torchvision:NAME`, `python:…`, or a path.
 * @param opened the files that are open: that of a checkpoint is added.
 * @throws UsageError, CommandError, OutputError with the target's path, CheckpointError
 */
export async function openTarget(
  request: MatchRequest,
  source: Source,
  opened: OpenedFile[],
  terminal: Terminal,
): Promise<MatchTarget> {
  const { target, python, numClasses } = request;
  if (numClasses !== null && !target.startsWith(architecture)) {
    throw new UsageError('--num-classes goes with torchvision:NAME');
  }
  if (python !== null && !target.startsWith(factory)) {
    throw new UsageError('--python goes with python:PACKAGE.MODULE:CALLABLE');
  }
  if (target.startsWith(architecture)) {
    return await ofArchitecture(target.slice(architecture.length), numClasses);
  }
  if (target.startsWith(factory)) {
    return await ofFactory(target.slice(factory.length), request, terminal);
  }
  const { file, name } = splitBranch(target);
  try {
    return await ofFile(file, name, { source, opened, terminal });
  } catch (error) {
    throw error instanceof UsageError ? error : new OutputError(file, error);
  }
}

async function ofArchitecture(name: string, numClasses: number | null): Promise<MatchTarget> {
  const catalogue = await loadCatalogue();
  const found = catalogue.architecture(name, numClasses === null ? {} : { numClasses });
  if (found === null) {
    throw new CommandError(
      'no-such-architecture',
      `torchvision ${catalogue.version} has no model called ${name}`,
      `take one of ${nearest(
        name,
        catalogue.names().map((one) => one.name),
      ).join(', ')}`,
    );
  }
  return { target: architectureTarget(found), steps: found.initialisation };
}

/** Names that begin alike, at most a few. */
function nearest(name: string, names: readonly string[]): readonly string[] {
  for (let length = name.length; length > 0; length--) {
    const alike = names.filter((one) => one.startsWith(name.slice(0, length)));
    if (alike.length > 0) {
      return alike.slice(0, shownNames);
    }
  }
  return names.slice(0, shownNames);
}

const shownNames = 6;

async function ofFactory(text: string, { python, file }: MatchRequest, terminal: Terminal): Promise<MatchTarget> {
  if (python === null) {
    throw new UsageError('python: runs code, and needs --python EXE');
  }
  const folders = [process.cwd(), dirname(file)];
  try {
    const { model } = await buildFactory(parseFactory(text), { python, folders, signal: terminal.signal });
    complainLines(factoryNote(model, english) ?? '', terminal);
    return { target: factoryTarget(model, text), steps: null };
  } catch (error) {
    // The user's own traceback and output, before the line that says what is wrong.
    complainLines(error instanceof PythonError ? pythonDetails(error, english) : '', terminal);
    throw new OutputError(factory + text, error);
  }
}

function complainLines(text: string, terminal: Terminal): void {
  terminal.progress('');
  for (const line of text === '' ? [] : text.split('\n')) {
    terminal.complain(visible(line));
  }
}

interface Place {
  readonly source: Source;
  readonly opened: OpenedFile[];
  readonly terminal: Terminal;
}

async function ofFile(file: string, name: string | null, { source, opened, terminal }: Place): Promise<MatchTarget> {
  if (/\.(?:json|txt)$/i.test(file)) {
    if (name !== null) {
      throw new UsageError(`a list of keys has no branches: ${name}`);
    }
    const text = await readText(file);
    const read = /\.json$/i.test(file)
      ? keyListTarget(text, basename(file))
      : errorTextTarget(text, source, basename(file));
    return { target: read, steps: null };
  }
  const target = await openFile(file, terminal);
  opened.push(target);
  const path = name === null ? undefined : pathNamed(target.checkpoint, name);
  const keys = sourceOf(target.checkpoint, path);
  return { target: checkpointTarget(keys, basename(file), file), steps: null };
}

/** Bytes of a list of keys or an error text. Seen: 126 MB for 1.3 million keys. */
const maxTextBytes = 512 << 20;

async function readText(file: string): Promise<string> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw new CommandError('no-such-file', `cannot be read (${String(codeOf(error))})`, 'check the path');
  });
  if (size > maxTextBytes) {
    throw new MatchError('too-many-keys');
  }
  return await readFile(file, 'utf8');
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}
