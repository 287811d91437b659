import { describe, expect, test } from 'vitest';
import { loadCatalogue } from '../../../src/core/catalogue/loadCatalogue';
import { sourceOf } from '../../../src/core/match/source';
import { planArchitecture } from '../../../src/core/plan/architecture';
import { withAction, withSituation } from '../../../src/core/plan/changes';
import { cover } from '../../../src/core/plan/cover';
import { leftAlone, planOperations } from '../../../src/core/plan/operations';
import { answersOf, situationOf, type Plan, type Situation } from '../../../src/core/plan/plan';
import { parseSavedPlans, restorePlan, savedPlans } from '../../../src/core/plan/saved';
import { plansScript, planScript } from '../../../src/core/plan/script';
import { totalsOf } from '../../../src/core/plan/totals';
import { builtCheckpoint, storage, tensor } from '../../support/builtCheckpoint';
import { stateDict, actionsOf, custom, planFor, torchvisionDict } from './support';

const situations: readonly Situation[] = ['S1', 'S2', 'S3', 'S4'];

test('two answers lead to each of the four situations', () => {
  for (const situation of situations) {
    const { data, isSimilar } = answersOf(situation);
    expect(situationOf(data, isSimilar)).toBe(situation);
  }
});

describe('a recognised architecture', () => {
  test('has its own blocks as groups, and the head of its classes last', async () => {
    const plan = await planFor(await torchvisionDict('resnet18', 1000), { situation: 'S1', classes: 2 });
    expect(plan).toMatchObject({ maxK: 5, k: 5, classes: 2, fileClasses: 1000, model: { name: 'resnet18' } });
    expect(actionsOf(plan)).toEqual([
      'conv1: freeze',
      'layer1: freeze',
      'layer2: freeze',
      'layer3: freeze',
      'layer4: freeze',
      'fc: initialise',
    ]);
    expect(plan.groups[0]).toMatchObject({ modules: ['conv1', 'bn1'], tensors: 6, parameters: 9_536 });
    expect(plan.groups.at(-1)).toMatchObject({ isHead: true, parameters: 2 * 512 + 2 });
    expect(totalsOf(plan)).toMatchObject({ trainable: 1_026, frozen: 11_176_512, frozenBatchNorms: 20 });
  });

  test('counts what the optimizer needs: the statistics of BatchNorm are no parameters', async () => {
    const totals = totalsOf(await planFor(await torchvisionDict('resnet18', 1000), { situation: 'S4' }));
    const parameters = 11_689_512;
    expect(totals).toMatchObject({
      trainable: parameters,
      memory: { gradients: 4 * parameters, sgd: 4 * parameters, adam: 8 * parameters, adam8bit: 2 * parameters },
    });
  });

  test('freezes half of its groups unless it is told how many', async () => {
    const checkpoint = await torchvisionDict('resnet18', 1000);
    expect(actionsOf(await planFor(checkpoint, { situation: 'S2' }))).toEqual([
      'conv1: freeze',
      'layer1: freeze',
      'layer2: freeze',
      'layer3: keep',
      'layer4: keep',
      'fc: initialise',
    ]);
    const plan = await planFor(checkpoint, { situation: 'S2', k: 1 });
    expect(cover(plan, 'freeze').map(({ name }) => name)).toEqual(['conv1', 'bn1']);
    expect(cover(withSituation(plan, 'S2', 99), 'freeze')).toHaveLength(6);
  });

  test('keeps its head where much similar data has the same classes, and not where it has others', async () => {
    const checkpoint = await torchvisionDict('resnet18', 7);
    expect(cover(await planFor(checkpoint, { situation: 'S4' }), 'keep')).toEqual([{ name: '', isParameter: false }]);
    expect(actionsOf(await planFor(checkpoint, { situation: 'S4', classes: 8 })).at(-1)).toBe('fc: initialise');
  });

  test('draws the whole of its constructor in one stream, and takes from it what is fresh', async () => {
    const checkpoint = await torchvisionDict('resnet18', 1000, 'module.');
    const architecture = planArchitecture(await loadCatalogue(), sourceOf(checkpoint).keys);
    const plan = await planFor(checkpoint, { situation: 'S1', classes: 2, seed: 5 });
    const [head, fresh, ...others] = planOperations(plan, architecture);
    expect(others).toEqual([]);
    expect(head).toMatchObject({
      kind: 'replaceLayer',
      path: ['module.fc'],
      layer: { kind: 'Linear', arguments: { in_features: 512, out_features: 2, bias: true } },
      seed: 5,
    });
    const steps = fresh?.kind === 'reinitialise' ? fresh.steps : [];
    const taken = steps.flatMap(({ path }) => (path === null ? [] : [path[0]]));
    expect(taken).toEqual(['module.fc.weight', 'module.fc.bias']);
    expect(steps.length).toBeGreaterThan(20);
    expect(fresh).toMatchObject({ as: 'resnet18', seed: 5 });
    expect(leftAlone(plan, architecture)).toEqual([]);
  });

  test('that was changed is the person’s own network', async () => {
    const checkpoint = await torchvisionDict('resnet18', 1000);
    const source = sourceOf(checkpoint);
    const catalogue = await loadCatalogue();
    expect(planArchitecture(catalogue, source.keys)?.name).toBe('resnet18');
    const changed = source.keys.map((one) => (one.key === 'conv1.weight' ? { ...one, shape: [64, 1, 7, 7] } : one));
    expect(planArchitecture(catalogue, changed)).toBeNull();
    const more = [...source.keys, { key: 'neck.weight', shape: [2, 2], dtype: 'float32', entry: -1 }];
    expect(planArchitecture(catalogue, more)).toBeNull();
  });
});

