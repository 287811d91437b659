import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { isFactoryModel, isFactoryProblem, type FactoryModel } from '../../../src/core/python/factoryModel';
import type { FactoryProblem } from '../../../src/core/python/pythonError';
import { python, runPython, withTorch } from '../../support/torch';
import { models, writeProject } from '../../support/userCode';

/** What the script says of factories of all kinds, in one process of real torch. */

interface Case {
  readonly module: string;
  readonly expression: string;
}

const cases: Case[] = [];
let replies: readonly unknown[] = [];
let peakBytes = 0;

const folder = writeProject({
  'flowers/models.py': models,
  'flowers/broken.py': 'import torch\n\ndef build(:\n    pass\n',
  'flowers/needy.py': 'import not_installed_anywhere\n',
  'flowers/fails.py': 'table = {}\nvalue = table["width"]\n',
  'types.py': 'raise RuntimeError("shadows the standard library")\n',
});

/** Takes down a case while the tests are collected, for the one process that answers all. */
function ask(expression: string, module = 'flowers.models'): number {
  return cases.push({ module, expression }) - 1;
}

beforeAll(async () => {
  if (python() === null) {
    return;
  }
  const input = JSON.stringify({ script: join('src', 'python', 'factory.py'), folders: [folder], cases });
  const answer = await runPython('factory_cases.py', [], { input });
  ({ replies, peakBytes } = answer as { replies: unknown[]; peakBytes: number });
}, 120_000);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function modelAt(index: number): FactoryModel {
  const { model } = replies[index] as { model?: unknown };
  if (!isFactoryModel(model)) {
    throw new Error(`no model: ${JSON.stringify(replies[index])}`);
  }
  return model;
}

function problemAt(index: number): FactoryProblem {
  const { failure } = replies[index] as { failure?: unknown };
  if (!isFactoryProblem(failure)) {
    throw new Error(`no problem: ${JSON.stringify(replies[index])}`);
  }
  return failure;
}

function itBuilds(name: string, expression: string, check: (model: FactoryModel) => void): void {
  const index = ask(expression);
  withTorch(name, () => {
    check(modelAt(index));
  });
}

function itFails(name: string, expression: string, expected: object, module?: string): void {
  const index = ask(expression, module);
  withTorch(name, () => {
    expect(problemAt(index)).toEqual(expected);
  });
}

