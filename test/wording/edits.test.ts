import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EditError, type EditErrorCode, type EditReason } from '../../src/core/edit/editError';
import type { Operation, OperationKind } from '../../src/core/edit/operations';
import { parseLayerCall } from '../../src/core/init/layerCall';
import { TiedTensorsError } from '../../src/core/write/tiedTensors';
import { editErrorText, operationIcon, operationText } from '../../src/wording/edits';
import { errorText } from '../../src/wording/errors';
import { lossText } from '../../src/wording/losses';
import { english, type Translate } from '../../src/wording/translate';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

// A record, so that a reason that is added to the union must be added here.
const reasons: Readonly<Record<EditReason, EditErrorCode>> = {
  'no-entry': 'edit-no-match',
  'nothing-chosen': 'edit-no-match',
  'no-key-matches': 'edit-no-match',
  'no-device-matches': 'edit-no-match',
  'no-tensor-to-cast': 'edit-no-match',
  'no-parameter': 'edit-no-match',
  'no-module': 'edit-no-match',
  'no-optimizer': 'edit-no-match',
  'no-layer': 'edit-no-match',
  'nothing-to-convert': 'edit-no-match',
  'nothing-to-compact': 'edit-no-match',
  'same-key': 'edit-collision',
  'nothing-left': 'edit-empty',
  'bad-literal': 'edit-invalid',
  'bad-pattern': 'edit-invalid',
  'bad-device': 'edit-invalid',
  'bad-dtype': 'edit-invalid',
  'bad-map-location': 'edit-invalid',
  'bad-index': 'edit-invalid',
  'empty-key': 'edit-invalid',
  'no-resource': 'edit-invalid',
  'bad-layer-call': 'edit-invalid',
  'unknown-layer': 'edit-invalid',
  'unknown-argument': 'edit-invalid',
  'missing-argument': 'edit-invalid',
  'bad-argument': 'edit-invalid',
  'not-a-literal': 'edit-invalid',
  'bad-seed': 'edit-invalid',
  'bad-shape': 'edit-invalid',
  'not-a-key': 'edit-unsupported',
  'not-a-container': 'edit-unsupported',
  'not-a-value': 'edit-unsupported',
  'not-a-branch': 'edit-unsupported',
  'part-of-object': 'edit-unsupported',
  'long-bytes-of-other-file': 'edit-unsupported',
  'storage-view-of-other-file': 'edit-unsupported',
  'optimizer-object': 'edit-unsupported',
  'parameters-unknown': 'edit-unsupported',
  'no-devices-in-format': 'edit-unsupported',
  'flat-format': 'edit-unsupported',
  'values-in-format': 'edit-unsupported',
  'device-not-storable': 'edit-unsupported',
  'layer-not-float': 'edit-unsupported',
  'stacked-gates': 'edit-unsupported',
  'no-matrix': 'edit-unsupported',
  'matrix-too-large': 'edit-unsupported',
  'module-sizes': 'edit-unsupported',
  'not-a-plain-tensor': 'edit-unsupported',
  'no-fitting-shape': 'edit-unsupported',
  'unknown-numbers': 'edit-unsupported',
  'format-read-only': 'edit-read-only',
  'not-modelled': 'edit-read-only',
  'no-pickle': 'edit-read-only',
  'place-read-only': 'edit-read-only',
};
const named = Object.entries(reasons);

function reasonNamed(name: string): EditReason {
  const found = Object.keys(reasons).find((reason): reason is EditReason => reason === name);
  if (found === undefined) throw new Error(name);
  return found;
}

