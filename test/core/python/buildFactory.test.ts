import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { CheckpointError } from '../../../src/core/errors';
import { buildFactory, parseFactory, type FactoryOptions } from '../../../src/core/python/factory';
import { PythonError } from '../../../src/core/python/pythonError';
import { python, withTorch } from '../../support/torch';
import { fewOfTorch, models, writeProject } from '../../support/userCode';

/** The process itself: what it prints, how it ends, and that nothing of it stays. */

const project = writeProject({
  'models.py': models,
  'loud.py': `
import os, sys
from models import Net

def build():
    for number in range(2_000):
        print('to stdout', number, '.' * 1_000)
        print('to stderr', number, '.' * 1_000, file=sys.stderr)
    print('\\x1b[31mthe last line\\x1b[0m')
    print(repr(sys.stdin.read()))
    os.close(1)
    sys.stdout.close()
    return Net(3)
`,
  'ends.py': 'import os\n\ndef build():\n    print("before", flush=True)\n    os._exit(7)\n',
  'my-models/ends.py': 'from torch import nn\n\nclass Net(nn.Module): ...\n',
  'dies.py': 'import os, signal\n\ndef build():\n    os.kill(os.getpid(), signal.SIGSEGV)\n',
  'hangs.py': `
import os, subprocess, sys, time

def build():
    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
    with open('pids.tmp', 'w') as file:
        file.write(f'{os.getpid()} {child.pid}')
    os.replace('pids.tmp', 'pids')
    print('waiting', flush=True)
    wait_for_ever()

def wait_for_ever():
    time.sleep(600)
`,
  'leaves.py': `
import subprocess, sys
from torch import nn

def build():
    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
    with open('child', 'w') as file:
        file.write(str(child.pid))
    return nn.Module()
`,
});

const smallTorch = writeProject(fewOfTorch);

function interpreter(): string {
  return python()?.executable ?? '';
}

function build(factory: string, options: Partial<FactoryOptions> = {}): ReturnType<typeof buildFactory> {
  return buildFactory(parseFactory(factory), { python: interpreter(), folders: [project], ...options });
}

async function errorOf(work: Promise<unknown>): Promise<PythonError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PythonError)) {
    throw new Error(`no PythonError: ${String(error)}`);
  }
  return error;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** A process that has ended, and that nobody has waited for: PID 1 of a container may never. */
function isZombie(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z') === true;
  } catch {
    return false;
  }
}

async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) {
    await delay(20);
  }
}

async function pidsOnceWritten(name: string): Promise<number[]> {
  const path = join(project, name);
  while (!existsSync(path)) {
    await delay(20);
  }
  return readFileSync(path, 'utf8').split(' ').map(Number);
}

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(join(project, 'pids'), { force: true });
});

afterAll(() => {
  rmSync(project, { recursive: true });
  rmSync(smallTorch, { recursive: true });
});

describe('what the factory prints', () => {
  withTorch('neither disturbs the answer nor is kept beyond its end, also where stdout is closed', async () => {
    const { model, output } = await build('loud:build');
    expect(model.class).toBe('models.Net');
    expect(model.keys).toHaveLength(8);
    expect(output.bytes).toBeGreaterThan(4e6);
    expect(output.text.length).toBeLessThanOrEqual(16 << 10);
    // Input is empty; colours are taken out; lines are whole.
    expect(output.text).toMatch(/\nthe last line\n''\n$/);
    expect(output.text).toMatch(/^to std(out|err) \d+/);
  });

  withTorch('is told with the error', async () => {
    const error = await errorOf(build('ends:build'));
    expect(error.code).toBe('python-stopped');
    expect(error.problem).toEqual({ kind: 'exited', status: 7 });
    expect(error.output.text).toBe('before\n');
  });
});

