import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { candidates, isRecentEnough, type FoundPython } from '../../scripts/findPython.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder where `python.json` comes to be, and the sockets of test/torch/serve.py. */
    torchFolder: string;
  }
}

const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What real torch computes is that of the corpus's oracle; texts are UTF-8. */
const environment = { ATEN_CPU_CAPABILITY: 'avx2', PYTHONIOENCODING: 'utf-8', PYTHONWARNINGS: 'ignore' };

/**
 * Imports torch once for all test files, and does not wait for it: `torch.ts` does where a test needs it. Which Python was found
 * stands in `python.json` then, null where none has torch.
 */
export function setup(project: TestProject): () => Promise<void> {
  // Short: the path of a socket may have 103 characters.
  const folder = mkdtempSync(join(tmpdir(), 'torch-'));
  project.provide('torchFolder', folder);
  let server: ChildProcessWithoutNullStreams | undefined;
  let isOver = false;
  const start = async (): Promise<FoundPython | null> => {
    for (const executable of candidates(projectRoot)) {
      if (isOver) {
        break;
      }
      server = serve(executable, folder);
      const torch = await firstLine(server);
      if (torch !== null && isRecentEnough(torch)) {
        return { executable, torch };
      }
      server.kill();
    }
    return null;
  };
  const started = start().then((found) => {
    if (!isOver) {
      // Whole at once for those who wait for it.
      writeFileSync(join(folder, 'python.tmp'), JSON.stringify(found));
      renameSync(join(folder, 'python.tmp'), join(folder, 'python.json'));
    }
  });
  return async () => {
    isOver = true;
    // What it has forked ends with its input.
    server?.stdin.end();
    server?.kill();
    await started;
    rmSync(folder, { recursive: true, force: true });
  };
}

function serve(executable: string, folder: string): ChildProcessWithoutNullStreams {
  const child = spawn(executable, [join(projectRoot, 'test', 'torch', 'serve.py'), folder], {
    env: { ...process.env, ...environment },
  });
  // A Python without torch says so here.
  child.stderr.resume();
  return child;
}

/** null when the process ends, or cannot be started. */
function firstLine(child: ChildProcessWithoutNullStreams): Promise<string | null> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) {
        resolve(text.trim());
      }
    });
    child.once('error', () => {
      resolve(null);
    });
    child.once('exit', () => {
      resolve(null);
    });
  });
}
