import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import { apply } from '../../../src/core/edit/apply';
import type { Operation } from '../../../src/core/edit/operations';
import { pythonScript } from '../../../src/core/edit/pythonScript';
import { startState } from '../../../src/core/edit/state';
import { match, type KeyAction, type MatchResult, type Rename } from '../../../src/core/match/match';
import { matchPython } from '../../../src/core/match/matchPython';
import { filterOperations, renameOperation, updateOperations } from '../../../src/core/match/operations';
import { propose } from '../../../src/core/match/propose';
import { checkpointTarget, sourceOf } from '../../../src/core/match/source';
import { errorTextTarget } from '../../../src/core/match/targets';
import { operationText } from '../../../src/wording/edits';
import { english } from '../../../src/wording/translate';
import { runPython, withTorch } from '../../support/torch';
import { savedBytes } from '../edit/support';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'match-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface Answer {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly mismatched: readonly string[];
  readonly message: string;
}

async function opened(name: string): Promise<Checkpoint> {
  return openCheckpoint(memorySource(await readFile(join(folder, `${name}.pt`))), { fileName: `${name}.pt` });
}

/** Writes what edits make of a file. @returns the same edits as Python. */
async function write(
  checkpoint: Checkpoint,
  name: string,
  operations: readonly Operation[],
  target: Checkpoint,
): Promise<string> {
  const resources = new Map([['target', target]]);
  const [pair = ''] = name.split('.');
  let state = startState(checkpoint);
  const steps = operations.map((operation) => {
    const step = { before: state, operation, title: operationText(operation, english) };
    state = apply(state, operation, resources);
    return step;
  });
  await writeFile(join(folder, `${name}.pt`), await savedBytes(state));
  return pythonScript(steps, {
    source: join(folder, `${pair}.pt`),
    target: join(folder, `${name}.byScript.pt`),
    resources: new Map([['target', { checkpoint: target, path: join(folder, `${pair}.target.pt`) }]]),
  });
}

/** The lists as `load_state_dict` makes them; it orders unexpected keys by module. */
function listsOf({ missing, unexpected, mismatched }: MatchResult): Omit<Answer, 'message'> {
  return {
    missing: missing.map(({ key }) => key),
    unexpected: unexpected.map(({ key }) => key).sort(),
    mismatched: mismatched.map(({ target }) => target.key),
  };
}

/** Pairs whose names say all: what is proposed is right, and everything that fits loads. */
const wrapped = ['dataParallel', 'compiled', 'ddpCompiled', 'compiledDdp', 'fsdp', 'lightning', 'training', 'intoDdp'];
const positions = ['positions', 'positionsSmaller'];
/** Pairs whose file holds one seeded network: its numbers must be in whatever loads what is written. */
const own = [...wrapped, 'same', 'widerHead', 'deeper', 'shallower', 'noBias', 'module', 'noCounters', 'oldNorms'];
/** Pairs whose edits are run as Python too. */
const scripted = ['compiledDdp', 'training', 'widerHead', 'deeper', 'module'];
/** What is done with tensors of another shape: the file's name, and the action. */
const actions: Readonly<Record<string, readonly [string, KeyAction]>> = {
  positions: ['interpolated', 'interpolate'],
  positionsSmaller: ['interpolated', 'interpolate'],
  widerHead: ['overlap', 'overlap'],
  reshaped: ['actions', 'reshape'],
};

