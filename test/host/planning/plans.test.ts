import { describe, expect, it } from 'vitest';
import { keyOf } from '../../../src/core/checkpoint/path';
import { editError } from '../../../src/core/edit/editError';
import { isPlanIntent, isPlanView } from '../../../src/protocol/planChecks';
import { architectureFile, zeroFile } from '../../support/architectureFile';
import { builtCheckpoint, value } from '../../support/builtCheckpoint';
import { TestPlans } from './support';

const resnet = await architectureFile('resnet18');
const groups = ['conv1, bn1', 'layer1', 'layer2', 'layer3', 'layer4', 'fc'];

async function begun(checkpoint = resnet): Promise<TestPlans> {
  const plans = new TestPlans(checkpoint);
  await plans.run({ kind: 'open' });
  return plans;
}

/** A network that no catalogue knows. */
const own = await zeroFile([
  { key: 'stem.weight', shape: [8, 3, 3, 3], dtype: 'float32' },
  { key: 'norm.weight', shape: [8], dtype: 'float32' },
  { key: 'norm.bias', shape: [8], dtype: 'float32' },
  { key: 'head.weight', shape: [10, 8], dtype: 'float32' },
  { key: 'head.bias', shape: [10], dtype: 'float32' },
]);

describe('the four situations', () => {
  it('begins with a feature extractor for the classes of the file', async () => {
    const plans = await begun();
    expect(plans.shown).toMatchObject({
      model: 'resnet18, recognised from 102 of 102 keys',
      isImageNet: true,
      situation: 'S1',
      classes: 1_000,
      fileClasses: 1_000,
      factory: null,
    });
    expect(plans.shown.groups.map(({ title }) => title)).toEqual(groups);
    expect(plans.actions).toEqual([...Array<string>(5).fill('freeze'), 'initialise']);
    expect(plans.views.every((view) => isPlanView(view))).toBe(true);
  });

  it.each([
    ['S2', ['freeze', 'freeze', 'freeze', 'keep', 'keep', 'initialise']],
    ['S3', Array<string>(6).fill('initialise')],
    ['S4', Array<string>(6).fill('keep')],
  ] as const)('%s', async (situation, actions) => {
    const plans = await begun();
    await plans.run({ kind: 'situation', situation });
    expect(plans.actions).toEqual(actions);
  });

  it('keeps what was changed in one while another is looked at', async () => {
    const plans = await begun();
    await plans.run(
      { kind: 'situation', situation: 'S2' },
      { kind: 'action', group: 'layer4', layer: null, action: 'drop' },
      { kind: 'situation', situation: 'S4' },
      { kind: 'situation', situation: 'S2' },
    );
    expect(plans.actions[4]).toBe('drop');
  });
});

describe('what a person changes', () => {
  it('moves the line: what it passes is frozen or let go, the rest stays', async () => {
    const plans = await begun();
    await plans.run(
      { kind: 'situation', situation: 'S2' },
      { kind: 'action', group: 'layer1', layer: 'layer1.0.conv1', action: 'initialise' },
      { kind: 'k', k: 4 },
    );
    expect(plans.actions).toEqual(['freeze', null, 'freeze', 'freeze', 'keep', 'initialise']);
    await plans.run({ kind: 'k', k: 2 });
    expect(plans.actions).toEqual(['freeze', null, 'keep', 'keep', 'keep', 'initialise']);
    expect(plans.shown.k).toBe(2);
  });

  it('makes a feature extractor one whose last groups are trained', async () => {
    const plans = await begun();
    await plans.run({ kind: 'k', k: 4 });
    expect(plans.shown).toMatchObject({ situation: 'S2', k: 4 });
    expect(plans.actions).toEqual(['freeze', 'freeze', 'freeze', 'freeze', 'keep', 'initialise']);
  });

  it('takes other classes: the head begins afresh, whatever is asked for', async () => {
    const plans = await begun();
    await plans.run({ kind: 'situation', situation: 'S4' }, { kind: 'classes', classes: 120 });
    expect(plans.shown.groups[5]).toMatchObject({ action: 'initialise', isResized: true, parameters: 61_560 });
    await plans.run({ kind: 'action', group: 'fc', layer: null, action: 'freeze' });
    expect(plans.actions[5]).toBe('initialise');
    await plans.run({ kind: 'pattern', pattern: 'fc*', action: 'keep' });
    expect(plans.shown.message).toBe('0 layers set. A head for other classes begins afresh.');
    await plans.run({ kind: 'classes', classes: 1_000 });
    expect(plans.actions[5]).toBe('keep');
    await plans.run({ kind: 'classes', classes: 0 });
    expect(plans.shown.classes).toBe(1_000);
  });

  it('sets layers by a pattern, and says how many', async () => {
    const plans = await begun();
    await plans.run({ kind: 'situation', situation: 'S4' }, { kind: 'pattern', pattern: '*.bn?', action: 'freeze' });
    expect(plans.shown.message).toBe('16 layers set.');
    expect(plans.shown.totals.frozenBatchNorms).toBe(16);
    await plans.run({ kind: 'pattern', pattern: 'layer9.*', action: 'freeze' });
    expect(plans.shown.message).toBe('No layer matches “layer9.*”.');
  });

  it('lists layers of a group that is open', async () => {
    const plans = await begun();
    expect(plans.shown.groups[1]).toMatchObject({ isOpen: false, layers: [], layerCount: 8 });
    await plans.run({ kind: 'expand', group: 'layer1', isOpen: true });
    expect(plans.shown.groups[1]?.layers[0]).toEqual({
      name: 'layer1.0.conv1',
      text: 'Conv2d 64 → 64, 3×3',
      parameters: 36_864,
      action: 'freeze',
      isResized: false,
    });
  });

  it('names BatchNorm in the frozen part, and where fresh weights come from', async () => {
    const plans = await begun();
    expect(plans.shown.notes).toEqual([
      {
        text: '20 BatchNorm layers lie in the frozen part. Their running statistics still move in train() mode; the code keeps them in eval().',
        isWarning: true,
      },
      { text: 'Fresh weights begin as the constructor of resnet18 draws them.', isWarning: false },
    ]);
  });
});

