import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from '../errors';
import { PythonError, type Output, type PythonProblem } from './pythonError';
import { runChild, type ChildEnd, type ChildReport } from './runChild';

export interface ScriptOptions {
  /** The interpreter: a path, or a name on the search path. */
  readonly python: string;
  /** Where relative paths in the user's code begin; ignored where it is no folder. */
  readonly folder?: string | undefined;
  /** Milliseconds, `import torch` included, for which a cold disk needs half a minute. Two minutes unless given. */
  readonly timeLimit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ScriptReply {
  /** JSON, unchecked. */
  readonly value: unknown;
  readonly output: Output;
}

const defaultTimeLimit = 120_000;
/** Milliseconds before its limit, when the script says in its output where it stands. */
const dumpBefore = 500;
/** Characters of a reply that is none. */
const shownReply = 200;
/** What the `python.exe` of Windows that only leads to a shop exits with. */
const noSuchProgram = 9009;

/**
 * Asks a script of ours, run by the user's Python: one line of JSON to its standard input, one from its standard output.
 * All that it prints besides is kept to show.
 * @throws PythonError, or CheckpointError `cancelled`
 */
export async function runScript(script: string, request: object, options: ScriptOptions): Promise<ScriptReply> {
  const { python, timeLimit = defaultTimeLimit } = options;
  const report = await runChild({
    executable: python,
    args: [scriptPath(script)],
    folder: await existingFolder(options.folder),
    environment: { ...process.env, ...variables },
    request: JSON.stringify({ ...request, dumpAfter: Math.max(timeLimit - dumpBefore, dumpBefore) / 1_000 }),
    timeLimit,
    signal: options.signal,
  }).catch((error: unknown) => {
    throw startError(error, python);
  });
  return { value: replyOf(report, python, timeLimit), output: report.output };
}

const variables = {
  // What is printed before a crash is to be seen, whatever it is made of.
  PYTHONUNBUFFERED: '1',
  PYTHONIOENCODING: 'utf-8:backslashreplace',
  PYTHONFAULTHANDLER: '1',
  // Nothing is written beside the user's files.
  PYTHONDONTWRITEBYTECODE: '1',
};

/** Beside the bundles; in the sources where they run unbundled. */
function scriptPath(name: string): string {
  const bundled = join(__dirname, 'python', name);
  return existsSync(bundled) ? bundled : join(__dirname, '..', '..', 'python', name);
}

/** A folder that is not there would be taken for an interpreter that is not. */
async function existingFolder(folder: string | undefined): Promise<string | undefined> {
  const stats = folder === undefined ? undefined : await stat(folder).catch(() => undefined);
  return stats?.isDirectory() === true ? folder : undefined;
}

function startError(error: unknown, executable: string): unknown {
  if (error instanceof CheckpointError || !(error instanceof Error)) {
    return error;
  }
  return 'code' in error && error.code === 'ENOENT'
    ? new PythonError({ kind: 'interpreter-missing', executable })
    : new PythonError({ kind: 'interpreter-fails', executable, message: error.message });
}

/** An answer that was given holds, however the process ended after it. */
function replyOf({ end, reply, output }: ChildReport, executable: string, timeLimit: number): unknown {
  if (!reply.endsWith('\n')) {
    throw new PythonError(endProblem(end, executable, timeLimit), output);
  }
  try {
    const value: unknown = JSON.parse(reply);
    return value;
  } catch {
    throw new PythonError({ kind: 'bad-reply', note: reply.slice(0, shownReply) }, output);
  }
}

function endProblem(end: ChildEnd, executable: string, timeLimit: number): PythonProblem {
  switch (end.kind) {
    case 'exited':
      return end.status === noSuchProgram ? { kind: 'interpreter-missing', executable } : end;
    case 'killed':
      return end;
    case 'time-limit':
      return { kind: 'time-limit', seconds: timeLimit / 1_000 };
    case 'reply-limit':
      return { kind: 'bad-reply', note: end.kind };
  }
}