describe('a network of the person’s own', () => {
  test('has modules as groups; norms and parameters stand with what they belong to', async () => {
    const plan = await planFor(stateDict(custom), { situation: 'S2', classes: 4 });
    expect(actionsOf(plan)).toEqual(['stem: freeze', 'body: keep', 'head: initialise']);
    expect(plan.groups[0]).toMatchObject({ modules: ['scale', 'stem'], parameters: 3 + 8 * 27 + 8 });
    expect(plan).toMatchObject({ model: null, fileClasses: 10, classes: 4 });
  });

  test('a part that holds most of it is split', async () => {
    const layers = [0, 1, 2, 3].map((index) => [`net.features.${String(index)}.weight`, 8, 8, 3, 3] as const);
    const plan = await planFor(stateDict([...layers, ['net.fc.weight', 5, 8]]), { situation: 'S1' });
    expect(actionsOf(plan)).toEqual([
      ...[0, 1, 2, 3].map((index) => `net.features.${String(index)}: freeze`),
      'net.fc: initialise',
    ]);
  });

  test('draws the layers’ defaults, and names what has none', async () => {
    const plan = await planFor(stateDict(custom), { situation: 'S3' });
    const [fresh] = planOperations(plan, null);
    const steps = fresh?.kind === 'reinitialise' ? fresh.steps : [];
    expect(steps.map(({ path }) => path?.[0])).toEqual(custom.slice(1).map(([key]) => key));
    expect(fresh).not.toHaveProperty('as');
    expect(leftAlone(plan, null)).toEqual(['scale']);
    expect(planOperations(await planFor(stateDict(custom), { situation: 'S4' }), null)).toEqual([]);
  });

  test('without its head gives features', async () => {
    const checkpoint = stateDict(custom);
    const plan = withAction(await planFor(checkpoint, { situation: 'S1' }), ['head'], 'drop');
    expect(planOperations(plan, null)).toEqual([
      { kind: 'remove', selection: { paths: [['head.weight'], ['head.bias']] } },
    ]);
    const script = planScript(plan, { checkpoint, fileName: 'net.pt' });
    expect(script).toContain('model.head = nn.Identity()');
    expect(script).toContain('model.load_state_dict(state_dict)');
  });

  test('tied weights count once', async () => {
    const checkpoint = stateDict([
      ['embed.weight', 10, 4],
      ['out.weight', 10, 4],
    ]);
    const [embed, out] = checkpoint.entries;
    const storage = embed?.kind === 'tensor' ? embed.storage : null;
    const tied = {
      ...checkpoint,
      entries: [embed, out].flatMap((one) => (one?.kind === 'tensor' ? [{ ...one, storage }] : [])),
    };
    expect(totalsOf(await planFor(tied, { situation: 'S4' })).trainable).toBe(40);
  });
});

describe('changes of single groups', () => {
  test('by name; the situation takes them back', async () => {
    const plan = await planFor(await torchvisionDict('resnet18', 1000), { situation: 'S4' });
    const changed = withAction(withAction(plan, ['conv1'], 'freeze'), ['layer3.0'], 'initialise');
    expect(actionsOf(changed)).toEqual([
      'conv1: mixed',
      'layer1: keep',
      'layer2: keep',
      'layer3: mixed',
      'layer4: keep',
      'fc: keep',
    ]);
    expect(cover(changed, 'initialise').map(({ name }) => name)).toEqual(['layer3.0']);
    expect(withSituation(changed, 'S4')).toEqual(plan);
  });

  test('a head for other classes has nothing to keep', async () => {
    const plan = await planFor(stateDict(custom), { situation: 'S1', classes: 2 });
    expect(withAction(plan, ['head'], 'keep')).toEqual(plan);
  });
});