describe('a model', () => {
  itBuilds('has the keys of its state dict in order, with shape, dtype and role', 'Net(num_classes=120)', (model) => {
    expect(model.class).toBe('flowers.models.Net');
    expect(model.keys.map(({ key, shape, dtype, role }) => [key, shape, dtype, role])).toEqual([
      ['conv.weight', [8, 3, 3, 3], 'float32', 'parameter'],
      ['bn.weight', [8], 'float32', 'parameter'],
      ['bn.bias', [8], 'float32', 'parameter'],
      ['bn.running_mean', [8], 'float32', 'buffer'],
      ['bn.running_var', [8], 'float32', 'buffer'],
      ['bn.num_batches_tracked', [], 'int64', 'buffer'],
      ['fc.weight', [120, 8], 'float32', 'parameter'],
      ['fc.bias', [120], 'float32', 'parameter'],
    ]);
    expect(model.keys.filter(({ requiresGrad }) => !requiresGrad).map(({ key }) => key)).toEqual([
      'bn.bias',
      'bn.running_mean',
      'bn.running_var',
      'bn.num_batches_tracked',
    ]);
    expect(model.notSaved).toMatchObject([{ key: 'grid', shape: [4], dtype: 'int64', role: 'buffer' }]);
    expect(model).toMatchObject({ device: 'meta', why: null });
  });

  itBuilds('names the class of each module, and what a BatchNorm does', 'Net(3, 4)', (model) => {
    expect(model.modules.map(({ prefix, class: name }) => [prefix, name])).toEqual([
      ['', 'flowers.models.Net'],
      ['conv', 'torch.nn.modules.conv.Conv2d'],
      ['bn', 'torch.nn.modules.batchnorm.BatchNorm2d'],
      ['fc', 'torch.nn.modules.linear.Linear'],
    ]);
    expect(model.modules[2]).toMatchObject({
      training: true,
      norm: { features: 4, affine: true, trackRunningStats: true, momentum: null, eps: 1e-5 },
    });
    expect(model.modules[3]?.norm).toBeNull();
  });

  itBuilds('says which keys are tied, and which are no tensors', 'Tied', (model) => {
    expect(model.keys.map(({ key, shape, sameAs }) => [key, shape, sameAs])).toEqual([
      ['_extra_state', null, null],
      ['wte.weight', [10, 4], null],
      ['head.weight', [10, 4], 'wte.weight'],
    ]);
  });

  itBuilds('of 100 GB takes no memory', 'huge', (model) => {
    expect(model.keys[0]).toMatchObject({ key: 'weight', shape: [160_000, 160_000] });
    expect(model.device).toBe('meta');
    expect(peakBytes).toBeLessThan(2e9);
  });

  itBuilds('stays on the meta device where the factory moves it', 'moved()', (model) => {
    expect(model.device).toBe('meta');
    expect(new Set(model.keys.map(({ dtype }) => dtype))).toEqual(new Set(['float64', 'int64']));
  });

  itBuilds('may load weights while it is built', 'load', (model) => {
    expect(model.device).toBe('meta');
    expect(model.keys).toHaveLength(8);
  });

  itBuilds('that needs values has them, but none for its parameters', 'NeedsValues', (model) => {
    expect(model.device).toBe('values');
    expect(model.why).toMatch(/meta/);
    expect(model.keys.map(({ key, sameAs }) => [key, sameAs])).toContainEqual(['head.weight', 'wte.weight']);
  });

  itBuilds('that needs its weights is built on the CPU', 'NeedsWeights()', (model) => {
    expect(model).toMatchObject({ device: 'cpu' });
    expect(model.why).toMatch(/meta/);
  });

  itBuilds('that a module holds already is taken as it is', 'ready', (model) => {
    expect(model).toMatchObject({ class: 'torch.nn.modules.linear.Linear', device: 'cpu', why: null });
  });

  itBuilds('of a lazy module has keys without shapes', 'lazy', (model) => {
    expect(model.keys.map(({ key, shape }) => [key, shape])).toEqual([
      ['0.weight', null],
      ['0.bias', null],
    ]);
  });

  itBuilds('may be named by more than one dot', 'Plain.Net(2)', (model) => {
    expect(model.class).toBe('flowers.models.Net');
  });
});

describe('arguments', () => {
  const needed = { kind: 'missing-arguments', names: ['num_classes'], signature: '(num_classes, width=8)' };
  itFails('that a class needs are named', 'Net', needed);
  itFails('that are left out in the brackets are named', 'Net(width=3)', needed);
  itFails('of every kind are named', 'needs_too()', {
    kind: 'missing-arguments',
    names: ['a', 'b', 'c'],
    signature: '(a, /, b, *rest, c, d=1)',
  });
  itFails('that are not taken are told', 'Net(3, widht=4)', {
    kind: 'bad-arguments',
    message: "TypeError: Net.__init__() got an unexpected keyword argument 'widht'",
  });
  for (const [part, expression] of [
    ['__import__("os").getcwd()', 'Net(__import__("os").getcwd())'],
    ['[n for n in (1, 2)]', 'Net([n for n in (1, 2)])'],
    ['*[3]', 'Net(*[3])'],
    ["{'num_classes': 3}", "Net(**{'num_classes': 3})"],
    ['1 + 2', 'Net(1 + 2)'],
    ['torch.nn.ReLU', 'Net(3, torch.nn.ReLU)'],
    ['make()', 'make().Net(3)'],
    ['Net(3); print(1)', 'Net(3); print(1)'],
    ['lambda: 1', 'lambda: 1'],
  ] as const) {
    itFails(`are literals: ${expression}`, expression, { kind: 'bad-expression', part });
  }
  itFails('are not to be without an end', '('.repeat(5_000), {
    kind: 'bad-expression',
    part: `${'('.repeat(100)} … ${'('.repeat(100)}`,
  });
});

