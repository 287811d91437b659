import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = process.env['PTCKPT_ROOT'] ?? '';
const python = process.env['PTCKPT_TORCH_PYTHON'];

/** There is a Python with torch to ask. */
export const hasTorch = python !== undefined;

interface Question {
  readonly path: string;
  readonly expressions?: readonly string[];
}

/** One Python for all tests: `import torch` costs seconds. It ends with the extension host, which holds its input open. */
class Torch {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;
  private errors = '';
  private last: Promise<unknown> = Promise.resolve();

  constructor(executable: string) {
    this.child = spawn(executable, [join(root, 'test', 'torch', 'evaluate.py')]);
    this.child.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** Answers come in the order of the questions. */
  ask(question: Question): Promise<unknown> {
    const answer = this.last.then(() => this.answerTo(question));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  private async answerTo(question: Question): Promise<unknown> {
    this.child.stdin.write(`${JSON.stringify(question)}\n`);
    const line = await this.lines.next();
    if (line.done === true) {
      throw new Error(`the Python with torch has ended: ${this.errors}`);
    }
    const { answer, error } = JSON.parse(line.value) as { answer?: unknown; error?: string };
    if (error !== undefined) {
      throw new Error(`torch over ${question.path}: ${error}`);
    }
    return answer;
  }
}

let torch: Torch | undefined;

function ask(question: Question): Promise<unknown> {
  if (python === undefined) {
    throw new Error('no Python with torch');
  }
  torch ??= new Torch(python);
  return torch.ask(question);
}

/** What real torch loads from a file, by key; undefined where there is no torch. */
export async function loadedByTorch(path: string): Promise<Record<string, string> | undefined> {
  return hasTorch ? ((await ask({ path })) as Record<string, string>) : undefined;
}

/**
 * What Python expressions give over what real torch loads from a file as `ckpt`; test/torch/evaluate.py says what else they
 * see.
 */
export async function evaluated(path: string, ...expressions: readonly string[]): Promise<unknown[]> {
  return (await ask({ path, expressions })) as unknown[];
}
