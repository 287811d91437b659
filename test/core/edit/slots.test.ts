import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keyOf } from '../../../src/core/checkpoint/path';
import { openFile } from '../../../src/core/bytes/fileSource';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { findPath } from '../../../src/core/edit/find';
import { portable } from '../../../src/core/edit/portable';
import { SlotReader } from '../../../src/core/edit/slots';
import { readOnlyReason, startState } from '../../../src/core/edit/state';
import { corpusFolder, readOracle } from '../../support/corpus';
import { keys } from './support';

const files = [...readOracle().keys()];

describe('every entry of the corpus', () => {
  test.each(files)('%s: is found by its path, and a state described anew shows the same', async (file) => {
    const source = await openFile(join(corpusFolder, file));
    try {
      const checkpoint = await openCheckpoint(source, { fileName: file }).catch(() => null);
      if (checkpoint === null || readOnlyReason(checkpoint) !== null) {
        return;
      }
      const state = portable(startState(checkpoint));
      if (!state.pristine && checkpoint.container.kind !== 'tar') {
        expect(keys(state)).toEqual(keys(checkpoint));
      }
      const reader = new SlotReader(state);
      for (const { path, node } of [...state.checkpoint.entries, ...state.checkpoint.branches]) {
        if (path[0] !== '.metadata') {
          expect([keyOf(path), findPath(reader, state.root, path).value]).toEqual([keyOf(path), node]);
        }
      }
    } finally {
      await source.close();
    }
  });
});