describe('a factory', () => {
  const path = join(folder, 'flowers', 'models.py');

  const raised = ask('raises');
  withTorch('that raises is shown in its own frames, and by its last line', () => {
    const problem = problemAt(raised);
    const traceback = 'traceback' in problem ? problem.traceback : '';
    expect(problem).toMatchObject({ kind: 'raised', message: 'ValueError: no such width' });
    expect(traceback).toMatch(/^Traceback \(most recent call last\):\n/);
    expect(traceback).toMatch(/ValueError: no such width\nsecond line$/);
    expect(traceback.match(/File "[^"]*"/g)).toEqual([`File "${path}"`, `File "${path}"`]);
  });

  const shaped = ask('wrong_shape');
  withTorch('that torch refuses is shown without the frames of torch', () => {
    const problem = problemAt(shaped);
    const traceback = 'traceback' in problem ? problem.traceback : '';
    expect(problem).toMatchObject({
      kind: 'raised',
      message: expect.stringMatching(/^RuntimeError: .*negative/) as unknown,
    });
    expect(traceback.match(/File "[^"]*"/g)).toEqual([`File "${path}"`]);
  });

  const deep = ask('recurses(0)');
  withTorch('that never returns is shown by the first and the last of its frames', () => {
    const problem = problemAt(deep);
    const traceback = 'traceback' in problem ? problem.traceback : '';
    expect(problem).toMatchObject({ kind: 'raised', message: expect.stringMatching(/^RecursionError/) as unknown });
    expect(traceback.split('\n').length).toBeLessThan(80);
  });

  const left = ask('leaves');
  withTorch('that leaves by SystemExit has raised', () => {
    expect(problemAt(left)).toMatchObject({ kind: 'raised', message: 'SystemExit: 3' });
  });

  itFails('that returns no module says what it returns', 'pair', {
    kind: 'not-a-module',
    what: 'tuple of Net, dict',
  });
  itFails('that is a class of something else says so', 'Plain()', { kind: 'not-a-module', what: 'Plain' });
  itFails('that is no function says so', 'number', { kind: 'not-callable', what: 'int' });
  itFails('that is not there is told with what is like it', 'NeedValues', {
    kind: 'no-attribute',
    name: 'NeedValues',
    place: path,
    near: ['NeedsValues'],
  });
});

describe('a module', () => {
  const missing = ask('Net', 'flowrs.models');
  withTorch('that is not found says which folders were looked in, the first ones first', () => {
    const problem = problemAt(missing);
    expect(problem).toMatchObject({ kind: 'module-not-found', name: 'flowrs' });
    expect('folders' in problem && problem.folders[0]).toBe(folder);
  });

  const missingBelow = ask('Net', 'flowers.modles');
  withTorch('that is not in its package is named as a whole', () => {
    expect(problemAt(missingBelow)).toMatchObject({ kind: 'module-not-found', name: 'flowers.modles' });
  });

  const needy = ask('Net', 'flowers.needy');
  withTorch('that imports what is not there says what', () => {
    expect(problemAt(needy)).toMatchObject({ kind: 'dependency-not-found', name: 'not_installed_anywhere' });
  });

  const broken = ask('build', 'flowers.broken');
  withTorch('with a wrong line shows it', () => {
    const problem = problemAt(broken);
    expect(problem).toMatchObject({
      kind: 'import-raised',
      message: expect.stringMatching(/^SyntaxError: .*line 3/) as unknown,
    });
    expect('traceback' in problem && problem.traceback).toMatch(/def build\(:/);
  });

  const fails = ask('Net', 'flowers.fails');
  withTorch('that raises while it is imported shows where', () => {
    const problem = problemAt(fails);
    expect(problem).toMatchObject({ kind: 'import-raised', message: "KeyError: 'width'" });
    expect('traceback' in problem && problem.traceback).toMatch(/fails\.py", line 2/);
  });
});
