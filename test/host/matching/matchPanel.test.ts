import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../../src/core/catalogue/loadCatalogue';
import { keyOf } from '../../../src/core/checkpoint/path';
import { apply } from '../../../src/core/edit/apply';
import { PythonError } from '../../../src/core/python/pythonError';
import type { FactoryReply } from '../../../src/core/python/factory';
import { updated } from '../../../src/host/matching/outcome';
import { MatchStatus, type MatchGroup, type MatchRowView } from '../../../src/protocol/match';
import { layer, resnet, type Named } from '../../core/match/support';
import { dict, open, tensor } from '../../core/checkpoint/builders';
import { rowOf } from '../editing/support';
import { fileOf, MatchedDocument, noForm } from './support';

/** The file's own, and a model around the same backbone: another first convolution, another head. */
const ours: readonly Named[] = [
  ...layer.conv('conv1', 3, 64, 7),
  ...layer.batchNorm('bn1', 64),
  ...layer.linear('fc', 64, 102),
];
const theirs: readonly Named[] = [
  ...layer.conv('backbone.conv1', 4, 64, 7),
  ...layer.batchNorm('backbone.bn1', 64),
  ...layer.linear('head', 64, 120),
];

async function flowers(): Promise<MatchedDocument> {
  return new MatchedDocument(await fileOf(ours), { files: { 'model.pt': await fileOf(theirs) } });
}

function rows(document: MatchedDocument, group: MatchGroup, first = 0, count = 100): readonly MatchRowView[] {
  return document.match.rows({ revision: document.result.revision, group, first, count });
}

const accept = { kind: 'decide', id: null, decision: 'accept' } as const;