describe('edits', () => {
  it('changes nothing before they are applied, and all of it then', async () => {
    const plans = await begun();
    await plans.run({ kind: 'classes', classes: 2 });
    expect(plans.panel.history.index).toBe(0);
    const { edits } = plans.shown.apply;
    expect(plans.shown.apply.canApply).toBe(true);
    await plans.run({ kind: 'apply' });
    plans.plans.update();
    expect(plans.panel.history.index).toBe(edits);
    expect(plans.shown.apply.refusal).toBe('');
    expect(plans.shown).toMatchObject({ classes: 2, fileClasses: 2 });
    const shapes = plans.panel.shown.checkpoint.entries.flatMap((entry) =>
      entry.kind === 'tensor' && keyOf(entry.path).startsWith('fc.') ? [entry.shape] : [],
    );
    expect(shapes).toEqual([[2, 512], [2]]);
  });

  it('has none where the file is taken as it is', async () => {
    const plans = await begun();
    await plans.run({ kind: 'situation', situation: 'S4' });
    expect(plans.shown.apply).toMatchObject({
      edits: 0,
      canApply: false,
      sentence: 'The file stays as it is; the plan is in the Python.',
    });
  });

  it('says why a file takes none', async () => {
    const plans = new TestPlans(resnet, editError('edit-read-only', 'place-read-only', [], 'git'));
    await plans.run({ kind: 'open' }, { kind: 'apply' });
    expect(plans.shown.apply.canApply).toBe(false);
    expect(plans.shown.apply.refusal).not.toBe('');
    expect(plans.panel.history.index).toBe(0);
  });

  it('follows the document: what was planned stays planned', async () => {
    const plans = await begun();
    await plans.run({ kind: 'situation', situation: 'S2' }, { kind: 'pattern', pattern: 'layer3.*', action: 'freeze' });
    plans.panel.document.apply({ kind: 'remove', selection: { globs: ['layer4.1.*'] } });
    plans.plans.update();
    expect(plans.shown.groups.find(({ name }) => name === 'layer3')?.action).toBe('freeze');
    expect(plans.shown.situation).toBe('S2');
  });
});

