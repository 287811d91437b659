import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { loadCatalogue } from '../../src/core/catalogue/loadCatalogue';
import type { Checkpoint } from '../../src/core/checkpoint/checkpoint';
import { sourceOf } from '../../src/core/match/source';
import { planArchitecture } from '../../src/core/plan/architecture';
import { withAction } from '../../src/core/plan/changes';
import { layersWith } from '../../src/core/plan/cover';
import { planOf, type PlanAnswers } from '../../src/core/plan/planOf';
import { answersOf, type Plan, type Situation } from '../../src/core/plan/plan';
import { plansScript, planScript } from '../../src/core/plan/script';
import { cli } from '../support/cli';
import { loadFile } from '../support/checkpoint';
import { runPython, withTorch } from '../support/torch';

const situations = ['S1', 'S2', 'S3', 'S4'] as const;
const networks = ['resnet18', 'custom'] as const;

interface Trained {
  readonly loaded: readonly string[];
  readonly moved: readonly string[];
  readonly trainable: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}
interface Others {
  readonly features: readonly number[];
  readonly table: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'plan-'));
const at = (name: string): string => join(folder, name);
let ran: Readonly<Record<string, Trained & Others>> = {};
let compared: Readonly<Record<string, unknown>> = {};

/** Writes and runs everything once, in whichever test comes first: without torchvision there is none. */
let prepared: Promise<void> | undefined;
const prepare = async (): Promise<void> => (prepared ??= prepareAll());

async function prepareAll(): Promise<void> {
  await runPython('plan_cases.py', ['make', folder]);
  for (const network of networks) {
    for (const situation of situations) {
      await writePlan(network, situation);
    }
    const { checkpoint, plan } = await planned(network, { situation: 'S1' });
    const headless = withAction(plan, [network === 'custom' ? 'classifier' : 'fc'], 'drop');
    writeFileSync(at(`${network}-headless.py`), planScript(headless, { checkpoint, fileName: `${network}.pt` }));
    const frozen = await Promise.all(
      [1, 2].map(async (k) => (await planned(network, { situation: 'S2', k, classes: 2 })).plan),
    );
    const afresh = (await planned(network, { situation: 'S3', classes: 2 })).plan;
    const named = [
      ...frozen.map((one) => ({ name: `freeze ${String(one.k)}`, plan: one, result: '' })),
      { name: 'afresh', plan: afresh, result: '' },
    ];
    writeFileSync(at(`${network}-several.py`), plansScript(named, { checkpoint, fileName: `${network}.pt` }));
  }
  ran = (await runPython('plan_cases.py', ['run', folder], { timeout: 180_000 })) as typeof ran;
  compared = (await runPython('plan_cases.py', ['check', folder])) as typeof compared;
}
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function writePlan(network: string, situation: Situation): Promise<void> {
  const { data, isSimilar } = answersOf(situation);
  const name = `${network}-${situation}`;
  const answers = ['--data', data, '--similar', isSimilar ? 'yes' : 'no', '--classes', '2'];
  const outputs = ['--script', at(`${name}.py`), '-o', at(`${name}.out`)];
  expect(await cli(['plan', at(`${network}.pt`), ...answers, ...outputs])).toMatchObject({ status: 0 });
}

async function planned(network: string, answers: PlanAnswers): Promise<{ checkpoint: Checkpoint; plan: Plan }> {
  const { checkpoint } = await loadFile(at(`${network}.pt`));
  const architecture = planArchitecture(await loadCatalogue(), sourceOf(checkpoint).keys);
  return { checkpoint, plan: planOf(checkpoint, undefined, architecture, answers) };
}

/** Keys of the layers with these actions. */
function keysOf(plan: Plan, ...actions: Parameters<typeof layersWith>[1][]): string[] {
  return actions.flatMap((action) => layersWith(plan, action).flatMap(({ tensors }) => tensors.map(({ key }) => key)));
}

/** Exactly the planned tensors have moved, and what is kept began as it is in the file. */
async function expectPlanned(network: string, situation: Situation): Promise<void> {
  const { plan } = await planned(network, { situation, classes: 2 });
  const found = ran[`${network}-${situation}`];
  const trained = keysOf(plan, 'keep', 'initialise');
  expect(found?.moved.toSorted()).toEqual(trained.toSorted());
  expect(found?.loaded).toEqual(expect.arrayContaining(keysOf(plan, 'keep', 'freeze')));
  const tensors = plan.groups.flatMap(({ layers }) => layers.flatMap((layer) => layer.tensors));
  expect(found?.shapes).toEqual(Object.fromEntries(tensors.map(({ key, newShape }) => [key, newShape])));
  const { trainable } = JSON.parse(
    (await cli(['plan', at(`${network}.pt`), ...answersFor(situation), '--json'])).stdout,
  ) as Trained;
  expect(found?.trainable).toBe(trainable);
}

function answersFor(situation: Situation): string[] {
  const { data, isSimilar } = answersOf(situation);
  return ['--data', data, '--similar', isSimilar ? 'yes' : 'no', '--classes', '2'];
}

function withVision(name: string, body: () => Promise<void> | void): void {
  const whole = async (): Promise<void> => {
    await prepare();
    await body();
  };
  withTorch(name, whole, { exact: true, torchvision: true, timeout: 240_000 });
}

describe.each(networks)('%s', (network) => {
  withVision(`seed.S1 little and similar data: a feature extractor with a new head (${network})`, async () => {
    await expectPlanned(network, 'S1');
    const { plan } = await planned(network, { situation: 'S1', classes: 2 });
    expect(plan.fileClasses).toBe(network === 'custom' ? 10 : 1000);
    expect(ran[`${network}-S1`]?.moved).toHaveLength(2);
  });

  withVision(`seed.S2 little and different data: the first k layers frozen (${network})`, async () => {
    await expectPlanned(network, 'S2');
    expect(readFileSync(at(`${network}-S2.py`), 'utf8')).toContain('module.eval()');
  });

  withVision(`seed.S3 much and different data: the structure with fresh weights (${network})`, async () => {
    await expectPlanned(network, 'S3');
  });

  withVision(`seed.S4 much and similar data: all of it trained; several k side by side (${network})`, async () => {
    await expectPlanned(network, 'S4');
    const [head = '', ...rows] = ran[`${network}-several`]?.table ?? [];
    expect(head.split(/\s+/)).toEqual(['plan', 'trained', 'loss', 'accuracy']);
    expect(rows.map((row) => row.split(/\s{2,}/)[0])).toEqual(['freeze 1', 'freeze 2', 'afresh']);
  });

  withVision(`a network without its head gives features (${network})`, () => {
    expect(ran[`${network}-headless`]?.features).toEqual([4, network === 'custom' ? 32 : 512]);
  });
});

withVision('the file that a plan begins with holds what torch makes with that seed', () => {
  const equal = { S1: 0, S2: 0, S4: 0 };
  const entries = networks.flatMap((network) =>
    Object.entries({ ...equal, S3: network === 'custom' ? 0 : true }).map(([name, value]) => [
      `${network}-${name}`,
      value,
    ]),
  );
  expect(compared).toEqual(Object.fromEntries(entries));
});