describe('a match', () => {
  it('is an alarm where nothing loads, with the prefix first, and nothing is renamed unasked', async () => {
    const document = await flowers();
    await document.against('model.pt');
    const { isAlarm, coverage, headline, proposals, keys } = document.result;
    expect({ isAlarm, coverage, headline, keys }).toEqual({
      isAlarm: true,
      coverage: 0,
      headline: '0 of 8 keys load',
      keys: 0,
    });
    expect(proposals.map(({ title, state }) => [title, state])).toEqual([
      ['Add prefix backbone.', 'open'],
      ['fc → head', 'open'],
    ]);
  });

  it('says what loads once a proposal is accepted, and how to mend the rest', async () => {
    const document = await flowers();
    await document.against('model.pt');
    const [prefix] = document.result.proposals;
    await document.run({ kind: 'decide', id: prefix?.id ?? '', decision: 'accept' });
    const { headline, isAlarm, groups, keys, bytes } = document.result;
    expect({ headline, isAlarm, keys }).toEqual({ headline: '5 of 8 keys load', isAlarm: false, keys: 5 });
    // The tensors of one shape are one tensor in this file, which is written once.
    expect(bytes).toBe((64 + 1) * 4);
    expect(groups.map(({ group, count, parameters }) => [group, count, parameters])).toEqual([
      ['mismatched', 1, 64 * 4 * 49],
      ['missing', 2, 64 * 120 + 120],
      ['unexpected', 2, 64 * 102 + 102],
      ['matched', 5, 257],
    ]);
    expect(rows(document, 'mismatched')).toEqual([
      {
        key: 'backbone.conv1.weight',
        fileKey: 'conv1.weight',
        fileShape: '[64, 3, 7, 7]',
        modelShape: '[64, 4, 7, 7]',
        action: 'keepOut',
        actions: ['keepOut', 'overlap', 'afresh', 'fromTarget'],
        row: 0,
      },
    ]);
    expect(rows(document, 'missing').map(({ key, fileShape, row }) => [key, fileShape, row])).toEqual([
      ['head.weight', '—', -1],
      ['head.bias', '—', -1],
    ]);
  });

  it('goes back to what it was when an acceptance is undone, and offers a refused one no more', async () => {
    const document = await flowers();
    await document.against('model.pt');
    const before = document.result.proposals;
    await document.run(accept);
    expect(document.result.proposals.map(({ id, state }) => [id, state])).toEqual(
      before.map(({ id }) => [id, 'accepted']),
    );
    await document.run({ kind: 'decide', id: before[0]?.id ?? '', decision: 'undo' });
    expect(document.result.coverage).toBeLessThan(0.5);
    expect(document.result.proposals.map(({ state }) => state)).toEqual(['open', 'accepted']);
    await document.run({ kind: 'decide', id: before[0]?.id ?? '', decision: 'refuse' });
    expect(document.result.proposals.find(({ id }) => id === before[0]?.id)?.state).toBe('refused');
    expect(document.result.headline).toBe('0 of 8 keys load');
  });

  it('marks the rows of the tree', async () => {
    const document = await flowers();
    await document.against('model.pt');
    await document.run({ kind: 'decide', id: document.result.proposals[0]?.id ?? '', decision: 'accept' });
    const shown = document.panel.shown;
    const statusOf = (key: string): number | undefined => document.result.rows[rowOf(shown, key)];
    expect(statusOf('conv1.weight')).toBe(MatchStatus.Shape);
    expect(statusOf('bn1.running_mean')).toBe(MatchStatus.Loads);
    expect(statusOf('fc.bias')).toBe(MatchStatus.Unused);
    expect(statusOf('bn1')).toBe(MatchStatus.NotPart);
    expect(document.result.version).toBe(document.panel.version);
  });

  it('keeps what was chosen for a row as long as it can be done', async () => {
    const document = await flowers();
    await document.against('model.pt');
    await document.run({ kind: 'decide', id: document.result.proposals[0]?.id ?? '', decision: 'accept' });
    const { revision } = document.result;
    const overlap = { kind: 'action', revision, group: 'mismatched', index: 0, action: 'overlap' } as const;
    await document.run(overlap);
    expect(document.result.keys).toBe(6);
    expect(document.result.bytes).toBe((64 * 4 * 49 + 64 + 1) * 4);
    expect(rows(document, 'mismatched')[0]?.action).toBe('overlap');
    // What is pressed in a list that has changed meanwhile is not meant for the one that is there now.
    await document.run({ ...overlap, action: 'keepOut' });
    expect(rows(document, 'mismatched')[0]?.action).toBe('overlap');
    await document.run({
      ...overlap,
      revision: document.result.revision,
      group: 'missing',
      index: null,
      action: 'afresh',
    });
    expect(rows(document, 'missing').map(({ action }) => action)).toEqual(['afresh', 'afresh']);
    expect(document.result.keys).toBe(8);
    await document.run({ kind: 'decide', id: document.result.proposals[0]?.id ?? '', decision: 'undo' });
    expect(document.result.groups.map(({ group }) => group)).not.toContain('mismatched');
    expect(rows(document, 'missing')[0]?.action).toBe('leaveMissing');
  });

  it('gives rows of the ranges that are asked for, of the match that is shown alone', async () => {
    const document = await flowers();
    await document.against('model.pt');
    expect(rows(document, 'missing', 1, 2).map(({ key }) => key)).toEqual(['backbone.bn1.weight', 'backbone.bn1.bias']);
    expect(rows(document, 'missing', 7)).toEqual([]);
    const { revision } = document.result;
    await document.run(accept);
    expect(document.match.rows({ revision, group: 'missing', first: 0, count: 9 })).toEqual([]);
  });
});

describe('the document', () => {
  it('changes when the match is applied; undoing that brings the accepted names back', async () => {
    const document = await flowers();
    await document.against('model.pt');
    await document.run(accept);
    const { headline } = document.result;
    await document.run({ kind: 'apply' });
    const { history } = document.panel;
    expect(history.current.checkpoint.entries.map(({ path }) => keyOf(path))).toEqual(
      theirs.flatMap(([key]) => (key.startsWith('backbone.bn1') ? [key] : [])),
    );
    expect(document.result.headline).toBe('5 of 8 keys load');
    expect(document.result.proposals).toEqual([]);
    history.goTo(0);
    document.match.update();
    expect(document.result.headline).toBe(headline);
    expect(document.result.proposals.map(({ state }) => state)).toEqual(['accepted', 'accepted']);
  });

  it('is told of nothing while the pane is closed', async () => {
    const document = await flowers();
    await document.against('model.pt');
    await document.run({ kind: 'close' });
    const sent = document.views.length;
    document.panel.history.goTo(0);
    document.match.update();
    expect(document.views.length).toBe(sent);
    await document.run({ kind: 'open' });
    expect(document.result.headline).toBe('0 of 8 keys load');
  });

  it('offers all of its state dicts, and matches the one that is chosen', async () => {
    const file = await open(
      dict({
        small: dict({ 'a.weight': tensor('0') }),
        large: dict({ 'b.weight': tensor('0'), 'b.bias': tensor('1', { shape: [2] }) }),
      }),
    );
    const document = new MatchedDocument(file, { files: { 'model.pt': await fileOf([['a.weight', 2, 3]]) } });
    const { branches, form } = await document.against('model.pt');
    expect(branches.map(({ label, secondary }) => [label, secondary])).toEqual([
      ['small', 'state dict'],
      ['large', 'state dict'],
    ]);
    expect(form.branch).toBe('["large"]');
    expect(document.result.coverage).toBe(0);
    await document.run({ kind: 'target', form: { ...form, branch: '["small"]' } });
    expect(document.result.coverage).toBe(1);
    const marked = [...document.result.rows].filter((status) => status > 0);
    expect(marked).toEqual([MatchStatus.Loads]);
  });
});

