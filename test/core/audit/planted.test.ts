import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { auditRecords } from '../../../src/core/audit/auditRecords';
import { memorySource } from '../../../src/core/bytes/memorySource';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { openCheckpoint } from '../../../src/core/checkpoint/open';
import {
  binbytes,
  call,
  dict,
  global,
  int,
  pickleBytes,
  proto,
  shortText,
  stop,
  tensor,
  text,
} from '../../support/pickleBytes';
import { checkpointEntries, endRecord, storedZip, zipParts, type ZipEntry } from '../../support/storedZip';

const run = call('os', 'system', text('id'));
const innocent = pickleBytes(proto(2), dict(['w', tensor('0', 2)]), stop);
const planted = pickleBytes(proto(2), dict(['w', tensor('0', 2)], ['epoch', run]), stop);
const bare = pickleBytes(proto(2), run, stop);

async function audit(bytes: Uint8Array, fileName = 'file.pt'): Promise<Checkpoint> {
  return auditRecords(await openCheckpoint(memorySource(bytes), { fileName }));
}

const zip = (pickle: Uint8Array, extra: readonly ZipEntry[] = []): Uint8Array =>
  storedZip(checkpointEntries(pickle, extra));
const besides = (name: string, content: Uint8Array): Uint8Array =>
  zip(innocent, [{ name: `archive/${name}`, content }]);

/** LONG1 with the number that a legacy file begins with. */
const magic = '\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19';

/** A legacy checkpoint without storages. `first` are the opcodes of its first pickle. */
function legacy(object: Uint8Array, first = magic): Uint8Array {
  const version = pickleBytes(proto(2), 'M\xe9\x03', stop);
  const systemInfo = pickleBytes(proto(2), '}', stop);
  const keys = pickleBytes(proto(2), ']', stop);
  return Buffer.concat([pickleBytes(proto(2), first, stop), version, systemInfo, object, keys]);
}

/** An `.npy` file of one object, which numpy unpickles. */
function objectArray(pickle: Uint8Array): Uint8Array {
  const header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n";
  return Buffer.concat([pickleBytes('\x93NUMPY\x01\x00', String.fromCharCode(header.length, 0), header), pickle]);
}

/** What is dangerous, as `record: name`. */
const dangerous = ({ imports }: Checkpoint): string[] =>
  imports.filter(({ verdict }) => verdict === 'dangerous').map(({ section, name }) => `${section}: ${name}`);
const codes = ({ findings }: Checkpoint): string[] => findings.map(({ code }) => code);

test('an opcode across the end of its frame is a finding, wherever its pickle stands', async () => {
  const frame = (length: number): string => `\x95${String.fromCharCode(length)}${'\0'.repeat(7)}`;
  const crossing = pickleBytes(proto(4), frame(1), int(7), '0', run, stop);
  const crossingFinding = { severity: 'warning', code: 'frame-crossing' };
  expect((await audit(zip(crossing))).findings).toEqual([{ ...crossingFinding, entry: 'data.pkl' }]);
  expect((await audit(besides('extra', crossing))).findings).toContainEqual({ ...crossingFinding, entry: 'extra' });
  expect((await audit(crossing, 'file.pkl')).findings).toEqual([{ ...crossingFinding, entry: '' }]);
  expect(codes(await audit(zip(pickleBytes(proto(4), frame(2), int(7), '0', run, stop))))).toEqual([]);
});

test('an innocent checkpoint has nothing dangerous, and every import is on the list', async () => {
  const result = await audit(zip(innocent));
  expect(result.imports.map(({ verdict }) => verdict)).toEqual(['allowed', 'allowed', 'allowed']);
  expect(result.findings).toEqual([]);
});

test('a planted call is flagged with the entry that needs it', async () => {
  const { imports } = await audit(zip(planted));
  expect(imports.find(({ name }) => name === 'os.system')).toEqual({
    name: 'os.system',
    verdict: 'dangerous',
    reason: 'runs-commands',
    section: 'data.pkl',
    paths: [['epoch']],
    pathCount: 1,
    uses: 1,
    unread: false,
  });
});