describe('plans side by side', () => {
  it('compares them, and writes one script for the chosen ones', async () => {
    const plans = await begun();
    await plans.run(
      { kind: 'situation', situation: 'S2' },
      { kind: 'add' },
      { kind: 'k', k: 1 },
      { kind: 'rename', index: 1, name: 'shallow' },
      { kind: 'result', index: 1, result: '94.1 %' },
    );
    expect(plans.view.current).toBe(1);
    expect(plans.view.plans).toMatchObject([
      { name: 'Plan 1', k: 3, isChosen: true, result: '' },
      { name: 'shallow', k: 1, isChosen: true, result: '94.1 %' },
    ]);
    expect(plans.view.plans[1]?.trainable).toBeGreaterThan(plans.view.plans[0]?.trainable ?? 0);
    expect(plans.shown.pythonPlans).toBe(2);
    expect(plans.shown.python).toContain('"Plan 1": plan_1, "shallow": plan_shallow');
    await plans.run({ kind: 'choose', index: 0, isChosen: false });
    expect(plans.shown.pythonPlans).toBe(1);
    await plans.run({ kind: 'remove', index: 0 });
    expect(plans.view).toMatchObject({ current: 0, plans: [{ name: 'shallow' }] });
    await plans.run({ kind: 'remove', index: 0 });
    expect(plans.view.plans).toHaveLength(1);
  });

  it('are saved by themselves, and come back with the file', async () => {
    const plans = await begun();
    await plans.run(
      { kind: 'situation', situation: 'S2' },
      { kind: 'classes', classes: 120 },
      { kind: 'add' },
      { kind: 'pattern', pattern: 'layer2.*', action: 'initialise' },
    );
    expect(plans.shown.savedIn).toBe('');
    await plans.run({ kind: 'save' });
    expect(plans.shown.savedIn).toBe('net.pt.plan.json');
    const [text = ''] = plans.environment.written;
    const again = new TestPlans(resnet);
    again.environment.beside = { name: 'net.pt.plan.json', text };
    await again.run({ kind: 'open' });
    expect(again.view.plans.map(({ name }) => name)).toEqual(['Plan 1', 'Plan 2']);
    expect(again.shown).toMatchObject({ situation: 'S2', classes: 120, savedIn: 'net.pt.plan.json' });
    await again.run({ kind: 'show', index: 1 });
    expect(again.shown.groups[2]?.action).toBe('initialise');
    await again.run({ kind: 'seed', seed: 7 });
    expect(again.shown.savedIn).toBe('');
  });

  it('leaves what it has where a file holds no plans', async () => {
    const plans = await begun();
    plans.environment.chosen = { name: 'package.json', text: '{}' };
    await plans.run({ kind: 'load' });
    expect(plans.shown.message).toBe('package.json holds no plans.');
    expect(plans.view.plans).toHaveLength(1);
  });
});

describe('a network of the person’s own', () => {
  it('asks what makes it, and writes that into the Python', async () => {
    const plans = await begun(own);
    expect(plans.shown).toMatchObject({
      model: 'A network of your own',
      isImageNet: false,
      classes: 10,
      factory: { text: '', isWrong: false, offers: [{ text: 'flowers.models:FlowerNet' }] },
    });
    await plans.run({ kind: 'factory', text: 'flowers.models:FlowerNet(width=2)' }, { kind: 'copyPython' });
    expect(plans.environment.copied[0]).toContain('from flowers.models import FlowerNet');
    expect(plans.environment.copied[0]).toContain('model = FlowerNet(width=2)');
    await plans.run({ kind: 'save' });
    const again = new TestPlans(own);
    again.environment.beside = { name: 'net.pt.plan.json', text: plans.environment.written[0] ?? '' };
    await again.run({ kind: 'open' });
    expect(again.shown.factory?.text).toBe('flowers.models:FlowerNet(width=2)');
    await plans.run({ kind: 'factory', text: 'import os' }, { kind: 'openPython' });
    expect(plans.shown.factory?.isWrong).toBe(true);
    expect(plans.environment.opened[0]).not.toContain('import os');
  });

  it('says so where a file has nothing to plan for', async () => {
    const plans = await begun(builtCheckpoint([value(['epoch'], 'int', '3')]));
    expect(plans.view).toMatchObject({ plan: null, plans: [], branch: '' });
    expect(plans.view.problem).toMatch(/^The file itself is no state dict\./);
  });
});

describe('intents', () => {
  it.each([
    ['a k below 0', { kind: 'k', k: -1 }],
    ['a broken k', { kind: 'k', k: 1.5 }],
    ['a fifth situation', { kind: 'situation', situation: 'S5' }],
    ['another action', { kind: 'action', group: 'fc', layer: null, action: 'explode' }],
    ['a name that is too long', { kind: 'rename', index: 0, name: 'x'.repeat(1_001) }],
    ['another kind', { kind: 'unknown' }],
    ['nothing', null],
  ])('refuse %s', (_what, intent) => {
    expect(isPlanIntent(intent)).toBe(false);
  });
});
