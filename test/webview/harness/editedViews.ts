import { RowChange } from '../../../src/core/tree/treeColumns';
import type { EditPreview, EditsView, ReviewView } from '../../../src/protocol/edits';
import type { LayersView } from '../../../src/protocol/layers';
import { makeColumns, type MadeChange, type MadeEntry } from '../../support/treeColumns';
import { madeSummary } from './corpusFiles';
import type { Shown } from './fakeHost';

const layers = [
  ['layer1', 3, 60],
  ['layer2', 4, 78],
  ['layer3', 6, 114],
  ['layer4', 3, 60],
] as const;

function tensor(path: readonly string[], shape: readonly number[], more: Partial<MadeEntry> = {}): MadeEntry {
  return { path, shape, device: 'cuda:1', ...more };
}

/** A training checkpoint of a ResNet, as far as the interface sees it. */
function entries(edited: boolean): MadeEntry[] {
  const model = 'model_state_dict';
  const head = edited ? 'classifier' : 'head';
  const classes = edited ? 120 : 102;
  return [
    tensor([model, 'conv1.weight'], [64, 3, 7, 7], { description: 'Conv2d 3 → 64, 7×7' }),
    ...['weight', 'bias', 'running_mean', 'running_var'].map((name) => tensor([model, 'bn1', name], [64])),
    tensor([model, 'bn1', 'num_batches_tracked'], [], { dtype: 'int64' }),
    ...layers.flatMap(([layer, , tensors]) =>
      Array.from({ length: tensors }, (_, at) => tensor([model, layer, `${at}.conv.weight`], [64, 64, 3, 3])),
    ),
    tensor([model, 'fc', 'weight'], [classes, 2048]),
    tensor([model, 'fc', 'bias'], [classes]),
    tensor([head, 'weight'], [102, 2048]),
    tensor([head, 'bias'], [102]),
    ...Array.from({ length: 161 }, (_, at) => tensor(['optimizer_state_dict', `state.${at}.momentum`], [64, 64, 3, 3])),
    { path: ['lr_scheduler', 'T_max'], value: '90' },
    { path: ['lr_scheduler', 'last_epoch'], value: '24' },
    { path: ['args', 'device'], value: "'cuda:1'", dtype: 'str', flags: 0 },
    { path: ['args', 'lr'], value: '0.1', dtype: 'float' },
    { path: ['epoch'], value: edited ? '0' : '24' },
    { path: ['best_acc1'], value: '0.9412', dtype: 'float' },
    ...(edited ? [{ path: ['num_classes'], value: '120' }] : []),
    tensor(['rng_state'], [5056], { dtype: 'uint8', device: 'cpu', bytes: 5056 }),
    tensor(['cuda_rng_state', '0'], [16], { dtype: 'uint8', device: 'cpu', bytes: 16 }),
  ];
}

const descriptions = {
  'model_state_dict.bn1': 'BatchNorm2d 64',
  'model_state_dict.layer1': '3 × Bottleneck',
  'model_state_dict.layer2': '4 × Bottleneck',
  'model_state_dict.layer3': '6 × Bottleneck',
  'model_state_dict.layer4': '3 × Bottleneck',
  'model_state_dict.fc': 'Linear 2048 → 120',
  optimizer_state_dict: 'SGD, 161 parameters, 1 group',
  lr_scheduler: 'CosineAnnealingLR',
  args: 'argparse.Namespace',
};

const changes: Readonly<Record<string, MadeChange>> = {
  'model_state_dict.fc': { change: RowChange.Modified },
  'model_state_dict.fc.weight': { change: RowChange.Modified, oldShape: '[102, 2048]' },
  'model_state_dict.fc.bias': { change: RowChange.Modified, oldShape: '[102]' },
  classifier: { change: RowChange.Renamed, oldKey: 'head' },
  optimizer_state_dict: { change: RowChange.Removed },
  lr_scheduler: { change: RowChange.Removed },
  epoch: { change: RowChange.Modified, oldShape: '24' },
  num_classes: { change: RowChange.Added },
};

const summary = {
  ...madeSummary,
  fileName: 'resnet50_flowers102.pt',
  kind: 'training-checkpoint' as const,
  fileBytes: 189_792_256,
  counts: { tensors: 324, entries: 330, parameters: 23_800_000, tensorBytes: 96_000_000, storageBytes: 96_000_000 },
};

