import { openPath } from '../core/container/folder';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import { openCheckpoint } from '../core/checkpoint/open';
import { formatPercent } from '../wording/format';
import type { Terminal } from './terminal';

/** Opens a checkpoint, showing how far that has come, and closes it after the work. @throws CheckpointError */
export async function withCheckpoint(
  file: string,
  terminal: Terminal,
  work: (checkpoint: Checkpoint) => Promise<void>,
): Promise<void> {
  const source = await openPath(file);
  try {
    const checkpoint = await openCheckpoint(source, {
      fileName: file,
      signal: terminal.signal,
      progress: (bytesDone, bytesTotal) => {
        terminal.progress(bytesTotal === 0 ? 'reading' : `reading ${formatPercent(bytesDone / bytesTotal)}`);
      },
    });
    await work(checkpoint);
  } finally {
    await source.close();
  }
}
