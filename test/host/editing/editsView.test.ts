import { expect, test } from 'vitest';
import { EditError } from '../../../src/core/edit/editError';
import { planSave } from '../../../src/core/write/planSave';
import { editsView, measureSizes } from '../../../src/host/editing/editsView';
import { isEdits } from '../../../src/protocol/editChecks';
import { english } from '../../../src/wording/translate';
import { dict, tensor } from '../../core/checkpoint/builders';
import { shownFile, TestPanel } from './support';

async function panel(): Promise<TestPanel> {
  return new TestPanel((await shownFile(dict({ a: tensor('0'), b: tensor('1'), epoch: 1 }))).edit);
}

test('lists edits in order, and where document and file are among them', async () => {
  const { document, history } = await panel();
  document.apply({ kind: 'setValue', path: ['epoch'], literal: '0' });
  history.markSaved();
  document.apply({ kind: 'remove', selection: { paths: [['b']] } });
  document.apply({ kind: 'renameKey', path: ['a'], key: 'w' });
  history.undo();
  const view = editsView(document, '14:02', english);
  expect(isEdits(view)).toBe(true);
  expect(view).toEqual({
    readOnly: null,
    steps: [
      { icon: 'symbol-numeric', text: 'Set epoch to 0', bytes: null },
      { icon: 'trash', text: 'Remove b', bytes: null },
      { icon: 'edit', text: 'Rename a → w', bytes: null },
    ],
    current: 2,
    saved: 1,
    savedAt: '14:02',
    savedBytes: 1_000,
    bytes: null,
    keptBytes: 0,
  });
});

test('says sizes once they are measured: of the file to be, and by how much an edit changes it', async () => {
  const { document, history } = await panel();
  document.apply({ kind: 'remove', selection: { paths: [['b']] } });
  expect(measureSizes(document)).toBe(true);
  expect(measureSizes(document)).toBe(false);
  const view = editsView(document, '14:02', english);
  const [before, after] = history.all.map(({ state }) => planSave(state, 'zip').size);
  expect(view.bytes).toBe(after);
  expect(view.steps[0]?.bytes).toBe((after ?? 0) - (before ?? 0));
});

test('a file without edits has the size that it has', async () => {
  const { document } = await panel();
  expect(editsView(document, '14:02', english)).toMatchObject({ steps: [], current: 0, saved: 0, bytes: 1_000 });
});

test('the state that was saved may be none of those in the list', async () => {
  const { document, history } = await panel();
  document.apply({ kind: 'setValue', path: ['epoch'], literal: '2' });
  history.markSaved();
  history.undo();
  document.apply({ kind: 'setValue', path: ['epoch'], literal: '3' });
  expect(editsView(document, '14:02', english).saved).toBeNull();
});

test('says why a file cannot be edited', async () => {
  const { edit } = await shownFile(dict({ a: 1 }));
  const { document } = new TestPanel(edit, new EditError('edit-read-only', 'format-read-only', [], ['npz']));
  expect(editsView(document, '14:02', english).readOnly).toContain('A NumPy file is no checkpoint');
});
