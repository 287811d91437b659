import { openFile } from '../../../src/core/bytes/fileSource';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { apply } from '../../../src/core/edit/apply';
import { startState } from '../../../src/core/edit/state';
import { appendToFile, planAppend } from '../../../src/core/write/appendSave';
import { planSave } from '../../../src/core/write/planSave';
import { replaceFile } from '../../../src/core/write/replaceFile';
import { tracedFileSystem } from './tracedFileSystem';

/** Edits and saves a file, and kills itself at a step: `mode path step`. Prints how many steps there were, if it lives. */
async function main(mode: string, path: string, deadlyStep: number): Promise<void> {
  const source = await openFile(path);
  const state = apply(startState(await openCheckpoint(source)), { kind: 'addPrefix', prefix: 'edited.' });
  let step = 0;
  const fileSystem = tracedFileSystem(async (_name, half) => {
    if (step++ === deadlyStep) {
      await half?.();
      process.kill(process.pid, 'SIGKILL');
    }
  });
  const expected = source.identity;
  if (mode === 'append') {
    const plan = await planAppend(state);
    if (plan === null) throw new Error('no append');
    await appendToFile(path, plan, { expected, fileSystem });
  } else {
    await replaceFile(path, planSave(state, 'zip'), { expected, fileSystem, keepPrevious: mode === 'keep' });
  }
  process.stdout.write(String(step));
}

const [mode = '', path = '', deadlyStep = '-1'] = process.argv.slice(2);
await main(mode, path, Number(deadlyStep));