describe('why an edit cannot be done', () => {
  it.each(named)('%s: a heading, what is, and what to do', (reason, code) => {
    for (const entries of [[], ['fc.weight'], ['a', 'b', 'c', 'd', 'e']]) {
      const error = new EditError(code, reasonNamed(reason), entries, ['torchscript', 4]);
      const { title, sentence, remedy } = editErrorText(error, english);
      expect(title).toMatch(/^[A-Z].*[^.]$/);
      expect(sentence).toMatch(/^[\p{Lu}“].*\.$/u);
      expect(remedy).toMatch(/^[A-Z].*[^.]\.$/);
      expect(`${sentence} ${remedy}`).not.toMatch(/please|oops|success|!|\bsafe\b|\{\d|undefined|“”/i);
      // The editor and the command line ask for the words of any error.
      expect(errorText(error, english)).toEqual({ title, sentence, remedy });
    }
  });

  it('have a sentence of their own each', () => {
    const sentences = named.map(
      ([reason, code]) => editErrorText(new EditError(code, reasonNamed(reason)), english).sentence,
    );
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it('name the keys, and count those that they do not name', () => {
    const text = (count: number): string => {
      const entries = Array.from({ length: Math.min(count, 20) }, (_, index) => `k${String(index)}`);
      return editErrorText(new EditError('edit-collision', 'same-key', entries, [], count), english).sentence;
    };
    expect(text(1)).toBe('More than one entry would be called “k0”.');
    expect(text(3)).toBe('More than one entry would be called “k0”, “k1”, “k2”.');
    expect(text(700)).toBe('More than one entry would be called “k0”, “k1”, “k2” and 697 more.');
  });

  it('say of the root what it is, and of a file why it is only shown', () => {
    const sentence = (...args: ConstructorParameters<typeof EditError>): string =>
      editErrorText(new EditError(...args), english).sentence;
    expect(sentence('edit-unsupported', 'not-a-key', [''])).toBe('The whole file is no entry of a dict.');
    expect(sentence('edit-read-only', 'format-read-only', [], ['torchscript'])).toContain('TorchScript');
    expect(sentence('edit-read-only', 'format-read-only', [], ['npz'])).toContain('NumPy');
    expect(sentence('edit-read-only', 'not-modelled', [], ['lone-surrogates', 12])).toContain(
      'text that is no Unicode',
    );
    expect(sentence('edit-read-only', 'not-modelled', ['w'], ['F6_E3M2'])).toContain('F6_E3M2');
  });

  it('explain tied weights', () => {
    const { sentence } = errorText(new TiedTensorsError('embed.weight', 'head.weight'), english);
    expect(sentence).toBe(
      '“embed.weight” and “head.weight” share memory, and a .safetensors holds each tensor by itself.',
    );
  });
});

describe('edits in words', () => {
  const path = ['model_state_dict', 'fc.weight'];
  const zeros = { kind: 'constant', value: 0 } as const;
  // Every kind of edit, and where the words depend on more than the kind, each of them.
  const cases: readonly (readonly [Operation, string])[] = [
    [{ kind: 'keep', selection: { globs: ['*.fc.*'] } }, 'Keep only *.fc.*'],
    [{ kind: 'remove', selection: { paths: [path] } }, 'Remove model_state_dict.fc.weight'],
    [
      { kind: 'remove', selection: { paths: [['optimizer_state_dict'], ['epoch']] } },
      'Remove optimizer_state_dict and 1 more',
    ],
    [{ kind: 'rename', pattern: '^fc', text: 'head' }, 'Rename /^fc/ → head'],
    [{ kind: 'rename', pattern: '^fc', text: '' }, "Rename /^fc/ → ''"],
    [{ kind: 'stripPrefix', prefix: 'module.' }, 'Strip prefix module.'],
    [{ kind: 'addPrefix', prefix: 'model.' }, 'Add prefix model.'],
    [{ kind: 'renamePrefix', from: 'head.', to: 'classifier.' }, 'Rename head → classifier'],
    [{ kind: 'renameKey', path, key: 'head.weight' }, 'Rename fc.weight → head.weight'],
    [{ kind: 'renameKeys', path: [], renames: [{ from: 'a', to: 'b' }] }, 'Rename a → b'],
    [{ kind: 'renameKeys', path: [], renames: Array(318).fill({ from: 'a', to: 'b' }) }, 'Rename 318 keys'],
    [{ kind: 'conform', path: [], keys: [{ key: 'a', how: 'load', from: 'a' }] }, 'Take the model’s 1 key'],
    [
      {
        kind: 'conform',
        path: ['net'],
        keys: [
          { key: 'a', how: 'load', from: 'a' },
          { key: 'b', how: 'load', from: 'b' },
        ],
      },
      'Give net the model’s 2 keys',
    ],
    [
      {
        kind: 'replaceLayer',
        path: ['model_state_dict', 'fc'],
        layer: parseLayerCall('nn.Linear(2048, 120)').spec,
        initialisation: { kind: 'default' },
        seed: 0,
      },
      'Replace fc by nn.Linear(2048, 120)',
    ],
    [{ kind: 'resize', path, shape: [120, 2048], seed: 0 }, 'Resize model_state_dict.fc.weight to [120, 2048]'],
    [{ kind: 'reinitialise', seed: 0, steps: [{ path, draw: zeros }] }, 'Start model_state_dict.fc.weight afresh'],
    [
      {
        kind: 'reinitialise',
        seed: 0,
        steps: [
          { path, draw: zeros },
          { path, draw: zeros },
          { path: null, shape: [3], draw: zeros },
          { path: ['b'], draw: zeros },
        ],
      },
      'Start 2 tensors afresh',
    ],
    [
      { kind: 'reinitialise', seed: 0, as: 'resnet18', steps: [{ path, draw: zeros }] },
      'Start afresh as resnet18: model_state_dict.fc.weight',
    ],
    [{ kind: 'duplicate', path: ['epoch'], key: 'start' }, 'Duplicate epoch as start'],
    [{ kind: 'move', path: ['epoch'], index: 0 }, 'Move epoch to index 0'],
    [{ kind: 'remapDevices', to: { kind: 'all', device: 'cpu' } }, 'Remap all devices to cpu'],
    [{ kind: 'remapDevices', to: { kind: 'map', map: { 'cuda:1': 'cpu' } } }, 'Remap cuda:1 → cpu'],
    [
      { kind: 'remapDevices', to: { kind: 'map', map: { 'cuda:1': 'cpu', mps: 'cpu' } }, selection: { paths: [path] } },
      'Remap model_state_dict.fc.weight to cuda:1 → cpu and 1 more',
    ],
    [{ kind: 'cast', dtype: 'float16' }, 'Cast to float16'],
    [{ kind: 'cast', dtype: 'float16', selection: { paths: [path] } }, 'Cast model_state_dict.fc.weight to float16'],
    [{ kind: 'setValue', path: ['epoch'], literal: '0' }, 'Set epoch to 0'],
    [{ kind: 'addEntry', path: ['note'], literal: "'a\nb'" }, "Add note = 'a b'"],
    [{ kind: 'requiresGrad', paths: [['net']], value: false }, 'Set requires_grad of net to False'],
    [{ kind: 'trainMode', paths: [['net']], training: true }, 'Set net to train mode'],
    [{ kind: 'trainMode', paths: [[]], training: false }, 'Set the whole file to eval mode'],
    [{ kind: 'requiresGrad', paths: [['a'], ['b']], value: true }, 'Set requires_grad of a and 1 more to True'],
    [{ kind: 'extract', path: [] }, 'Extract state dict'],
    [{ kind: 'extract', path: ['model_state_dict'] }, 'Extract model_state_dict'],
    [{ kind: 'wrap', key: 'model', values: [{ name: 'epoch', literal: '3' }] }, 'Wrap as model and 1 more'],
    [{ kind: 'addFrom', path: ['opt'], resource: 'C:\\runs\\last.pt', from: [] }, 'Add opt from last.pt'],
    [{ kind: 'plainValues' }, 'Make loadable with weights_only'],
    [{ kind: 'plainValues', selection: { paths: [['args']] } }, 'Make args plain'],
    [{ kind: 'optimizer', action: 'drop', path: ['opt'] }, 'Drop optimizer opt'],
    [{ kind: 'optimizer', action: 'reset', path: ['opt'], parameters: [1] }, 'Reset 1 parameter of opt'],
    [{ kind: 'optimizer', action: 'renumber', path: ['opt'], parameters: [1, 2] }, 'Take 2 parameters out of opt'],
    [{ kind: 'compact' }, 'Compact'],
  ];

  it.each(cases)('%j', (operation, text) => {
    expect(operationText(operation, english)).toBe(text);
  });

  it('cover every kind', () => {
    const source = readFileSync(join(root, 'src', 'core', 'edit', 'operations.ts'), 'utf8');
    const kinds = new Set([...source.matchAll(/kind: '([A-Za-z]+)'/g)].map(([, kind]) => kind));
    kinds.delete('all');
    kinds.delete('map');
    expect(new Set<string | undefined>(cases.map(([{ kind }]) => kind satisfies OperationKind))).toEqual(kinds);
  });

  it('are one line of a menu, whatever keys and literals are', () => {
    const key = `${'encoder.layers.'.repeat(40)}weight`;
    for (const operation of [
      { kind: 'remove', selection: { paths: [[key], ['b']] } },
      { kind: 'setValue', path: [key], literal: `'''${'x\n'.repeat(1_000)}'''` },
      { kind: 'rename', pattern: '(.)'.repeat(100), text: '$1'.repeat(100) },
    ] satisfies Operation[]) {
      const text = operationText(operation, english);
      expect(text.length).toBeLessThan(160);
      expect(text).not.toMatch(/\n/);
    }
    // Both ends tell such keys apart.
    expect(operationText({ kind: 'remove', selection: { paths: [[key]] } }, english)).toMatch(
      /^Remove encoder\.layers\..*….*layers\.weight$/,
    );
  });

  it('have an icon that VS Code has', () => {
    const css = readFileSync(join(root, 'node_modules', '@vscode', 'codicons', 'dist', 'codicon.css'), 'utf8');
    for (const [operation] of cases) {
      expect(css).toContain(`.codicon-${operationIcon(operation)}:before`);
    }
  });

  it('hand everything that is theirs to the translation', () => {
    const marked: Translate = (message, ...args) => `<${english(message, ...args)}>`;
    for (const [operation] of cases) {
      expect(operationText(operation, marked)).toMatch(/^<.*>$/);
    }
  });
});

describe('what another format loses', () => {
  it.each([
    [{ kind: 'devices', devices: ['cuda:0', 'cuda:1'] }, 'The format records no devices. Lost: cuda:0, cuda:1.'],
    [{ kind: 'requires-grad', tensors: 1 }, /requires_grad of 1 tensor\.$/],
    [{ kind: 'requires-grad', tensors: 7 }, /requires_grad of 7 tensors\.$/],
    [{ kind: 'versions' }, /_metadata/],
    [{ kind: 'metadata', keys: ['a', 'b', 'c', 'd'] }, /__metadata__\. Lost: a, b, c and 1 more\.$/],
    [{ kind: 'records', names: ['extra/notes'] }, /Lost: extra\/notes\.$/],
    [{ kind: 'plain-pickle' }, /no longer by pickle\.load\.$/],
    [{ kind: 'compression', format: 'gzip' }, /gzip/],
  ] as const)('%j', (loss, text) => {
    expect(lossText(loss, english)).toMatch(text);
  });
});
