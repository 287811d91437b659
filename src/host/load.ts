import { auditRecords } from '../core/audit/auditRecords';
import type { ByteSource } from '../core/bytes/byteSource';
import type { Checkpoint, Entry } from '../core/checkpoint/checkpoint';
import type { DescriptionText } from '../core/checkpoint/layers';
import { openCheckpoint } from '../core/checkpoint/open';
import { changesBetween } from '../core/edit/changes';
import { startState, type EditState } from '../core/edit/state';
import { buildTree } from '../core/tree/buildTree';
import { flaggedBits, type TreeColumns } from '../core/tree/treeColumns';

export interface Loaded {
  readonly edit: EditState;
  /** That of `edit`. */
  readonly checkpoint: Checkpoint;
  readonly tree: TreeColumns;
  /** Entries of the saved state that `edit` lacks; rows of the tree name them behind those of the checkpoint. */
  readonly removed: readonly Entry[];
  /** Some row has a mark. */
  readonly hasFlagged: boolean;
}

export interface LoadOptions {
  readonly fileName: string;
  readonly signal: AbortSignal;
  /** Words for what stands behind a key. */
  readonly describe: DescriptionText;
  /** In bytes of the index; `total` 0 while it is not known. */
  progress(done: number, total: number): void;
  /** Everything but the tree is known: the summary can be shown. */
  opened(checkpoint: Checkpoint): void;
}

/**
 * Opens a file and builds its tree.
 * @throws CheckpointError
 */
export async function load(source: ByteSource, options: LoadOptions): Promise<Loaded> {
  const { fileName, signal } = options;
  const opened = await openCheckpoint(source, {
    fileName,
    signal,
    progress: (done, total) => {
      options.progress(done, total);
    },
  });
  // Disguised pickles too: what is read of a file that torch.save wrote is nothing more.
  const checkpoint = await auditRecords(opened, { signal });
  options.opened(checkpoint);
  // Lets the summary go out before the tree is built, which takes a while for very large files.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  signal.throwIfAborted();
  const start = startState(checkpoint);
  return showEdit(start, start, options.describe);
}

/** What is shown of a state, beside the one that the file holds. */
export function showEdit(edit: EditState, saved: EditState, describe: DescriptionText): Loaded {
  const { checkpoint } = edit;
  const changes = changesBetween(saved, edit);
  const tree = buildTree(checkpoint, describe, changes);
  return {
    edit,
    checkpoint,
    tree,
    removed: changes.removed.map(({ entry }) => entry),
    hasFlagged: tree.flags.some((flags) => (flags & flaggedBits) !== 0),
  };
}
