import { describe, expect, it } from 'vitest';
import { EditError } from '../../src/core/edit/editError';
import { signatures } from '../../src/core/init/layerSpec';
import type { LayerView } from '../../src/protocol/layers';
import {
  draftOf,
  fieldText,
  isWrong,
  layerMeant,
  withField,
  withLine,
  withoutTyped,
  type LayerDraft,
} from '../../webview/editor/pane/replace/layerDraft';
import { initialisationOf, isWrongNumber, plainInit, seedOf } from '../../webview/editor/pane/replace/initForm';

function layerView(key: string, call: string, name = key): LayerView {
  return { layer: 0, key, name, description: '', call };
}

const conv = layerView('conv1', 'nn.Conv2d(3, 64, kernel_size=7, bias=False)');

/** What each field shows. */
function fields(draft: LayerDraft): Readonly<Record<string, string>> {
  const { spec, typed } = draft;
  return spec === null
    ? {}
    : Object.fromEntries(
        signatures[spec.kind].map((each) => [each.name, typed.get(each.name)?.text ?? fieldText(spec, each)]),
      );
}

function reason(draft: LayerDraft, name: string): string | undefined {
  return draft.typed.get(name)?.problem?.reason;
}

describe('the line and its fields', () => {
  it('begin with the layer as it is', () => {
    const draft = draftOf(conv);
    expect(draft.line).toBe('conv1 = nn.Conv2d(3, 64, kernel_size=7, bias=False)');
    expect(isWrong(draft)).toBe(false);
    expect(fields(draft)).toEqual({
      in_channels: '3',
      out_channels: '64',
      kernel_size: '7',
      stride: '1',
      padding: '0',
      dilation: '1',
      groups: '1',
      bias: 'False',
      padding_mode: 'zeros',
    });
  });

  it('begin without a name that Python could not assign to, and without a call where none is known', () => {
    expect(draftOf(layerView('0', 'nn.Linear(2, 3)')).line).toBe('nn.Linear(2, 3)');
    expect(draftOf(layerView('features.0', 'nn.Linear(2, 3)')).line).toBe('features.0 = nn.Linear(2, 3)');
    const unknown = draftOf(layerView('attn', ''));
    expect(unknown).toMatchObject({ line: 'attn = ', problem: null, spec: null });
    expect(isWrong(unknown)).toBe(true);
  });

  it('a line fills the fields; a wrong one leaves them as they were', () => {
    const draft = withLine('model.fc = nn.Linear(in_features=512, out_features=120)');
    expect(fields(draft)).toEqual({ in_features: '512', out_features: '120', bias: 'True' });
    const wrong = withLine('model.fc = nn.Linear(512, classes)', draft.spec);
    expect(wrong.problem?.reason).toBe('not-a-literal');
    expect(fields(wrong)).toEqual(fields(draft));
    expect(isWrong(wrong)).toBe(true);
  });

  it('a field changes the line, which keeps its name', () => {
    const draft = withField(
      withField(withLine('model.fc = nn.Linear(512, 1000)'), 'out_features', '120'),
      'bias',
      'False',
    );
    expect(draft.line).toBe('model.fc = nn.Linear(512, 120, bias=False)');
    expect(isWrong(draft)).toBe(false);
  });

  it('a field keeps what is typed until it is left, then it says it as the line does', () => {
    const draft = withField(draftOf(conv), 'kernel_size', '(5,5)');
    expect(draft.line).toContain('kernel_size=5');
    expect(fields(draft)['kernel_size']).toBe('(5,5)');
    expect(fields(withoutTyped(draft, 'kernel_size'))['kernel_size']).toBe('5');
    const uneven = withoutTyped(withField(draftOf(conv), 'kernel_size', '(3, 5)'), 'kernel_size');
    expect(fields(uneven)['kernel_size']).toBe('(3, 5)');
  });

  it('a wrong field says so, leaves the line alone, and stays wrong when it is left', () => {
    for (const text of ['', 'x', '3.5', '0', '3, bias=True', '(1, 2, 3)', ')']) {
      const draft = withoutTyped(withField(draftOf(conv), 'kernel_size', text), 'kernel_size');
      expect(draft.line, text).toBe(draftOf(conv).line);
      expect(reason(draft, 'kernel_size'), text).toMatch(/bad-argument|not-a-literal/);
      expect(isWrong(draft), text).toBe(true);
    }
  });

  it('names need no quotes', () => {
    const padded = withField(draftOf(conv), 'padding', 'same');
    expect(padded.line).toContain("padding='same'");
    expect(withField(padded, 'padding_mode', 'reflect').line).toContain("padding_mode='reflect'");
    const rnn = withField(withLine('nn.RNN(3, 4)'), 'nonlinearity', 'relu');
    expect(rnn.line).toBe("nn.RNN(3, 4, nonlinearity='relu')");
  });

  it('what stood in the way of another field lets it in', () => {
    const draft = withLine('nn.Conv2d(32, 32, kernel_size=3, groups=32)');
    const blocked = withField(draft, 'in_channels', '3');
    expect(reason(blocked, 'in_channels')).toBe('bad-argument');
    const free = withField(blocked, 'groups', '1');
    expect(free.line).toBe('nn.Conv2d(3, 32, kernel_size=3)');
    expect(isWrong(free)).toBe(false);
  });

  it('every kind of layer can be written by its fields', () => {
    for (const call of [
      'nn.LSTM(8, 16, num_layers=2)',
      'nn.LayerNorm((4, 8))',
      'nn.Embedding(10, 3, padding_idx=-1)',
    ]) {
      let draft = withLine(call);
      for (const [name, text] of Object.entries(fields(draft))) {
        draft = withField(draft, name, text);
      }
      expect(draft.line).toBe(call);
      expect(isWrong(draft), call).toBe(false);
    }
  });
});

