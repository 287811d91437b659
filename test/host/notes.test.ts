import { expect, it } from 'vitest';
import type { Conflict } from '../../src/host/documentState';
import { autoSaveNote, conflictNote, diskNote, findingsNote, shownTime } from '../../src/host/notes';
import type { FindingView } from '../../src/protocol/messages';
import { english } from '../../src/wording/translate';

it('says the time of what is shown, with the date when it is not of today', () => {
  const date = new Date(2026, 10, 25, 14, 2);
  expect(shownTime(date, new Date(2026, 10, 25, 23, 59), 'en')).toBe('14:02');
  expect(shownTime(date, new Date(2026, 10, 26, 0, 1), 'en')).toBe('Nov 25, 2026, 14:02');
  expect(shownTime(new Date(2026, 0, 1, 0, 5), new Date(2026, 0, 1, 1), 'zh-cn')).toBe('00:05');
});

it('says nothing of a file that is as it was read', () => {
  expect(diskNote('same', '14:02', false, english)).toBeNull();
});

it('says that a file is being written, and when it will be reloaded', () => {
  expect(diskNote('changing', '14:02', false, english)).toMatchObject({
    text: 'The file is being written. Showing the state of 14:02.',
    foot: 'Reloads when the file is complete',
    actions: [],
  });
});

const finding = (severity: FindingView['severity'], code: string): FindingView => ({
  severity,
  code,
  message: `about ${code}`,
});

it('says the worst finding first, and offers the others', () => {
  const findings = [finding('info', 'a'), finding('warning', 'b'), finding('error', 'c')];
  const note = findingsNote(findings, english);
  expect(note?.text).toBe('about c');
  expect(note?.actions.map(({ action }) => action)).toEqual(['showFindings', 'dismiss']);
});

it('makes no note of what is only worth knowing', () => {
  expect(findingsNote([finding('info', 'a')], english)).toBeNull();
  expect(findingsNote([], english)).toBeNull();
});

it('leaves it to the person what becomes of edits when the file has changed', () => {
  const actions = (conflict: Conflict) =>
    conflictNote(conflict, english).actions.map(({ label, action }) => [label, action]);
  expect(actions('overwritable')).toEqual([
    ['Overwrite', 'overwrite'],
    ['Reload', 'reload'],
  ]);
  expect(actions('rewritten')).toEqual([
    ['Make Edits Again', 'overwrite'],
    ['Reload', 'reload'],
  ]);
  expect(actions('unapplied')).toEqual([
    ['Make Edits Again', 'overwrite'],
    ['Discard Edits', 'reload'],
  ]);
  expect(conflictNote('overwritable', english).foot).toBe('Reload discards the edits');
});

it('does not promise to reload a file that has edits', () => {
  expect(diskNote('gone', '14:02', true, english)?.foot).toBe('Saving writes the file anew');
  expect(diskNote('gone', '14:02', false, english)?.foot).toBe('Reloads when the file is back');
  expect(diskNote('changing', '14:02', true, english)?.foot).toBeNull();
});

it('says what Auto Save costs, and how to be rid of it', () => {
  const note = autoSaveNote(2_254_857_830, english);
  expect(note.text).toBe('Auto Save is on: each edit writes this file anew (2.1 GB).');
  expect(note.actions.map(({ action }) => action)).toEqual(['turnOffAutoSave', 'dismiss']);
});