describe('a target', () => {
  it('is preselected where the file is an architecture of torchvision', async () => {
    const architecture = (await loadCatalogue()).architecture('resnet18', { numClasses: 7 });
    const keys = architecture?.keys.map(({ key, shape }): Named => [key, ...shape]) ?? [];
    const document = new MatchedDocument(await fileOf(keys));
    const view = await document.run({ kind: 'open' });
    expect(view.form).toMatchObject({ kind: 'architecture', text: 'resnet18', classes: '7' });
    expect(view.recognised).toMatch(/^Recognised as resnet18 by \d+ of \d+ keys$/);
    expect(document.result.coverage).toBe(1);
    await document.run({ kind: 'target', form: { ...view.form, classes: '2' } });
    expect(document.result.groups.find(({ group }) => group === 'mismatched')?.count).toBe(2);
    // Every key of the model, its head as the constructor draws it.
    await document.run({ kind: 'writeUpdated' });
    const { match } = document.written[0] ?? {};
    const state = (match === undefined ? [] : updated(match)).reduce(
      (now, operation) => apply(now, operation),
      document.panel.history.current,
    );
    const shapes = state.checkpoint.entries.flatMap((entry) =>
      entry.kind === 'tensor' ? [[keyOf(entry.path), entry.shape]] : [],
    );
    expect(shapes).toHaveLength(keys.length);
    expect(shapes.slice(-2)).toEqual([
      ['fc.weight', [2, 512]],
      ['fc.bias', [2]],
    ]);
    await document.run({ kind: 'target', form: { ...view.form, classes: 'two' } });
    expect(document.view.problem?.sentence).toBe('The number of classes is a whole number from 1 on.');
    await document.run({ kind: 'target', form: { ...view.form, text: 'resnet1' } });
    expect(document.view.problem?.sentence).toContain('torchvision has no architecture “resnet1”.');
  });

  it('may be a list of keys or the text of an error', async () => {
    const document = new MatchedDocument(await fileOf(ours));
    const form = { ...noForm, kind: 'text' } as const;
    await document.run({ kind: 'open' }, { kind: 'target', form: { ...form, text: '{"fc.weight": [2, 64]}' } });
    expect(document.result.groups[0]).toMatchObject({ group: 'mismatched', count: 1 });
    expect(document.result.noUpdate).toBe('');
    const text = 'Error(s) in loading state_dict for Net:\n\tMissing key(s) in state_dict: "head.weight".';
    await document.run({ kind: 'target', form: { ...form, text } });
    expect(document.result.groups.map(({ group, count }) => [group, count])).toEqual([
      ['missing', 1],
      ['matched', 8],
    ]);
    expect(document.result.noUpdate).toBe('1 key of the model has no known shape: it cannot be made afresh.');
    await document.run({ kind: 'target', form: { ...form, text: '{"fc.weight": 3}' } });
    expect(document.view.problem?.sentence).toContain('The shape of “fc.weight” is no list of sizes.');
    expect(document.view.result).toBeNull();
  });

  it('that is not there, or no checkpoint of a model, is a problem and no match', async () => {
    const document = new MatchedDocument(await fileOf(ours), {
      files: { 'numbers.pt': await open(dict({ epoch: 3 })) },
    });
    expect((await document.against('gone.pt')).problem?.sentence).toContain('There is no such file.');
    expect((await document.against('numbers.pt')).problem?.sentence).toContain('There is no state dict');
    expect((await document.against('')).problem).toBeNull();
  });

  it('that comes late does not take the place of one that was named after it', async () => {
    const [slow, quick] = await Promise.all([fileOf(theirs), fileOf(ours)]);
    let arrive: () => void = () => undefined;
    const document = new MatchedDocument(await fileOf(ours), {
      openFile: async (name) => {
        if (name === 'slow.pt') {
          await new Promise<void>((resolve) => (arrive = resolve));
        }
        return { name, resource: name, checkpoint: name === 'slow.pt' ? slow : quick };
      },
    });
    await document.run({ kind: 'open' });
    const first = document.run({ kind: 'target', form: { ...noForm, text: 'slow.pt' } });
    expect(document.view.busy).toBe('Reading the target');
    await document.run({ kind: 'target', form: { ...noForm, text: 'quick.pt' } });
    arrive();
    await first;
    expect(document.view.busy).toBe('');
    expect(document.result.coverage).toBe(1);
  });

  it('of Python says what the process printed, and is given up when that is asked for', async () => {
    const document = new MatchedDocument(await fileOf(ours), {
      buildFactory: (text, signal) =>
        text === 'net:Slow'
          ? new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => {
                reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
              });
            })
          : Promise.reject(
              new PythonError(
                { kind: 'raised', message: 'ValueError: no data', traceback: 'ValueError: no data' },
                { text: 'reading…\n', bytes: 9 },
              ),
            ),
    });
    const form = { ...noForm, kind: 'python' } as const;
    await document.run({ kind: 'open' }, { kind: 'target', form: { ...form, text: 'net:Bad' } });
    expect(document.view.problem?.details).toContain('ValueError: no data');
    expect(document.view.problem?.details).toContain('reading…');
    const running = document.run({ kind: 'target', form: { ...form, text: 'net:Slow' } });
    expect(document.view.busy).toBe('Building the model with Python');
    await document.run({ kind: 'cancel' });
    expect(document.view).toMatchObject({ busy: '', problem: null, result: null });
    await running;
    expect(document.view).toMatchObject({ busy: '', problem: null, result: null });
    // Asked for once more, it is tried once more.
    const again = document.run({ kind: 'target', form: { ...form, text: 'net:Slow' } });
    expect(document.view.busy).toBe('Building the model with Python');
    await document.run({ kind: 'cancel' });
    await again;
  });

  it('of Python is matched as its factory built it', async () => {
    const keys = resnet().map(([key, ...shape]) => ({ key, shape, dtype: 'float32' }));
    const reply: Pick<FactoryReply, 'output'> & { readonly model: object } = {
      model: { keys, device: 'cpu', why: null },
      output: { text: '', bytes: 0 },
    };
    const document = new MatchedDocument(await fileOf(resnet()), {
      buildFactory: () => Promise.resolve(reply as FactoryReply),
    });
    const form = { ...noForm, kind: 'python', text: 'net:Net()' } as const;
    await document.run({ kind: 'open' }, { kind: 'target', form });
    expect(document.result.coverage).toBe(1);
    expect(document.result.notes[0]).toBe('It was built on the CPU, with all its weights.');
  });
});

