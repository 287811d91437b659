import { describe, expect, it } from 'vitest';
import { inspectText } from '../../src/cli/inspectText';
import type { Checkpoint, Entry } from '../../src/core/checkpoint/checkpoint';
import { builtCheckpoint, record, storage, tensor, value } from '../support/builtCheckpoint';

const text = (one: Checkpoint, entries: readonly Entry[] = one.entries): string =>
  [...inspectText(one, entries, null, false)].join('');

const weight = tensor(['model', 'fc.weight'], {
  shape: [120, 2_048],
  bytes: 983_040,
  device: 'cuda:1',
  storage: storage({ record: record({ crc32: 0x9f3a51c }) }),
});

describe('the text of inspect', () => {
  it('is a summary, then one line an entry in file order', () => {
    const entries = [
      weight,
      tensor(['rng'], { shape: [5_056], dtype: 'uint8', bytes: 5_056 }),
      tensor(['s'], { shape: [], dtype: 'float8_e4m3fnuz', device: null, bytes: 1 }),
      value(['epoch'], 'int', '17'),
      value(['args', '.lr'], 'float', '0.1'),
    ];
    expect(text(builtCheckpoint(entries))).toBe(
      [
        'State dict · ZIP · 3 tensors · 18 parameters · 1 KB',
        'float32         [120, 2048]        cuda:1     960 KB 09f3a51c model.fc.weight',
        'uint8           [5056]             cpu       4.94 KB          rng',
        'float8_e4m3fnuz []                 —             1 B          s',
        'int                                                           epoch = 17',
        'float                                                         args..lr = 0.1',
        'weights_only=True loads this file',
        '',
      ].join('\n'),
    );
  });

  it('changes in one line when one entry does', () => {
    const before = text(builtCheckpoint([weight, value(['epoch'], 'int', '17'), value(['note'], 'str', "'a'")])).split(
      '\n',
    );
    const grown = {
      ...weight,
      path: ['model', `${'deep.'.repeat(40)}weight`],
      dtype: 'complex128',
      shape: [1, 2, 3, 4, 5, 6],
    };
    const after = text(builtCheckpoint([grown, value(['epoch'], 'int', '17'), value(['note'], 'str', "'a'")])).split(
      '\n',
    );
    expect(after.filter((line, index) => line !== before[index])).toHaveLength(1);
  });

  it('lets nothing out of the file act on the terminal', () => {
    const odd = text(
      builtCheckpoint([tensor(['\u001b[2J\nkey']), value(['\u202ex'], 'a\u0007', '\u001b]0;title\u0007')], {
        imports: [
          {
            name: 'os\u001b[31m.system',
            verdict: 'dangerous',
            reason: 'runs-commands',
            section: 'data.pkl',
            paths: [['\u001b[2J\nkey']],
            pathCount: 1,
            uses: 1,
            unread: false,
          },
        ],
        findings: [{ severity: 'warning', code: 'made-up-code', entry: '\u001b[2J' }],
      }),
    );
    expect(odd).toContain('\\x1b[2J\\x0akey');
    expect(odd.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });

  it('says what loading would import from outside the list, and what is odd, at the end', () => {
    const used = { section: 'data.pkl', uses: 1, unread: false, paths: [['args']], pathCount: 1 };
    const lines = text(
      builtCheckpoint([value(['epoch'], 'int', '17')], {
        imports: [
          { ...used, name: 'collections.OrderedDict', verdict: 'allowed', reason: null },
          { ...used, name: 'argparse.Namespace', verdict: 'unknown', reason: null },
          { ...used, name: 'os.system', verdict: 'dangerous', reason: 'runs-commands' },
        ],
        weightsOnly: { torch: '2.13', loads: false, blockers: [] },
        findings: [{ severity: 'error', code: 'made-up-code' }],
      }),
    ).split('\n');
    expect(lines.slice(2)).toEqual([
      "import outside torch's allow-list: argparse.Namespace (args)",
      'dangerous import: os.system (args) Runs commands of the system.',
      'weights_only=True stops at 2 of 3 imports',
      'error: made-up-code',
      '',
    ]);
  });

  it('shows the SHA-256 where there is no CRC-32, and that of all', () => {
    const bare = tensor(['bare'], { storage: storage({ record: record({ crc32: 0 }) }) });
    const digests = {
      tensors: new Map([
        [weight, 'aa'.repeat(32)],
        [bare, 'bb'.repeat(32)],
      ]),
      whole: 'cc'.repeat(32),
    };
    const lines = [...inspectText(builtCheckpoint([weight, bare]), [weight, bare], digests, false)]
      .join('')
      .split('\n');
    expect(lines[1]).toContain(' 09f3a51c model.fc.weight');
    expect(lines[2]).toContain(` ${'bb'.repeat(32)} bare`);
    expect(lines[3]).toBe(`digest: ${'cc'.repeat(32)}`);
  });

  it('has colours only when asked', () => {
    const coloured = [...inspectText(builtCheckpoint([weight]), [weight], null, true)].join('');
    expect(coloured).toContain('\u001b[1mState dict\u001b[0m');
    expect(coloured.split(/\p{Cc}\[\d+m/u).join('')).toBe(text(builtCheckpoint([weight])));
  });
});
