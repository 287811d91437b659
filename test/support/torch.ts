import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { findPython, type FoundPython } from '../../scripts/findPython.mjs';

const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const scriptFolder = join(projectRoot, 'test', 'torch');

/** The version that the corpus's oracle was made with; other ones may differ in bits and in `weights_only`. */
const oracleTorch = '2.13';

let found: FoundPython | null | undefined;

/** The Python that has torch; null where there is none. Looked for once per process, which costs one `import torch`. */
export function python(): FoundPython | null {
  if (found === undefined) {
    found = findPython(projectRoot);
  }
  return found;
}

export interface PythonOptions {
  /** Written to the script's standard input. */
  readonly input?: string | Uint8Array;
  /** Milliseconds; 60,000 unless given. */
  readonly timeout?: number;
}

/**
 * Runs a script of `test/torch` with the Python that has torch, and returns the JSON that it prints.
 * The script sees `ATEN_CPU_CAPABILITY=avx2`, as the corpus's oracle did.
 * @throws Error with the script's standard error when it fails, or when there is no torch.
 */
export async function runPython(
  script: string,
  args: readonly string[] = [],
  options: PythonOptions = {},
): Promise<unknown> {
  const interpreter = python();
  if (interpreter === null) {
    throw new Error(`no Python with torch for ${script}: ${howToGetTorch}`);
  }
  const child = spawn(interpreter.executable, [join(scriptFolder, script), ...args], {
    env: { ...process.env, ATEN_CPU_CAPABILITY: 'avx2', PYTHONIOENCODING: 'utf-8', PYTHONWARNINGS: 'ignore' },
    timeout: options.timeout ?? 60_000,
  });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const status = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  // A script that fails before it has read everything closes the pipe; its status tells more than that error would.
  child.stdin.once('error', () => undefined);
  child.stdin.end(options.input ?? '');
  if ((await status) !== 0) {
    throw new Error(`${script} failed: ${Buffer.concat(errors).toString('utf8')}`);
  }
  return JSON.parse(Buffer.concat(output).toString('utf8'));
}

const howToGetTorch = `python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 numpy`;

export interface TorchRequirement {
  /** The comparison holds for torch 2.13 alone: another version is a skip, by name. */
  readonly exact?: boolean;
  /** Milliseconds; 120,000 unless given, since every run imports torch. */
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
  return null;
}

function reportSkipped(name: string, why: string): void {
  process.stderr.write(`SKIPPED: ${name} (${why})\n`);
  const list = process.env['PTCKPT_SKIPPED'];
  if (list) {
    appendFileSync(list, `${name} (${why})\n`);
  }
}
