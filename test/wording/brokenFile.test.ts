import { describe, expect, it } from 'vitest';
import { ForeignFileError, type ForeignFile } from '../../src/core/container/foreign';
import { CheckpointError } from '../../src/core/errors';
import { brokenFile } from '../../src/wording/brokenFile';
import { foreignText } from '../../src/wording/foreign';
import { english } from '../../src/wording/translate';

const samples: { readonly [Kind in ForeignFile['kind']]: Extract<ForeignFile, { kind: Kind }> } = {
  empty: { kind: 'empty' },
  zeros: { kind: 'zeros', size: 4_096 },
  'git-lfs-pointer': {
    kind: 'git-lfs-pointer',
    version: 'https://git-lfs.github.com/spec/v1',
    oid: `sha256:11ad3fa6f1c2${'0'.repeat(44)}a4b7e09d`,
    size: 102_540_417,
  },
  'web-page': { kind: 'web-page', markup: 'html', title: 'Sign in', lines: ['<!doctype html>'] },
  text: { kind: 'text', text: 'python-paths', lines: ['/usr/lib/python3/dist-packages'] },
  'cut-zip': {
    kind: 'cut-zip',
    bytesPresent: 1_000,
    bytesNeeded: 2_048,
    wholeEntries: ['data.pkl', 'data/0', 'a', 'b'],
  },
  'failed-save': { kind: 'failed-save', entries: ['data/0'] },
  'encrypted-zip': { kind: 'encrypted-zip', entries: [] },
  'zip-archive': { kind: 'zip-archive', entries: ['a.txt'] },
  archive: { kind: 'archive', format: 'tar', entries: ['a.txt'] },
  'cut-header': { kind: 'cut-header', bytesPresent: 10, bytesNeeded: 20 },
  'distributed-shard': { kind: 'distributed-shard' },
  model: { kind: 'model', format: 'gguf' },
  image: { kind: 'image', format: 'png' },
  document: { kind: 'document', format: 'pdf' },
  program: { kind: 'program', format: 'elf' },
  folder: { kind: 'folder', contents: 'other', checkpoints: ['a.pt'] },
  unknown: { kind: 'unknown', head: '00 01 02' },
};

const page = (foreign: ForeignFile) => brokenFile(new ForeignFileError(foreign), null, english);

describe('a file that is no checkpoint', () => {
  it.each(Object.values(samples))('$kind: what it is, what to do, one first action', (foreign) => {
    const { what, title, sentence, primary, secondary } = page(foreign);
    expect(what).toMatch(/^[\p{Lu}\d].*[^.]$/u);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(sentence).toMatch(/^[A-Z].*\. .*\.$/);
    expect(`${title} ${sentence}`).not.toMatch(/please|oops|success|!|\bsafe\b|undefined|\{\d/i);
    expect(primary).not.toBeNull();
    expect(secondary).not.toContain(primary);
  });

  it('shows how much of a cut download is there', () => {
    expect(page(samples['cut-zip']).facts).toEqual([
      { label: 'Present', value: '1,000 B (1,000 bytes)' },
      { label: 'Needed', value: '2 KB (2,048 bytes)' },
      { label: 'Whole records', value: '4: data.pkl, data/0, a, …' },
    ]);
  });

  it('keeps the details for those who ask', () => {
    expect(page(samples['zeros']).details).toBe('Code: not-a-checkpoint\nNote: zeros');
  });

  it.each([
    ['python-paths', 'A path file of Python'],
    ['json', 'A text file'],
    ['csv', 'A text file'],
    ['python-source', 'A text file'],
    ['plain', 'A text file'],
  ] as const)('%s text is offered to the text editor', (text, title) => {
    expect(page({ kind: 'text', text, lines: [] })).toMatchObject({ title, primary: 'openAsText' });
  });

  it.each([
    ['torch-preview', /preview release/],
    ['torch-mobile-flatbuffer', /FlatBuffers/],
    ['tensorflow-checkpoint', /TensorFlow checkpoint/],
    ['hdf5', /HDF5/],
  ] as const)('names the format %s', (format, sentence) => {
    expect(page({ kind: 'model', format }).sentence).toMatch(sentence);
  });

  it('names a distributed checkpoint and how it becomes one file', () => {
    const text = foreignText({ kind: 'folder', contents: 'distributed-checkpoint', checkpoints: [] }, english);
    expect(text.what).toBe('Distributed checkpoint');
    expect(text.remedy).toContain('dcp_to_torch_save');
  });
});

describe('a Git LFS pointer', () => {
  const inside = (path: string, hasObject = false) =>
    brokenFile(new ForeignFileError(samples['git-lfs-pointer']), { path, hasObject }, english);

  it('is shown with its object, its size, and the command that fetches it', () => {
    expect(inside('runs/flowers102/resnet50.pth')).toEqual({
      what: 'Git LFS pointer',
      title: 'The weights are not here yet',
      sentence: 'This file is a Git LFS pointer. The checkpoint itself (97.8 MB) has not been downloaded.',
      icon: 'cloud-download',
      facts: [
        { label: 'Object', value: 'sha256:11ad3fa6f1c2…a4b7e09d' },
        { label: 'Size', value: '97.8 MB (102,540,417 bytes)' },
        { label: 'Local LFS store', value: 'not found in .git/lfs/objects' },
        { label: 'Pointer', value: 'https://git-lfs.github.com/spec/v1' },
      ],
      command: {
        intro: 'Run this in the repository, then the file opens here by itself:',
        line: 'git lfs pull --include "runs/flowers102/resnet50.pth"',
      },
      primary: 'runInTerminal',
      secondary: ['openAsText', 'retry'],
      details: 'Code: not-a-checkpoint\nNote: git-lfs-pointer',
    });
  });

  it('is only checked out where the object is there already', () => {
    expect(inside('a b/模型.pt', true).command?.line).toBe('git lfs checkout "a b/模型.pt"');
  });

  it.each([
    'a$(reboot).pt',
    'a"; reboot; ".pt',
    'a`b`.pt',
    'a\nb.pt',
    '-x.pt',
    'a*.pt',
    "a'b.pt",
    'a\\b.pt',
    'a,b.pt',
    '%PATH%.pt',
    '!!.pt',
  ])('never puts %j into a command line', (path) => {
    expect(inside(path).command?.line).toBe('git lfs pull');
  });

  it('outside of a repository is not to be pulled', () => {
    expect(page(samples['git-lfs-pointer'])).toMatchObject({ command: null, primary: 'openAsText' });
    expect(page(samples['git-lfs-pointer']).sentence).toContain('Download the file itself');
  });

  it('without size or object is still one', () => {
    const bare = page({ kind: 'git-lfs-pointer', version: 'v', oid: '', size: null });
    expect(bare.facts).toEqual([{ label: 'Pointer', value: 'v' }]);
  });
});

describe('a damaged file', () => {
  it('says where, which record, and what to do', () => {
    const error = new CheckpointError('malformed-pickle', { offset: 12, entry: 'data.pkl', detail: 'no STOP' });
    expect(brokenFile(error, null, english)).toMatchObject({
      title: 'The file is damaged',
      sentence: expect.stringMatching(/beyond byte 12\. Download/) as unknown,
      facts: [
        { label: 'Position', value: '12' },
        { label: 'Record', value: 'data.pkl' },
      ],
      primary: 'retry',
      command: null,
    });
  });

  it('is no file at all where it is a folder', () => {
    expect(brokenFile(new CheckpointError('is-a-folder'), null, english)).toMatchObject({
      icon: 'folder',
      primary: 'openFolder',
    });
  });
});
