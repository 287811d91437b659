import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { inject, test } from 'vitest';
import type { FoundPython } from '../../scripts/findPython.mjs';
import './torchSetup';

/** The version that the corpus's oracle was made with; other ones may differ in bits and in `weights_only`. */
const oracleTorch = '2.13';
const oracleTorchvision = '0.28.0';

let found: FoundPython | null | undefined;

/** The Python that has torch; null where there is none. Waits until that is known, which takes one `import torch`. */
export function python(): FoundPython | null {
  if (found === undefined) {
    const file = join(inject('torchFolder'), 'python.json');
    const clock = new Int32Array(new SharedArrayBuffer(4));
    while (!existsSync(file)) {
      Atomics.wait(clock, 0, 0, 50);
    }
    found = JSON.parse(readFileSync(file, 'utf8')) as FoundPython | null;
  }
  return found;
}

export interface PythonOptions {
  /** Written to the script's standard input. */
  readonly input?: string | Uint8Array;
  /** Milliseconds; 60,000 unless given. */
  readonly timeout?: number;
  /** The script uses `torch.optim`, which takes seconds to import. */
  readonly optimizers?: boolean;
}

/**
 * Runs a script of `test/torch` with the Python that has torch, in a process of its own, and returns the JSON that it prints.
 * The script sees `ATEN_CPU_CAPABILITY=avx2`, as the corpus's oracle did.
 * @throws Error with the script's standard error when it fails, or when there is no torch.
 */
export async function runPython(
  script: string,
  args: readonly string[] = [],
  options: PythonOptions = {},
): Promise<unknown> {
  if (python() === null) {
    throw new Error(`no Python with torch for ${script}: ${howToGetTorch}`);
  }
  const input = Buffer.from(options.input ?? '');
  const seconds = Math.ceil((options.timeout ?? 60_000) / 1_000);
  const request = { script, args, seconds, inputBytes: input.length };
  const reply = await exchange(
    options.optimizers === true ? 'optimizers' : 'torch',
    Buffer.concat([Buffer.from(`${JSON.stringify(request)}\n`), input]),
  );
  const end = reply.indexOf('\n');
  if (end === -1) {
    throw new Error(`${script} ended without an answer: it crashed, or took longer than ${String(seconds)} s`);
  }
  const { status, outputBytes } = JSON.parse(reply.toString('utf8', 0, end)) as { status: number; outputBytes: number };
  const output = reply.toString('utf8', end + 1, end + 1 + outputBytes);
  if (status !== 0) {
    throw new Error(`${script} failed: ${reply.toString('utf8', end + 1 + outputBytes)}`);
  }
  return JSON.parse(output);
}

/** What test/torch/serve.py says to a request: it forks a process that has imported torch already. */
async function exchange(server: 'torch' | 'optimizers', request: Uint8Array): Promise<Buffer> {
  const socket = connect(join(inject('torchFolder'), server));
  const reply: Buffer[] = [];
  socket.on('data', (chunk) => reply.push(chunk));
  await new Promise((resolve, reject) => {
    socket.once('error', reject).once('close', resolve);
    socket.write(request);
  });
  return Buffer.concat(reply);
}

const howToGetTorch = `python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 numpy`;

export interface TorchRequirement {
  /** The comparison holds for torch 2.13 alone: another version is a skip, by name. */
  readonly exact?: boolean;
  /** The torchvision that the catalogue was made from has to be there too. */
  readonly torchvision?: boolean;
  /** Milliseconds; 120,000 unless given. */
  readonly timeout?: number;
}

/**
 * A test that needs real torch. Without one it is skipped aloud, and its name goes to the file `$PTCKPT_SKIPPED` for the
 * last lines of `npm test`; `PTCKPT_REQUIRE_TORCH=1` makes the skip a failure.
 */
export function withTorch(name: string, body: () => Promise<void> | void, requirement: TorchRequirement = {}): void {
  const missing = whatIsMissing(requirement);
  if (missing === null) {
    test(name, { timeout: requirement.timeout ?? 120_000 }, body);
    return;
  }
  if (process.env['PTCKPT_REQUIRE_TORCH'] === '1') {
    test(name, () => {
      throw new Error(missing);
    });
    return;
  }
  test(name, (context) => {
    reportSkipped(name, missing);
    context.skip(missing);
  });
}

function whatIsMissing(requirement: TorchRequirement): string | null {
  const interpreter = python();
  if (interpreter === null) {
    return `needs torch: ${howToGetTorch}`;
  }
  if (requirement.exact && !interpreter.torch.startsWith(`${oracleTorch}.`)) {
    return `compares with torch ${oracleTorch}, found ${interpreter.torch}`;
  }
  if (requirement.torchvision && torchvisionOf(interpreter) !== oracleTorchvision) {
    return `needs torchvision: ${interpreter.executable} -m pip install --no-deps torchvision==${oracleTorchvision} pillow`;
  }
  return null;
}

/** Its version without what names the build; null where it is not installed. Asked without importing it. */
function torchvisionOf({ executable }: FoundPython): string | null {
  const probe = 'import importlib.metadata as m; print(m.version("torchvision"))';
  const { status, stdout } = spawnSync(executable, ['-c', probe], { encoding: 'utf8' });
  return status === 0 ? (stdout.trim().split('+')[0] ?? null) : null;
}

function reportSkipped(name: string, why: string): void {
  process.stderr.write(`SKIPPED: ${name} (${why})\n`);
  const list = process.env['PTCKPT_SKIPPED'];
  if (list) {
    appendFileSync(list, `${name} (${why})\n`);
  }
}
