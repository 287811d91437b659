import fc from 'fast-check';
import { copyFileSync } from 'node:fs';
import { expect } from 'vitest';
import { cli } from '../support/cli';
import { runPython, withTorch } from '../support/torch';
import { at, useFolder } from './editSupport';

useFolder();

interface Step {
  /** Name of the option, and its value. */
  readonly name: string;
  readonly value: string;
  /** Behind the old bytes, where that is possible. */
  readonly append: boolean;
}

const keys = ['model', 'names', 'names.1', 'epoch', 'model.module.a', 'model.module.a.weight', 'module.b.weight'];
keys.push('model.x.module.a.bias', 'model.b.weight', 'root', 'root.model', 'root.epoch', '[]');
const patterns = [...keys.slice(0, -1), '*.bias', '*a*', 'model.*', '*', 'names.*'];
const renamings = ['^module\\.=', 'a=b', '\\.=_', '^=x.', '(w)eight$=w', '.*=', 'module\\.(.)=m'];

function option(name: string, values: fc.Arbitrary<string>): fc.Arbitrary<Step> {
  return fc.record({ name: fc.constant(name), value: values, append: fc.boolean() });
}

const key = fc.constantFrom(...keys);
const step = fc.oneof(
  option('keep', fc.constantFrom(...patterns)),
  option('drop', fc.constantFrom(...patterns)),
  option('rename', fc.constantFrom(...renamings)),
  option('strip-prefix', fc.constantFrom('module.', 'x.')),
  option('add-prefix', fc.constantFrom('module.', 'x.')),
  option(
    'duplicate',
    fc.tuple(key, fc.constantFrom('copy', 'epoch')).map((pair) => pair.join('=')),
  ),
  option(
    'move',
    fc.tuple(key, fc.constantFrom('0', '1', '4')).map((pair) => pair.join('=')),
  ),
  option('cast', fc.constantFrom('float16', 'bfloat16', 'float32', 'float64')),
  option(
    'set',
    fc.tuple(fc.constantFrom('epoch', 'new', 'model'), fc.nat(9)).map((pair) => pair.join('=')),
  ),
  option('extract', key),
  option('wrap', fc.constant('root')),
  option('to', fc.constantFrom('zip', 'legacy')),
);

const appendRefused = 'leave out --append\n';

/** Edits the file in place. @returns whether the edit was done. */
async function done(file: string, { name, value, append }: Step): Promise<boolean> {
  const args = ['edit', file, '--in-place', `--${name}`, value];
  const result = await cli(append ? [...args, '--append'] : args);
  const again = result.stderr.endsWith(appendRefused) ? await cli(args) : result;
  expect(again.stderr.split('\n').length).toBeLessThanOrEqual(2);
  expect([0, 2]).toContain(again.status);
  return again.status === 0;
}

withTorch('any sequence of edits, saves and appends, each reopened, gives what torch makes of the same', async () => {
  await runPython('edit_sequences.py', ['make', at('')]);
  const sequences = fc.sample(fc.array(step, { minLength: 1, maxLength: 12 }), { numRuns: 150, seed: 20_260_427 });
  const told = [];
  let count = 0;
  for (const [index, steps] of sequences.entries()) {
    const file = `${String(index)}.pt`;
    copyFileSync(at('start.pt'), at(file));
    const results = [];
    for (const { name, value, append } of steps) {
      results.push({ name, value, done: await done(at(file), { name, value, append }) });
    }
    count += results.filter((result) => result.done).length;
    told.push({ file, steps: results });
  }
  // Enough of them do something.
  expect(count).toBeGreaterThan(250);
  const differences = await runPython('edit_sequences.py', ['check', at('')], { input: JSON.stringify(told) });
  expect(differences).toEqual(told.map(() => ''));
});
