import { describe, expect, it } from 'vitest';
import { initialisations } from '../../src/core/init/initialisation';
import { hostContract } from '../../src/protocol/checks';
import { isEdits, isIntent, isPreview, isReview } from '../../src/protocol/editChecks';
import type { EditIntent, EditPreview, EditsView, ReviewView } from '../../src/protocol/edits';

const intents: readonly EditIntent[] = [
  { kind: 'keep', rows: [0, 3] },
  { kind: 'remove', rows: [] },
  { kind: 'renameRow', row: 3, label: 'head' },
  { kind: 'renameKeys', form: { how: 'pattern', pattern: '^a', text: '$1', ignoreCase: false }, rows: null },
  { kind: 'renameKeys', form: { how: 'strip', prefix: 'module.' }, rows: [1] },
  { kind: 'renameKeys', form: { how: 'add', prefix: 'model.' }, rows: null },
  { kind: 'remap', map: { 'cuda:1': 'cpu' }, rows: null },
  { kind: 'cast', dtype: 'float16', integers: false, rows: [2] },
  {
    kind: 'replaceLayer',
    layer: 3,
    call: 'fc = nn.Linear(512, 120)',
    initialisation: { kind: 'default' },
    keepOverlap: false,
    seed: 0,
  },
];

describe('what a webview may ask to be edited', () => {
  it.each(intents)('$kind', (intent) => {
    expect(isIntent(intent)).toBe(true);
    for (const field of Object.keys(intent)) {
      expect(isIntent({ ...intent, [field]: undefined }), field).toBe(false);
    }
    expect(hostContract.edit.parameters([intent, 1])).toBe(true);
    expect(hostContract.edit.parameters([intent])).toBe(false);
  });

  it('is nothing else', () => {
    for (const other of [
      null,
      'remove',
      { kind: 'drop', rows: [0] },
      { kind: 'remove', rows: [-1] },
      { kind: 'remove', rows: [0.5] },
      { kind: 'remap', map: { cpu: 1 }, rows: null },
      { kind: 'renameKeys', form: { how: 'guess', prefix: 'a' }, rows: null },
      ...[null, { kind: 'ones' }, { kind: 'kaimingUniform', mode: 'fan' }, { kind: 'normal', mean: 0 }].map(
        (initialisation) => ({
          kind: 'replaceLayer',
          layer: 0,
          call: 'nn.Linear(1, 2)',
          initialisation,
          keepOverlap: false,
          seed: 0,
        }),
      ),
    ]) {
      expect(isIntent(other), JSON.stringify(other)).toBe(false);
    }
  });
});

it.each([...initialisations.values()])('a layer can start from $kind', (initialisation) => {
  const intent = { kind: 'replaceLayer', layer: 0, call: '', initialisation, keepOverlap: true, seed: -1 };
  expect(isIntent(intent)).toBe(true);
});

const preview: EditPreview = {
  sentence: 'Two keys change.',
  notes: [],
  warnings: [],
  problem: '',
  changes: [{ row: 1, from: 'a', to: 'b', collides: false }],
  changeCount: 1,
  python: '',
};
const edits: EditsView = {
  readOnly: null,
  steps: [{ icon: 'trash', text: 'Remove a', bytes: -4 }],
  current: 1,
  saved: 0,
  savedAt: '14:02',
  savedBytes: 10,
  bytes: null,
  keptBytes: 0,
};
const review: ReviewView = {
  id: 'compact',
  title: 'Compact',
  icon: 'archive',
  sentence: 'Two storages shrink.',
  sections: [{ title: 'Storages', items: [{ text: 'a', secondary: '4 B', rows: [0] }], count: 1 }],
  choices: [],
  chosen: null,
  notes: [],
  apply: null,
};

describe('views of editing are taken whole or not at all', () => {
  it.each([
    ['preview', isPreview, preview],
    ['edits', isEdits, edits],
    ['review', isReview, review],
  ] as const)('%s', (_name, isView, view) => {
    expect(isView(view)).toBe(true);
    for (const field of Object.keys(view)) {
      expect(isView({ ...view, [field]: undefined }), field).toBe(false);
    }
  });
});
