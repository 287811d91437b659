import { describe, expect, it } from 'vitest';
import { inspectJson } from '../../src/cli/inspectJson';
import { builtCheckpoint, record, storage, tensor, value } from '../support/builtCheckpoint';

const parse = (chunks: Iterable<string>) => JSON.parse([...chunks].join('')) as Record<string, unknown>;

describe('the document of inspect --json', () => {
  it('has the documented shape', () => {
    const weight = tensor(['model_state_dict', 'fc.weight'], {
      shape: [120, 2_048],
      stride: [2_048, 1],
      device: 'cuda:1',
      parameter: 'fc.weight',
      role: 'parameter',
      storage: storage({ key: '0', bytes: 983_040, record: record({ position: 1_024 }) }),
    });
    const meta = tensor(['meta'], { stride: null, offset: null, device: null, storage: null, layout: 'sparse_coo' });
    const one = builtCheckpoint([weight, meta, value(['epoch'], 'int', '17')], {
      wrapper: 'module.',
      weightsOnly: {
        torch: '2.13',
        loads: false,
        blockers: [{ reason: 'global', name: 'argparse.Namespace', paths: [['args']] }],
      },
      imports: [
        {
          name: 'argparse.Namespace',
          verdict: 'unknown',
          reason: null,
          section: 'data.pkl',
          paths: [['args']],
          pathCount: 1,
          uses: 1,
          unread: false,
        },
      ],
      findings: [{ severity: 'warning', code: 'trailing-bytes', offset: 9, args: [3] }],
    });
    expect(parse(inspectJson('net.pt', one, one.entries, null))).toEqual({
      schema: 1,
      file: 'net.pt',
      bytes: 1_024,
      container: 'zip',
      kind: 'state-dict',
      wrapper: 'module.',
      weightsOnly: {
        torch: '2.13',
        loads: false,
        blockers: [
          {
            reason: 'global',
            name: 'argparse.Namespace',
            message: 'argparse.Namespace is not on its allow-list.',
            paths: [['args']],
          },
        ],
      },
      tensors: [
        {
          path: ['model_state_dict', 'fc.weight'],
          key: 'model_state_dict.fc.weight',
          shape: [120, 2_048],
          dtype: 'float32',
          device: 'cuda:1',
          stride: [2_048, 1],
          offset: 0,
          layout: 'strided',
          requiresGrad: false,
          role: 'parameter',
          parameter: 'fc.weight',
          storage: { key: '0', bytes: 983_040, position: 1_024 },
        },
        {
          path: ['meta'],
          key: 'meta',
          shape: [2, 3],
          dtype: 'float32',
          device: null,
          stride: null,
          offset: null,
          layout: 'sparse_coo',
          requiresGrad: false,
          role: null,
          parameter: null,
          storage: null,
        },
      ],
      values: [{ path: ['epoch'], type: 'int', repr: '17' }],
      imports: [
        {
          name: 'argparse.Namespace',
          verdict: 'unknown',
          reason: null,
          message: '',
          paths: [['args']],
          pathCount: 1,
          section: 'data.pkl',
          unread: false,
        },
      ],
      findings: [
        {
          severity: 'warning',
          code: 'trailing-bytes',
          message: 'Bytes behind the end of the checkpoint: 3.',
          offset: 9,
          entry: null,
        },
      ],
      summary: {
        tensors: 2,
        parameters: 12,
        tensorBytes: 48,
        storageBytes: 24,
        dtypes: { float32: 2 },
        devices: { cpu: 2 },
      },
    });
  });

  it('keeps keys that only escapes can hold, and paths that are no text', () => {
    const keys = ['"', '\\', '\u0000\n', '\u2028', '\ud800', '模型', '😀', '__proto__', ''];
    const entries = [...keys.map((key) => tensor([key])), tensor(['a', 3, { repr: '(1, 2)' }])];
    const { tensors } = parse(inspectJson('"x"\n.pt', builtCheckpoint(entries), entries, null));
    expect(tensors).toMatchObject([
      ...keys.map((key) => ({ path: [key], key })),
      { path: ['a', 3, { repr: '(1, 2)' }], key: 'a.3.(1, 2)' },
    ]);
  });

  it('is a document without entries too', () => {
    expect(parse(inspectJson('a', builtCheckpoint([]), [], null))).toMatchObject({
      tensors: [],
      values: [],
      imports: [],
    });
  });

  it('comes in pieces, however many tensors there are', () => {
    const entries = Array.from({ length: 5_000 }, (_, index) => tensor([`layer.${index}.weight`]));
    const pieces = [...inspectJson('a', builtCheckpoint(entries), entries, null)];
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(70_000);
    expect(parse(pieces)['tensors']).toHaveLength(5_000);
  });

  it('adds the digests that were asked for', () => {
    const [a, b] = [tensor(['a']), tensor(['b'])];
    const digests = {
      tensors: new Map([
        [a, 'aa'],
        [b, null],
      ]),
      whole: 'cc',
    };
    expect(parse(inspectJson('a', builtCheckpoint([a, b]), [a, b], digests))).toMatchObject({
      tensors: [{ sha256: 'aa' }, { sha256: null }],
      digest: 'cc',
    });
  });
});