describe('disguises', () => {
  test('two central directories, which zipfile and torch resolve differently', async () => {
    const hidden = zipParts(checkpointEntries(planted));
    const shown = zipParts(checkpointEntries(innocent), hidden.body.length);
    const directoryAt = hidden.body.length + shown.body.length;
    // torch takes the absolute offset, and finds the innocent one; zipfile counts back from the end record.
    const bytes = Buffer.concat([
      hidden.body,
      shown.body,
      shown.directory,
      hidden.directory,
      endRecord(4, shown.directory.length, directoryAt),
    ]);
    const result = await audit(bytes);
    expect(dangerous(result)).toEqual(['data.pkl: os.system']);
    expect(result.imports.find(({ name }) => name === 'os.system')).toMatchObject({ unread: true });
  });

  test('a duplicate data.pkl', async () => {
    for (const [first, second] of [
      [innocent, planted],
      [planted, innocent],
    ] as const) {
      const result = await audit(zip(first, [{ name: 'archive/data.pkl', content: second }]));
      expect(dangerous(result)).toEqual(['data.pkl: os.system']);
    }
  });

  test('a text-protocol pickle under DATA.PKL', async () => {
    const textual = pickleBytes('cos\nsystem\n', "(S'id'\n", 'tR.');
    const result = await audit(
      storedZip([
        { name: 'a/DATA.PKL', content: textual },
        { name: 'a/version', content: Buffer.from('3\n') },
      ]),
    );
    expect(dangerous(result)).toEqual(['DATA.PKL: os.system']);
  });

  test('a nested legacy file inside _load_from_bytes', async () => {
    const outer = pickleBytes(
      proto(3),
      dict(['w', call('torch.storage', '_load_from_bytes', binbytes(legacy(bare)))]),
      stop,
    );
    const result = await audit(outer, 'file.pkl');
    expect(dangerous(result)).toEqual([': os.system']);
    expect(result.imports.map(({ name }) => name)).toContain('torch.storage._load_from_bytes');
  });

  test('a pickle that is no checkpoint inside _load_from_bytes', async () => {
    const outer = pickleBytes(proto(3), dict(['w', call('torch.storage', '_load_from_bytes', binbytes(bare))]), stop);
    expect(dangerous(await audit(outer, 'file.pkl'))).toEqual([': os.system']);
  });

  test('operands of STACK_GLOBAL that are Python 2 strings, or come from the memo', async () => {
    const odd = pickleBytes(
      proto(4),
      "S'os'\n",
      'p0\n',
      'U\x06system',
      'q\x01',
      '0',
      '0',
      'g0\n',
      'h\x01',
      '\x93',
      '(',
      text('id'),
      'tR',
      stop,
    );
    expect(dangerous(await audit(zip(odd)))).toEqual(['data.pkl: os.system']);
  });

  test('operands of STACK_GLOBAL that are results of calls', async () => {
    const name = call('_codecs', 'encode', shortText('system'), shortText('latin1'));
    const odd = pickleBytes(proto(4), shortText('os'), name, '\x93', '(', text('id'), 'tR', stop);
    expect(dangerous(await audit(zip(odd)))).toEqual(['data.pkl: os.?']);
  });

  test('a pickle in a record of any name', async () => {
    for (const name of ['extra/README.md', 'data/9', 'version2', 'data.pkl.bak']) {
      const result = await audit(besides(name, bare));
      expect(dangerous(result)).toEqual([`${name}: os.system`]);
      expect(codes(result)).toContain('hidden-pickle');
      expect(result.imports.find(({ name: found }) => found === 'os.system')).toMatchObject({ unread: true });
    }
  });

  test('a pickle in a storage, when no persistent id asks for these bytes', async () => {
    const claimed = pickleBytes(proto(2), dict(['w', tensor('9', 2)]), stop);
    const result = await audit(zip(claimed, [{ name: 'archive/data/9', content: bare }]));
    expect(dangerous(result)).toEqual(['data/9: os.system']);
  });

  test('a storage that a persistent id asks for is data, whatever it looks like', async () => {
    const padded = Buffer.concat([bare, new Uint8Array(-bare.length & 3)]);
    const claimed = pickleBytes(proto(2), dict(['w', tensor('9', padded.length / 4)]), stop);
    const result = await audit(zip(claimed, [{ name: 'archive/data/9', content: padded }]));
    expect(dangerous(result)).toEqual([]);
  });

  test('a pickle behind the STOP of data.pkl', async () => {
    const result = await audit(zip(Buffer.concat([innocent, bare])));
    expect(dangerous(result)).toEqual(['data.pkl: os.system']);
    expect(codes(result)).toContain('pickle-after-stop');
  });

  test('a checkpoint inside a record, and one inside that', async () => {
    const inner = zip(planted);
    expect(dangerous(await audit(besides('weights.pt', inner)))).toEqual(['weights.pt/data.pkl: os.system']);
    const twice = besides('outer.pt', besides('inner.pt', bare));
    expect(dangerous(await audit(twice))).toEqual(['outer.pt/inner.pt: os.system']);
  });

  test('a gzip member in a record', async () => {
    expect(dangerous(await audit(besides('notes.gz', gzipSync(bare))))).toEqual(['notes.gz/: os.system']);
  });

  test('an object array of numpy in a record', async () => {
    expect(dangerous(await audit(besides('array.npy', objectArray(bare))))).toEqual([
      expect.stringMatching(/^array\.npy.*: os\.system$/),
    ]);
  });

  test('a pickle in a bare zip archive', async () => {
    const archive = storedZip([
      { name: 'notes.txt', content: Buffer.from('text') },
      { name: 'model.pkl', content: bare },
      { name: 'other.bin', content: bare },
    ]);
    expect(dangerous(await audit(archive, 'bundle.zip')).sort()).toEqual([
      'model.pkl: os.system',
      'other.bin: os.system',
    ]);
  });

  test('an object array of numpy, alone and in an .npz', async () => {
    expect(dangerous(await audit(objectArray(bare), 'array.npy'))).toEqual([': os.system']);
    const archive = storedZip([{ name: 'a.npy', content: objectArray(bare) }]);
    expect(dangerous(await audit(archive, 'arrays.npz'))).toEqual([expect.stringMatching(/^a\.npy.*: os\.system$/)]);
  });

  test('a deflated pickle', async () => {
    const content = deflateRawSync(bare);
    const entry = { name: 'archive/extra', content, method: 8, size: bare.length };
    expect(dangerous(await audit(zip(innocent, [entry])))).toEqual(['extra: os.system']);
  });

  test.each(['7z\xbc\xaf\x27\x1c', '(\xb5/\xfd', '\xfd7zXZ\x00', 'BZh91AY', 'Rar!\x1a'])(
    'what is packed as %j is named, not passed over',
    async (start) => {
      const result = await audit(besides('extra', pickleBytes(start, 'rest')));
      expect(result.findings).toContainEqual(expect.objectContaining({ code: 'unscanned-record', entry: 'extra' }));
    },
  );
});

