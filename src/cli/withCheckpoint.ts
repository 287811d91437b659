import type { ByteSource } from '../core/bytes/byteSource';
import { sliceSource } from '../core/bytes/sliceSource';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import { openCheckpoint } from '../core/checkpoint/open';
import { openPath } from '../core/container/folder';
import { prepareToOpen } from '../core/write/prepareToOpen';
import { formatPercent } from '../wording/format';
import type { Terminal } from './terminal';
import { visible } from './visible';

/** A checkpoint, and the file that it is read from. */
export interface OpenedFile {
  readonly path: string;
  readonly checkpoint: Checkpoint;
  /** To be closed when the work is done. */
  readonly source: ByteSource;
}

/** Opens a checkpoint, showing how far that has come. @throws CheckpointError */
export async function openFile(path: string, terminal: Terminal): Promise<OpenedFile> {
  const source = await openWhole(path, terminal);
  try {
    const checkpoint = await openCheckpoint(source, {
      fileName: path,
      signal: terminal.signal,
      progress: (bytesDone, bytesTotal) => {
        terminal.progress(bytesTotal === 0 ? 'reading' : `reading ${formatPercent(bytesDone / bytesTotal)}`);
      },
    });
    return { path, checkpoint, source };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Opens a checkpoint, and closes it after the work. @throws CheckpointError */
export async function withCheckpoint(
  file: string,
  terminal: Terminal,
  work: (checkpoint: Checkpoint) => Promise<void>,
): Promise<void> {
  const { checkpoint, source } = await openFile(file, terminal);
  try {
    await work(checkpoint);
  } finally {
    await source.close();
  }
}

/** What killed saves left is seen to first. Old files that an editor keeps beside the new one are its own business. */
async function openWhole(file: string, terminal: Terminal): Promise<ByteSource> {
  const { recovery } = await prepareToOpen(file, 'all');
  const source = await openPath(file);
  switch (recovery.kind) {
    case 'none':
    case 'finished':
    case 'pending':
      return source;
    case 'undone':
      terminal.complain(`ptckpt: ${visible(file)}: an append save had been cut; the file is what it was before it`);
      return source;
    case 'unwritable': {
      terminal.complain(`ptckpt: ${visible(file)}: an append save had been cut; read is what the file was before it`);
      const before = sliceSource(source, 0, Math.min(recovery.oldSize, source.size));
      return { ...before, read: (offset, target) => before.read(offset, target), close: () => source.close() };
    }
  }
}
