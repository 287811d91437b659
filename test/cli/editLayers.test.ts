import { describe, expect, it } from 'vitest';
import { cli } from '../support/cli';
import { at, copied, edit, refused, sample, useFolder } from './editSupport';

useFolder();

interface Tensors {
  readonly tensors: readonly { readonly key: string; readonly shape: readonly number[] }[];
}

async function shapes(file: string, glob: string): Promise<Readonly<Record<string, string>>> {
  const { tensors } = JSON.parse((await cli(['inspect', file, '--json', '--keys', glob])).stdout) as Tensors;
  return Object.fromEntries(tensors.map(({ key, shape }) => [key, shape.join()]));
}

const replaceConv = 'conv1 = nn.Conv2d(3, 20, 5, stride=2, bias=False)';

describe('layers in ptckpt edit', () => {
  it('are replaced, and what that means for others is said', async () => {
    const file = copied('torch-2.14.1/train.pt');
    const { status, stderr } = await edit(file, '-o', at('out.pt'), '--replace', 'model.fc=nn.Linear(3, 5)');
    expect({ status, stderr: stderr.replaceAll(`ptckpt: ${file}: warning: `, '') }).toEqual({
      status: 0,
      stderr:
        'model.fc: “bn” behind it is of size 2, and would need 5\n' +
        'optimizer has state of another shape for 2 parameters (fc.weight, fc.bias): step() raises; ' +
        '--optimizer reset clears it, drop removes the optimizer\n',
    });
    expect(await shapes(at('out.pt'), 'model.fc.*')).toEqual({ 'model.fc.weight': '5,3', 'model.fc.bias': '5' });
  });

  it('are found in the one state dict that has them', async () => {
    const { status, stderr } = await edit(sample, '-o', at('out.pt'), '--replace', replaceConv, '--optimizer', 'drop');
    expect(status).toBe(0);
    expect(stderr.split('\n').map((line) => line.split('warning: ')[1])).toEqual([
      'model_state_dict.conv1: “bn1” behind it is of size 8, and would need 20',
      'model_state_dict.conv1: “layer1.0.conv1” behind it takes 8 inputs, and would need 20',
      'model_state_dict.conv1: The model’s code has to make the same layer. What a state dict does not hold of it: stride=(2, 2)',
      undefined,
    ]);
    expect(await shapes(at('out.pt'), '*.conv1.weight')).toMatchObject({ 'model_state_dict.conv1.weight': '20,3,5,5' });
  });

  it('have the numbers of their seed, each from its beginning', async () => {
    const digests = async (...options: string[]): Promise<readonly string[]> => {
      await edit(sample, '-o', at('out.pt'), ...options);
      const { stdout } = await cli(['inspect', at('out.pt'), '--json', '--digest', '--keys', '*.fc.*']);
      return (JSON.parse(stdout) as { tensors: { sha256: string }[] }).tensors.map(({ sha256 }) => sha256);
    };
    const fc = ['--replace', 'fc = nn.Linear(32, 3)'];
    const first = await digests(...fc);
    expect(first.length).toBeGreaterThanOrEqual(2);
    expect(await digests('--replace', replaceConv, ...fc, '--seed', '0')).toEqual(first);
    expect(await digests(...fc, '--seed', '1')).not.toEqual(first);
    expect(await digests(...fc, '--init', 'overlap')).not.toEqual(first);
  });

  it.each([
    ['--replace', 'nope=nn.Linear(6, 3)', 'no layer is called nope; take the part of a key before .weight'],
    ['--replace', 'nn.Linear(6, 3)', 'not LAYER=CALL: no name stands before the call; see ptckpt --help'],
    ['--replace', 'fc=nn.Linear(6, n)', '“n” is a name: nothing is evaluated here; write the number itself'],
    ['--replace', 'fc=nn.Linear(6, 0)', 'the layer Linear does not take out_features=0; choose another value'],
    ['--resize', 'epoch=3', 'epoch'],
  ])('%s %s is refused', async (option, value, why) => {
    const line = await refused(copied('torch-2.14.1/train.pt'), '-o', at('out.pt'), option, value);
    expect(line).toContain(why);
  });

  it('names layers that end so, where a prefix was left out', async () => {
    const line = await refused(sample, '-o', at('out.pt'), '--replace', 'conv2=nn.Conv2d(8, 8, 3)');
    expect(line).toMatch(/no layer is called conv2; there is model_state_dict\.layer1\.0\.conv2, model_state/);
  });
});
