import { expect, test } from 'vitest';
import { allSnippetKinds } from '../../../src/core/snippets/kinds';
import { devicesFor, snippetChoices, takesDevice } from '../../../src/host/snippets/snippetChoices';
import { english } from '../../../src/wording/translate';
import { builtCheckpoint, tensor } from '../../support/builtCheckpoint';

const checkpoint = builtCheckpoint([tensor(['fc.weight'], { device: 'cuda:3' })], {
  summary: {
    ...builtCheckpoint([tensor(['fc.weight'])]).summary,
    devices: new Map([['cuda:3', 1]]),
  },
});

test('lists every kind: first those that the file can have, each with the line that tells it from the others', () => {
  const choices = snippetChoices(checkpoint, { fileName: 'net.pt' }, english);
  expect(choices.map(({ kind }) => kind).toSorted()).toEqual([...allSnippetKinds].sort());
  const [first, ...others] = choices;
  expect(first).toMatchObject({ kind: 'load-state-dict', detail: 'model.load_state_dict(state_dict)' });
  expect(others.slice(-2).map(({ kind, code, detail }) => [kind, code, detail])).toEqual([
    ['load-checkpoint', null, 'The file holds no optimizer beside a model.'],
    ['load-model', null, 'The file holds no whole model.'],
  ]);
  const dict = others.find(({ kind }) => kind === 'map-location-dict');
  expect(dict?.detail).toContain('map_location={"cuda:3": "cpu"}');
});

test('asks for a device where the code depends on one, and offers those of the file', () => {
  for (const kind of allSnippetKinds) {
    const [cpu, cuda] = ['cpu', 'cuda:1'].map((device) => {
      const choices = snippetChoices(checkpoint, { fileName: 'net.pt', device }, english);
      return choices.find((choice) => choice.kind === kind)?.code;
    });
    expect([kind, cpu !== cuda]).toEqual([kind, takesDevice(kind)]);
  }
  expect(devicesFor(checkpoint)).toContain('cuda:3');
});