describe('the layer that a line is about', () => {
  const layers = [
    conv,
    layerView('model.fc', 'nn.Linear(8, 2)', 'fc'),
    layerView('ema.fc', 'nn.Linear(8, 2)', 'fc'),
    layerView('ema.conv1', conv.call, 'conv1'),
  ];
  const [first, fc, emaFc, emaConv] = layers;
  const meant = (line: string, present = first): unknown =>
    present === undefined ? null : layerMeant(layers, line, present);

  it('is the one that it names, as the file or as code does', () => {
    expect(meant('conv1 = nn.Linear(1, 2)')).toBe(first);
    expect(meant('model.conv1 = nn.Linear(1, 2)')).toBe(first);
    expect(meant('ema.fc = nn.Linear(1, 2)')).toBe(emaFc);
    expect(meant('self.fc = nn.Linear(1, 2)')).toBe(fc);
  });

  it('is one of the same state dict where several have that name', () => {
    expect(meant('fc = nn.Linear(1, 2)', emaConv)).toBe(emaFc);
    expect(meant('fc = nn.Linear(1, 2)', emaFc)).toBe(emaFc);
  });

  it('stays where the line names none, or says nothing yet', () => {
    expect(meant('nn.Linear(1, 2)', fc)).toBe(fc);
    expect(meant('conv1 = nn.Lin', fc)).toBe(fc);
  });

  it('is none of the file where the name is unknown', () => {
    const unknown = meant('head = nn.Linear(1, 2)');
    expect(unknown).toBeInstanceOf(EditError);
    expect(unknown).toMatchObject({ reason: 'no-layer', entries: ['head'] });
  });
});

describe('the fields of the initialisation', () => {
  it('say what torch takes', () => {
    expect(initialisationOf(plainInit)).toEqual({ kind: 'default' });
    expect(initialisationOf({ ...plainInit, name: 'kaiming_normal', mode: 'fan_out' })).toEqual({
      kind: 'kaimingNormal',
      mode: 'fan_out',
    });
    expect(initialisationOf({ ...plainInit, name: 'trunc_normal', numbers: { std: '.02', a: '-1e-1' } })).toEqual({
      kind: 'truncNormal',
      mean: 0,
      std: 0.02,
      low: -0.1,
      high: 2,
    });
  });

  it('and nothing that it does not', () => {
    for (const [name, text] of [
      ['std', '-1'],
      ['mean', ''],
      ['mean', 'inf'],
      ['b', '-3'],
    ] as const) {
      const form = { ...plainInit, name: 'trunc_normal', numbers: { [name]: text } };
      expect(isWrongNumber(form, name), text).toBe(true);
      expect(initialisationOf(form), text).toBeNull();
    }
  });

  it.each([
    ['0', 0],
    [' -7 ', -7],
    ['1.5', null],
    ['', null],
    ['9999999999999999', null],
  ])('the seed %j is %j', (seed, expected) => {
    expect(seedOf({ ...plainInit, seed })).toBe(expected);
  });
});