describe('the buttons', () => {
  it('write, copy and report the match that is shown', async () => {
    const document = await flowers();
    await document.against('model.pt');
    await document.run({ kind: 'writeFiltered' }, { kind: 'writeUpdated' }, { kind: 'copyPython' });
    expect(document.written.map(({ kind }) => kind)).toEqual(['filtered', 'updated']);
    await document.run({ kind: 'copyReport' });
    const [python, report] = document.copied;
    expect(python).toBe('# model.pt');
    expect(report).toContain('0 of 8 keys load');
    expect(report).toContain('Missing in the file (7)\nbackbone.conv1.weight\t[64, 4, 7, 7]');
    expect(report).toContain('Not in the model (8)\nconv1.weight\t[64, 3, 7, 7]');
  });

  it('take what is browsed for as the target', async () => {
    const document = new MatchedDocument(await fileOf(ours), {
      files: { 'model.pt': await fileOf(ours) },
      browse: (kind) => Promise.resolve(kind === 'file' ? 'model.pt' : null),
    });
    await document.run({ kind: 'open' }, { kind: 'browse', target: 'file' });
    expect(document.view.form.text).toBe('model.pt');
    expect(document.result.coverage).toBe(1);
    await document.run({ kind: 'browse', target: 'python' });
    expect(document.view.form.kind).toBe('file');
  });
});
