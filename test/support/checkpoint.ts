import { openFile } from '../../src/core/bytes/fileSource';
import type { Checkpoint } from '../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../src/core/checkpoint/open';
import { buildTree } from '../../src/core/tree/buildTree';
import type { TreeColumns } from '../../src/core/tree/treeColumns';

/** What the editor shows of a file. Nothing of it needs the file any more. */
export async function loadFile(path: string): Promise<{ checkpoint: Checkpoint; tree: TreeColumns }> {
  const source = await openFile(path);
  try {
    const checkpoint = await openCheckpoint(source, { fileName: path });
    return { checkpoint, tree: buildTree(checkpoint) };
  } finally {
    await source.close();
  }
}