/** The checkpoint as it was opened. */
export const uneditedFile: Shown = {
  fileName: summary.fileName,
  tree: makeColumns(entries(false), { descriptions }),
  checkpoint: null,
  summary,
};

/** The same after five edits. */
export const editedFile: Shown = {
  fileName: summary.fileName,
  tree: makeColumns(entries(true), { changes, descriptions }),
  checkpoint: null,
  summary,
};

export const noEdits: EditsView = {
  readOnly: null,
  steps: [],
  current: 0,
  saved: 0,
  savedAt: '14:02',
  savedBytes: 189_792_256,
  bytes: 189_792_256,
  keptBytes: 0,
};

export const fiveEdits: EditsView = {
  ...noEdits,
  steps: [
    { icon: 'add', text: 'Add num_classes = 120', bytes: null },
    { icon: 'symbol-numeric', text: 'Set epoch 24 → 0', bytes: null },
    { icon: 'edit', text: 'Rename head → classifier', bytes: null },
    { icon: 'replace', text: 'Replace fc: Linear 2048 → 120', bytes: 984_064 },
    { icon: 'trash', text: 'Remove optimizer_state_dict and 1 more', bytes: -94_896_128 },
  ],
  current: 5,
  bytes: 96_049_561,
};

export const remapPreview: EditPreview = {
  sentence: '322 tensors move from cuda:1 to cuda:0.',
  notes: ['Weights are not rewritten; only their device tags change.'],
  warnings: [],
  problem: '',
  changes: [],
  changeCount: 0,
  python: 'map_location={"cuda:1": "cuda:0"}',
};

export const renamePreview: EditPreview = {
  sentence: '1,204 of 1,210 keys change.',
  notes: [],
  warnings: [],
  problem: '',
  changes: Array.from({ length: 1_000 }, (_, at) => ({
    row: 0,
    from: `module.layers.${at}.attention.query.weight`,
    to: `layers.${at}.attention.query.weight`,
    collides: false,
  })),
  changeCount: 1_204,
  python: '',
};

export const headPreview: EditPreview = {
  sentence:
    'fc.weight [102, 2048] → [120, 2048], fc.bias [102] → [120]; drawn by kaiming_uniform_, bits of torch.manual_seed(0).',
  notes: [],
  warnings: [
    '“fc.weight” has another shape than its state in optimizer_state_dict: load_state_dict takes it, and step() raises.',
  ],
  problem: '',
  changes: [],
  changeCount: 0,
  python: 'torch.manual_seed(0)\nlayer = torch.nn.Linear(2048, 120)',
};

/** The layers of `uneditedFile` that its pane offers. */
export const layersOfFile: LayersView = {
  layers: [
    {
      layer: 0,
      key: 'model_state_dict.conv1',
      name: 'conv1',
      description: 'Conv2d 3 → 64, 7×7',
      call: 'nn.Conv2d(3, 64, kernel_size=7, bias=False)',
    },
    { layer: 1, key: 'model_state_dict.bn1', name: 'bn1', description: 'BatchNorm2d 64', call: 'nn.BatchNorm2d(64)' },
    { layer: 2, key: 'model_state_dict.attn', name: 'attn', description: '', call: '' },
    {
      layer: 3,
      key: 'model_state_dict.fc',
      name: 'fc',
      description: 'Linear 2048 → 102',
      call: 'nn.Linear(2048, 102)',
    },
  ],
  count: 4,
  meant: 3,
};

export const optimizerReview: ReviewView = {
  id: 'optimizer',
  title: 'Update the Optimizer',
  icon: 'sync',
  sentence: 'The optimizer still holds state for 2 parameters that changed.',
  sections: [
    {
      title: 'Parameters that changed',
      items: [
        { text: 'fc.weight', secondary: '[102, 2048] → [120, 2048]', rows: [1] },
        { text: 'fc.bias', secondary: '[102] → [120]', rows: [2] },
      ],
      count: 2,
    },
  ],
  choices: [
    { id: 'reset', label: 'Reset their state', description: 'They start anew; the others go on as they were.' },
    { id: 'renumber', label: 'Renumber', description: 'They leave the groups, and the others close up.' },
    { id: 'drop', label: 'Drop the optimizer', description: 'optimizer_state_dict goes, whole.' },
  ],
  chosen: 'reset',
  notes: ['Left alone, load_state_dict refuses the file.'],
  apply: 'Update',
};
