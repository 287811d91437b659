import { expect, test } from 'vitest';
import { EditError } from '../../../src/core/edit/editError';
import type { Value } from '../../../src/core/pickle/values';
import { editKeys, type EditKeys } from '../../../src/host/editing/contextKeys';
import { dict, object, orderedDict, parameter, tensor } from '../../core/checkpoint/builders';
import { rowsOf, shownFile, TestPanel } from './support';

async function panelOf(root: Value): Promise<TestPanel> {
  return new TestPanel((await shownFile(root)).edit);
}

/** Keys that are set. */
function set(keys: EditKeys): string[] {
  return Object.entries(keys).flatMap(([key, isSet]) => (isSet === true ? [key] : []));
}

test('nothing is offered while nothing is shown', () => {
  expect(set(editKeys(undefined))).toEqual([]);
});

test('of a state dict: no module, no optimizer, nothing to take out', async () => {
  const panel = await panelOf(orderedDict({ w: tensor('0') }));
  expect(set(editKeys(panel))).toEqual([
    'holdsObjects',
    'hasStateDict',
    'hasTensors',
    'hasLayers',
    'hasDevices',
    'editable',
  ]);
});

test('of a whole module: it can be taken out, and is refused', async () => {
  const module = object(
    'pkg.Net',
    dict({ training: true, _parameters: dict({ w: parameter('0') }), _buffers: dict({}), _modules: dict({}) }),
  );
  expect(set(editKeys(await panelOf(module)))).toEqual(
    expect.arrayContaining(['hasModule', 'hasBranch', 'isRefused', 'hasTensors']),
  );
});

test('of a slice that drags its storage along: it can be compacted', async () => {
  const panel = await panelOf(
    dict({ slice: tensor('0', { shape: [2], elements: 6 }), model: dict({ w: tensor('1') }) }),
  );
  expect(set(editKeys(panel))).toEqual(expect.arrayContaining(['hasSlack', 'hasBranch']));
});

test('edits, what they removed, and a selected value', async () => {
  const panel = await panelOf(dict({ w: tensor('0'), epoch: 1 }));
  panel.selection = rowsOf(panel.shown, 'epoch');
  expect(editKeys(panel)).toMatchObject({ valueSelected: true, hasEdits: false, hasRemoved: false });
  panel.document.apply({ kind: 'remove', selection: { paths: [['epoch']] } });
  panel.selection = rowsOf(panel.shown, 'w');
  expect(editKeys(panel)).toMatchObject({ valueSelected: false, hasEdits: true, hasRemoved: true });
});

test('a file that is only shown', async () => {
  const { edit } = await shownFile(dict({ w: tensor('0') }));
  const panel = new TestPanel(edit, new EditError('edit-read-only', 'no-pickle'));
  expect(editKeys(panel).editable).toBe(false);
});