describe('a saved plan', () => {
  const roundTrip = async (plan: Plan): Promise<Plan | undefined> => {
    const text = JSON.stringify(savedPlans([{ name: 'k = 1', plan, result: '91 %' }], 'net.pt'));
    const [saved] = parseSavedPlans(text)?.plans ?? [];
    return saved === undefined ? undefined : restorePlan(saved, stateDict(custom), undefined, null).plan;
  };

  test('is the same when it is opened with its file again', async () => {
    for (const situation of situations) {
      const plan = await planFor(stateDict(custom), { situation, classes: 3, seed: 7 });
      expect(await roundTrip(plan)).toEqual(plan);
      const changed = withAction(withAction(plan, ['body.1'], 'drop'), ['stem'], 'freeze');
      expect(await roundTrip(changed)).toEqual(changed);
    }
  });

  test.each([
    'no JSON',
    '[]',
    '{"schema":2,"file":"x","plans":[]}',
    '{"schema":1,"file":"x","plans":[{"name":"a"}]}',
    '{"schema":1,"file":"x","plans":[{"name":"a","result":"","situation":"S5","k":0,"classes":null,"seed":0,"actions":{}}]}',
    '{"schema":1,"file":"x","plans":[{"name":"a","result":"","situation":"S1","k":-1,"classes":null,"seed":0,"actions":{}}]}',
  ])('that is none is refused: %s', (text) => {
    expect(parseSavedPlans(text)).toBeNull();
  });
});

describe('the script', () => {
  test('of a model that downloads a backbone asks for none', async () => {
    const checkpoint = await torchvisionDict('fasterrcnn_resnet50_fpn', 91);
    const plan = await planFor(checkpoint, { situation: 'S2', classes: 3 });
    const script = planScript(plan, { checkpoint, fileName: 'detector.pth' });
    expect(script).toContain('fasterrcnn_resnet50_fpn(num_classes=3, weights_backbone=None)');
    expect(script).toContain('for images, targets in batches:');
  });

  test('takes the person’s own factory', async () => {
    const checkpoint = stateDict(custom);
    const plan = await planFor(checkpoint, { situation: 'S1', classes: 2 });
    const model = { imports: ['from flowers.model import Net'], expression: 'Net(120)', isPlaceholder: false };
    const script = planScript(plan, { checkpoint, fileName: 'net.pt', model });
    expect(script).toContain('from flowers.model import Net\n');
    expect(script).toContain('model = Net(120)\n');
    expect(script).toContain('model.head = nn.Linear(16, 2)');
    expect(script).toContain('model.scale');
  });

  test('of several plans has a function for each, whatever they are called', async () => {
    const checkpoint = stateDict(custom);
    const plan = await planFor(checkpoint, { situation: 'S1', classes: 2 });
    const named = ['k = 1', 'k = 1', '"""\nimport os'].map((name) => ({ name, plan, result: '' }));
    const script = plansScript(named, { checkpoint, fileName: 'net.pt' });
    expect(script.match(/^def plan_\w+\(\):$/gm)).toEqual([
      'def plan_k_1():',
      'def plan_k_1_2():',
      'def plan_import_os():',
    ]);
    expect(script.match(/^state_dict = /gm)).toHaveLength(1);
    expect(script).not.toMatch(/^import os/m);
  });
});

describe('a last layer that is tied', () => {
  /** Each of `ties` shows the storage of the key that it names. */
  function tied(
    shapes: readonly (readonly [key: string, ...shape: number[]])[],
    ties: Readonly<Record<string, string>>,
  ) {
    const storages = new Map(shapes.map(([key], index) => [key, storage({ index })]));
    return builtCheckpoint(
      shapes.map(([key, ...shape]) => tensor([key], { shape, storage: storages.get(ties[key] ?? key) ?? null })),
    );
  }

  test('is the head under both of its names, and drawn once', async () => {
    const checkpoint = tied(
      [
        ['conv.weight', 8, 3, 3, 3],
        ['fc.weight', 10, 8],
        ['fc.bias', 10],
        ['head.weight', 10, 8],
        ['head.bias', 10],
      ],
      { 'head.weight': 'fc.weight', 'head.bias': 'fc.bias' },
    );
    const plan = await planFor(checkpoint, { situation: 'S1', classes: 2 });
    expect(plan.fileClasses).toBe(10);
    expect(actionsOf(plan)).toEqual(['conv: freeze', 'fc: initialise', 'head: initialise']);
    expect(planOperations(plan, null)).toMatchObject([
      { kind: 'replaceLayer', path: ['fc'], seed: 0 },
      { kind: 'replaceLayer', path: ['head'], seed: 0 },
    ]);
    const script = planScript(plan, { checkpoint, fileName: 'net.pt' });
    expect(script).toContain('model.fc = nn.Linear(8, 2)\nmodel.head = model.fc\n');
    const same = await planFor(checkpoint, { situation: 'S1' });
    const [fresh] = planOperations(same, null);
    expect(fresh).toMatchObject({ kind: 'reinitialise', steps: [{ path: ['fc.weight'] }, { path: ['fc.bias'] }] });
  });

  test('is no head where it is tied to an embedding: that would change with it', async () => {
    const checkpoint = tied(
      [
        ['wte.weight', 100, 8],
        ['block.weight', 8, 8],
        ['block.bias', 8],
        ['lm_head.weight', 100, 8],
      ],
      { 'lm_head.weight': 'wte.weight' },
    );
    const plan = await planFor(checkpoint, { situation: 'S1', classes: 2 });
    expect(plan).toMatchObject({ fileClasses: null });
    expect(actionsOf(plan)).toEqual(['wte: freeze', 'block: freeze', 'lm_head: freeze']);
  });
});
