import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { CheckpointError } from '../errors';
import type { Output } from './pythonError';

export interface ChildOrder {
  readonly executable: string;
  readonly args: readonly string[];
  readonly folder: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  /** A line for its standard input, which then stays open until the end: its closing tells it that nobody waits. */
  readonly request: string;
  /** Milliseconds. */
  readonly timeLimit: number;
  readonly signal?: AbortSignal | undefined;
}

export type ChildEnd =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'time-limit' }
  | { readonly kind: 'reply-limit' };

export interface ChildReport {
  readonly end: ChildEnd;
  /** What it wrote to standard output. */
  readonly reply: string;
  /** What it wrote to standard error. */
  readonly output: Output;
}

/** A state dict of a million keys is described in some 150 MB. */
const maxReplyBytes = 256 << 20;
/** Of what it prints, the end is kept: that is where an error stands. */
const keptOutputBytes = 16 << 10;
/** Milliseconds for the pipes of a process that has ended; one that left its group may hold them open for ever. */
const pipesPatience = 500;
/** Milliseconds after which a killed process that does not end (one in the kernel's hands) is left to itself. */
const killPatience = 2_000;

/**
 * Runs a process in a group of its own, and ends that group with it: nothing that it started stays behind.
 * @throws CheckpointError `cancelled`; the system's own error where it cannot be started.
 */
export async function runChild(order: ChildOrder): Promise<ChildReport> {
  if (order.signal?.aborted === true) {
    throw new CheckpointError('cancelled');
  }
  const child = spawn(order.executable, order.args, {
    cwd: order.folder,
    env: order.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const output = new Tail(child.stderr, keptOutputBytes);
  const reply = new Reply(child.stdout, maxReplyBytes);
  // One that ends before it has read its request says more by its status.
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${order.request}\n`);
  const closed = new Promise((resolve) => child.once('close', resolve));
  try {
    const end = await endOf(child, reply, order);
    await Promise.race([closed, delay(pipesPatience, undefined, { ref: false })]);
    return { end, reply: reply.text(), output: output.report() };
  } finally {
    child.stdin.destroy();
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** Waits for the first of: its end, the limits, the one who asked. The group has been killed by then. */
function endOf(child: ChildProcess, reply: Reply, { timeLimit, signal }: ChildOrder): Promise<ChildEnd> {
  return new Promise((resolve, reject) => {
    let decided: (() => void) | undefined;
    const timers: NodeJS.Timeout[] = [];
    const finish = (settle: () => void): void => {
      timers.forEach(clearTimeout);
      signal?.removeEventListener('abort', cancel);
      (decided ?? settle)();
    };
    const stop = (settle: () => void): void => {
      decided ??= settle;
      killGroup(child);
      timers.push(setTimeout(finish, killPatience, settle));
    };
    const cancel = (): void => {
      stop(() => {
        reject(new CheckpointError('cancelled'));
      });
    };
    const end = (value: ChildEnd) => () => {
      resolve(value);
    };
    signal?.addEventListener('abort', cancel);
    timers.push(setTimeout(stop, timeLimit, end({ kind: 'time-limit' })));
    reply.onOverflow = () => {
      stop(end({ kind: 'reply-limit' }));
    };
    child.once('error', (error) => {
      finish(() => {
        reject(error);
      });
    });
    child.once('exit', (status, killedBy) => {
      killGroup(child);
      finish(end(status === null ? { kind: 'killed', signal: killedBy ?? '' } : { kind: 'exited', status }));
    });
  });
}

/** A group outlives its leader, and keeps its number for as long as it does. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) {
    return;
  }
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true, stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM'))) {
      throw error;
    }
  }
}

/** All of a stream, up to a limit. */
class Reply {
  onOverflow: (() => void) | undefined;
  private readonly chunks: Buffer[] = [];
  private bytes = 0;

  constructor(stream: Readable, most: number) {
    stream.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      if (this.bytes > most) {
        this.onOverflow?.();
      } else {
        this.chunks.push(chunk);
      }
    });
  }

  text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}

/** The end of a stream. */
class Tail {
  private chunks: Buffer[] = [];
  private kept = 0;
  private bytes = 0;

  constructor(
    stream: Readable,
    private readonly most: number,
  ) {
    stream.on('data', (chunk: Buffer) => {
      this.take(chunk);
    });
  }

  private take(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.kept += chunk.length;
    this.chunks.push(chunk);
    if (this.kept > 4 * this.most) {
      this.chunks = [Buffer.concat(this.chunks).subarray(-this.most)];
      this.kept = this.most;
    }
  }

  report(): Output {
    const all = Buffer.concat(this.chunks);
    const end = all.subarray(-this.most);
    const lineEnd = end.length < this.bytes ? end.indexOf(0x0a) : -1;
    // A line longer than half of what is kept stays, though its beginning is missing.
    const start = lineEnd < this.most / 2 ? lineEnd + 1 : 0;
    return { text: stripVTControlCharacters(end.subarray(start).toString('utf8')), bytes: this.bytes };
  }
}