describe('the process', () => {
  withTorch('writes nothing beside the user’s files', () => {
    expect(readdirSync(project)).not.toContain('__pycache__');
  });

  withTorch('is ended at its limit, with all that it has started', async () => {
    vi.stubEnv('PYTHONPATH', smallTorch);
    const error = await errorOf(build('hangs:build', { timeLimit: 6_000 }));
    expect(error.problem).toEqual({ kind: 'time-limit', seconds: 6 });
    expect(error.output.text).toMatch(/^waiting\n/);
    expect(error.output.text).toMatch(/hangs\.py", line \d+ in wait_for_ever/);
    await untilGone(await pidsOnceWritten('pids'));
  });

  withTorch('is ended where nobody waits any more', async () => {
    vi.stubEnv('PYTHONPATH', smallTorch);
    const controller = new AbortController();
    const building = build('hangs:build', { signal: controller.signal });
    const pids = await pidsOnceWritten('pids');
    controller.abort();
    await expect(building).rejects.toMatchObject({ code: 'cancelled' });
    await untilGone(pids);
    await expect(build('hangs:build', { signal: controller.signal })).rejects.toBeInstanceOf(CheckpointError);
  });

  withTorch('takes a file that no name leads to, before others of its name', async () => {
    vi.stubEnv('PYTHONPATH', smallTorch);
    const { model } = await build('my-models/ends.py:Net');
    expect(model.class).toBe('ends.Net');
  });

  withTorch('leaves no child behind that its factory started and forgot', async () => {
    vi.stubEnv('PYTHONPATH', smallTorch);
    const { model } = await build('leaves:build');
    expect(model.class).toBe('torch.nn.Module');
    await untilGone(await pidsOnceWritten('child'));
  });

  withTorch('that crashes is told by its signal', async () => {
    vi.stubEnv('PYTHONPATH', smallTorch);
    const error = await errorOf(build('dies:build'));
    expect(error.problem).toEqual({ kind: 'killed', signal: 'SIGSEGV' });
    expect(error.output.text).toMatch(/Segmentation fault[^]*dies\.py/);
  });

  withTorch('ends by itself when the one that asked is gone', async () => {
    const parent = spawnSync(process.execPath, ['--input-type=module', '-e', orphaning()], {
      env: { ...process.env, PYTHONPATH: smallTorch },
      cwd: project,
    });
    expect(parent.signal).toBe('SIGKILL');
    await untilGone(await pidsOnceWritten('pids'));
  });
});

/** A program that asks, and dies without a word to the process that it has started. */
function orphaning(): string {
  const script = join(import.meta.dirname, '..', '..', '..', 'src', 'python', 'factory.py');
  const request = { module: 'hangs', expression: 'build', folders: [project], dumpAfter: 600 };
  return `
    import { spawn } from 'node:child_process';
    import { existsSync } from 'node:fs';
    const child = spawn(${JSON.stringify(interpreter())}, [${JSON.stringify(script)}], { detached: true });
    child.stdin.write(${JSON.stringify(`${JSON.stringify(request)}\n`)});
    setInterval(() => {
      if (existsSync('pids')) {
        process.kill(process.pid, 'SIGKILL');
      }
    }, 20);
  `;
}

describe('an interpreter', () => {
  it('that is not there is named', async () => {
    const error = await errorOf(build('models:Net', { python: join(project, 'no-python') }));
    expect(error.code).toBe('python-unavailable');
    expect(error.problem).toEqual({ kind: 'interpreter-missing', executable: join(project, 'no-python') });
  });

  it('that is no program says why', async () => {
    const error = await errorOf(build('models:Net', { python: join(project, 'models.py') }));
    expect(error.problem).toMatchObject({
      kind: 'interpreter-fails',
      message: expect.stringContaining('EACCES') as unknown,
    });
  });

  it('that is another program gives no answer', async () => {
    const error = await errorOf(build('models:Net', { python: process.execPath }));
    expect(error.problem).toEqual({ kind: 'exited', status: 1 });
  });

  withTorch('without torch is told by its version', async () => {
    const venv = join(project, 'venv');
    execFileSync(interpreter(), ['-m', 'venv', '--without-pip', venv]);
    const error = await errorOf(build('models:Net', { python: join(venv, 'bin', 'python') }));
    expect(error.code).toBe('python-unavailable');
    expect(error.problem).toMatchObject({ kind: 'no-torch', executable: join(venv, 'bin', 'python') });
  });
});

describe('the text of a factory', () => {
  it.each([
    ['flowers.model:FlowerNet', 'flowers.model', 'FlowerNet'],
    [' model : Net( num_classes = 120 ) ', 'model', 'Net( num_classes = 120 )'],
    ["a.b:c.d({'x:y': 1})", 'a.b', "c.d({'x:y': 1})"],
    ['модель:Сеть', 'модель', 'Сеть'],
    ['my-models/net.py:Net(3)', 'my-models/net.py', 'Net(3)'],
    ['C:\\models\\net.py:Net', 'C:\\models\\net.py', 'Net'],
    ["net:Net('a.py:b')", 'net', "Net('a.py:b')"],
  ])('%s is a module and an expression', (text, module, expression) => {
    expect(parseFactory(text)).toEqual({ module, expression });
  });

  it.each(['', 'Net', 'flowers.model', ':Net', 'a.b:', 'a-b:Net', 'a..b:Net', '../model:Net', 'os;x:Net', '1a:Net'])(
    '%s is none',
    (text) => {
      expect(() => parseFactory(text)).toThrow(PythonError);
    },
  );

  it('is not without an end', () => {
    expect(() => parseFactory(`a:${'x'.repeat(20_000)}`)).toThrow(PythonError);
  });
});
