import { join } from 'node:path';
import type { SummaryView } from '../../../src/protocol/messages';
import type { TreeColumns } from '../../../src/core/tree/treeColumns';
import { loadFile } from '../../support/checkpoint';
import { corpusFolder } from '../../support/corpus';
import type { Shown } from './fakeHost';

/** A file of the corpus as the editor shows it. */
export async function shownFile(name: string): Promise<Shown> {
  return { fileName: name.slice(name.lastIndexOf('/') + 1), ...(await loadFile(join(corpusFolder, name))) };
}

/** Of a tree without a file behind it. */
export const madeSummary: SummaryView = {
  fileName: 'made.pt',
  container: 'zip',
  kind: 'state-dict',
  wrapper: null,
  fileBytes: 123_456_789,
  counts: { tensors: 0, entries: 0, parameters: 0, tensorBytes: 0, storageBytes: 0 },
  imports: { unknown: 0, dangerous: 0 },
  findings: [],
};

/** A tree without a file behind it: large, or with keys that torch would not write. */
export function shownColumns(tree: TreeColumns): Shown {
  return { fileName: 'made.pt', tree, checkpoint: null, summary: madeSummary };
}