withTorch(
  'every pair gives what load_state_dict reports, and the files written load',
  async () => {
    const answers = (await runPython('match_cases.py', ['make', folder])) as Record<string, Answer>;
    const request = {
      ...{ filtered: [] as string[], updated: [] as string[], own, positions },
      ...{ scripts: {} as Record<string, string>, edits: {} as Record<string, string> },
    };
    for (const [name, { message, ...answer }] of Object.entries(answers)) {
      const [checkpoint, model] = [await opened(name), await opened(`${name}.target`)];
      const source = sourceOf(checkpoint);
      const target = checkpointTarget(sourceOf(model), name, 'target');
      const asItIs = match(source, target);
      expect({ name, ...listsOf(asItIs) }).toEqual({ name, ...answer, unexpected: [...answer.unexpected].sort() });
      checkMessage(message, asItIs, name);

      const proposals = propose(source, target);
      const certain = proposals.filter(({ confidence }) => confidence === 'certain');
      const renames = (wrapped.includes(name) ? certain : proposals).flatMap((proposal) => proposal.renames);
      const result = match(source, target, renames);
      if (wrapped.includes(name)) {
        expect({ name, ...listsOf(result) }).toMatchObject({ name, missing: [], unexpected: [] });
        await checkRenames(checkpoint, renames, listsOf(result), target);
      }
      if (result.matched.length > 0) {
        const edits = await write(checkpoint, `${name}.filtered`, filterOperations(result), model);
        if (scripted.includes(name)) {
          request.edits[`${name}.filtered`] = edits;
        }
        request.filtered.push(name);
        request.scripts[name] = script(checkpoint, result, name);
      }
      const edits = await write(checkpoint, `${name}.updated`, updateOperations(result), model);
      if (scripted.includes(name)) {
        request.edits[`${name}.updated`] = edits;
      }
      request.updated.push(name);
      const action = actions[name];
      if (action !== undefined) {
        const all = new Map(result.mismatched.map((pair) => [pair.target.key, action[1]]));
        await write(checkpoint, `${name}.${action[0]}`, filterOperations(result, all), model);
      }
    }
    expect(await runPython('match_cases.py', ['check', folder], { input: JSON.stringify(request) })).toEqual({});
  },
  { timeout: 300_000 },
);

/** What torch's error says is what the match says; and the model that it speaks of gives the same match. */
function checkMessage(message: string, result: MatchResult, name: string): void {
  if (message === '') {
    expect({ name, ...listsOf(result) }).toEqual({ name, missing: [], unexpected: [], mismatched: [] });
    return;
  }
  if (message.includes('size mismatch') || message.includes('key(s)')) {
    const again = match(result.source, errorTextTarget(message, result.source, name));
    const tensors = result.mismatched.filter(({ source }) => source.shape !== null);
    expect({ name, ...listsOf(again) }).toEqual({
      name,
      ...listsOf(result),
      missing: expect.toSatisfy((keys: string[]) => sameKeys(keys, listsOf(result).missing)) as unknown,
      mismatched: expect.toSatisfy((keys: string[]) =>
        sameKeys(
          keys,
          tensors.map(({ target }) => target.key),
        ),
      ) as unknown,
    });
  }
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join() === [...b].sort().join();
}

/** Renames made in the file give the match that they promised, `_metadata` included. */
async function checkRenames(
  checkpoint: Checkpoint,
  renames: readonly Rename[],
  lists: Omit<Answer, 'message'>,
  target: MatchResult['target'],
): Promise<void> {
  const renamed = apply(startState(checkpoint), renameOperation(sourceOf(checkpoint), renames)).checkpoint;
  expect(listsOf(match(sourceOf(renamed), target))).toEqual(lists);
  await Promise.resolve();
}

const models: Readonly<Record<string, string>> = {
  training: 'Net(classes=4)',
  module: 'Net(classes=4)',
  widerHead: 'Net(classes=14)',
  narrower: 'Net(width=6)',
  deeper: 'Net(depth=4)',
  shallower: 'Net(depth=1)',
  noBias: 'Net(bias=False)',
  intoDdp: 'torch.nn.DataParallel(Net())',
  intoWrapped: 'Wrapped(Net())',
  tied: 'Tied()',
  untied: 'Tied()',
  frozenNorm: 'Frozen()',
  scalarFromOne: 'Scalars([])',
  oneFromScalar: 'Scalars([1])',
  hidden: 'Scalars([1])',
  extraState: 'Extra(True)',
  extraMissing: 'Extra(True)',
  extraUnexpected: 'Plain()',
  weightNorm: 'torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(3, 2))',
  reshaped: 'Squeezed()',
  positions: 'Vit(9, window=7)',
  positionsSmaller: 'Vit(4, 2, window=3)',
};

function script(checkpoint: Checkpoint, result: MatchResult, name: string): string {
  const expression = models[name] ?? 'Net()';
  const imports = ['from match_cases import *'];
  return matchPython(checkpoint, result, {
    fileName: `${name}.pt`,
    model: { imports, expression, isPlaceholder: false },
  });
}