describe('bypasses that other scanners have had', () => {
  const hides = async (bytes: Uint8Array, name: string, fileName?: string): Promise<void> => {
    expect(dangerous(await audit(bytes, fileName))).toEqual([
      expect.stringMatching(new RegExp(`: ${name.replaceAll('.', '\\.')}$`)),
    ]);
  };

  test('CVE-2025-1716: pip.main', () => hides(zip(pickleBytes(proto(2), call('pip', 'main'), stop)), 'pip.main'));

  test('CVE-2025-1889: a pickle under another extension', () => hides(besides('config.p', bare), 'os.system'));

  test('CVE-2025-1944: another name in the local header', () =>
    hides(zip(innocent, [{ name: 'archive/x', localName: 'archive/y', content: bare }]), 'os.system'));

  test('CVE-2025-1945: flag bits on a record that torch does not read', async () => {
    await hides(zip(planted, [{ name: 'archive/x', content: Buffer.from('x'), flags: 1 }]), 'os.system');
  });

  test('CVE-2025-10155: a plain pickle named .bin', () => hides(bare, 'os.system', 'model.bin'));

  test('CVE-2025-10156: a wrong CRC', async () => {
    const wrong = checkpointEntries(planted).map((entry) => ({ ...entry, crc32: 1 }));
    await hides(storedZip(wrong), 'os.system');
  });

  test('CVE-2025-10157: a submodule', () =>
    hides(
      zip(pickleBytes(proto(2), call('asyncio.unix_events', '_UnixSubprocessTransport._start'), stop)),
      'asyncio.unix_events._UnixSubprocessTransport._start',
    ));

  test('GHSA-9gvj: STACK_GLOBAL at the start of the stream', () =>
    hides(zip(pickleBytes("S'os'\n", "S'system'\n", '\x93(', "S'id'\n", 'tR.')), 'os.system'));

  test('GHSA-97f8: the legacy magic number is the result of a call', () =>
    hides(legacy(pickleBytes('N', stop), `${run}0${magic}`), 'os.system'));

  test('picklescan issues 14 and 22: PUT and MEMOIZE number differently', () => {
    // MEMOIZE takes the number of entries, 1, whatever PUT took.
    const confused = pickleBytes(
      proto(4),
      shortText('system'),
      'q\x05',
      '0',
      shortText('os'),
      '\x94',
      '0',
      'h\x01',
      'h\x05',
      '\x93(',
      shortText('id'),
      'tR',
      stop,
    );
    return hides(zip(confused), 'os.system');
  });

  test('modelscan issue 348: a missing memo entry ends the scan, not the call before it', () =>
    hides(zip(pickleBytes(proto(2), run, 'h\x63', stop)), 'os.system'));

  test('a memo entry that changes its type', () =>
    hides(
      zip(
        pickleBytes(proto(4), int(1), 'q\x00', '0', shortText('os'), 'q\x00', shortText('system'), '\x93', ')R', stop),
      ),
      'os.system',
    ));

  test('CVE-2026-56304: logging.FileHandler', () =>
    hides(zip(pickleBytes(proto(2), call('logging', 'FileHandler', text('x')), stop)), 'logging.FileHandler'));

  test.each([
    ['uuid', '_get_command_stdout'],
    ['imaplib', 'IMAP4_stream'],
    ['_osx_support', '_read_output'],
    ['_pyrepl.pager', 'pipe_pager'],
  ])('CVE-2026-56315: %s.%s', (module, name) =>
    hides(zip(pickleBytes(proto(2), call(module, name), stop)), `${module}.${name}`),
  );

  test('modelscan issue 85: a dotted name behind a module that looks harmless', () =>
    hides(
      zip(pickleBytes(proto(4), global('torch.serialization', 'os.system'), ')R', stop)),
      'torch.serialization.os.system',
    ));

  test('a call whose result POP drops', () => hides(zip(pickleBytes(proto(2), run, '0', 'N', stop)), 'os.system'));

  test('nullifAI: the pickle breaks after its call', async () => {
    const broken = await audit(zip(pickleBytes(proto(2), run, '\xff')));
    expect(dangerous(broken)).toEqual(['data.pkl: os.system']);
    expect(broken.findings.some(({ severity }) => severity === 'error')).toBe(true);
  });

  test('EXT and copyreg.add_extension', async () => {
    const registers = await audit(
      zip(
        pickleBytes(
          proto(2),
          call('copyreg', 'add_extension', text('os'), text('system'), int(5)),
          '0',
          '\x82\x05',
          stop,
        ),
      ),
    );
    expect(dangerous(registers)).toEqual(['data.pkl: copyreg.add_extension']);
    expect(codes(registers)).toContain('pickle-extension');
    expect(codes(await audit(zip(pickleBytes(proto(2), '\x83\x05\x00', stop))))).toContain('pickle-extension');
  });

  test('INST and OBJ', async () => {
    await hides(zip(pickleBytes('(', "S'id'\n", 'ios\nsystem\n', stop)), 'os.system');
    await hides(zip(pickleBytes('(', global('os', 'system'), text('id'), 'o', stop)), 'os.system');
  });
});

describe('texts and numbers are no pickles', () => {
  test.each([
    ['class Net(nn.Module):\n    pass\n'],
    ['import torch\nfrom torch import nn\n'],
    ['cpu\ncuda:0\n'],
    ['{"format": "pt"}'],
    ['3\n'],
    ['.'],
    ['N.'],
  ])('%j', async (content) => {
    const result = await audit(besides('extra', Buffer.from(content)));
    expect(result.imports.map(({ section }) => section)).toEqual(['data.pkl', 'data.pkl', 'data.pkl']);
    expect(result.findings).toEqual([]);
  });
});
