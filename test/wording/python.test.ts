import { describe, expect, it } from 'vitest';
import type { FactoryModel } from '../../src/core/python/factoryModel';
import { PythonError, type PythonProblem } from '../../src/core/python/pythonError';
import { errorText } from '../../src/wording/errors';
import { factoryNote, pythonDetails } from '../../src/wording/python';
import { english } from '../../src/wording/translate';

const problems: readonly PythonProblem[] = [
  { kind: 'untrusted' },
  { kind: 'no-interpreter', looked: ['python3', 'python'] },
  { kind: 'interpreter-missing', executable: '/venv/bin/python' },
  { kind: 'interpreter-fails', executable: '/venv/bin/python', message: 'spawn EACCES' },
  { kind: 'no-torch', executable: '/usr/bin/python3', version: '3.12.1' },
  { kind: 'torch-fails', message: 'ImportError: libcudart.so.12: cannot open shared object file.' },
  { kind: 'bad-factory', text: 'Net' },
  { kind: 'bad-expression', part: 'os.getcwd()' },
  { kind: 'module-not-found', name: 'flowrs', folders: ['/a', '/b', '/c', '/d'] },
  { kind: 'module-not-found', name: 'flowrs', folders: ['/a'] },
  { kind: 'dependency-not-found', module: 'flowers.models', name: 'timm', traceback: 'T' },
  { kind: 'import-raised', module: 'flowers.models', message: "KeyError: 'width'", traceback: 'T' },
  { kind: 'no-attribute', name: 'net', place: '/a/models.py', near: ['Net'] },
  { kind: 'no-attribute', name: 'net', place: '/a/models.py', near: [] },
  { kind: 'not-callable', what: 'int' },
  { kind: 'missing-arguments', names: ['num_classes', 'width'], signature: '(num_classes, width, depth=1)' },
  { kind: 'bad-arguments', message: "TypeError: unexpected keyword argument 'widht'" },
  { kind: 'raised', message: 'ValueError: no such width', traceback: 'T' },
  { kind: 'not-a-module', what: 'tuple of Net, dict' },
  { kind: 'too-many-keys', count: 2_000_000, limit: 1_000_000 },
  { kind: 'time-limit', seconds: 120 },
  { kind: 'exited', status: 7 },
  { kind: 'killed', signal: 'SIGKILL' },
  { kind: 'killed', signal: 'SIGSEGV' },
  { kind: 'bad-reply', note: '{}' },
];

describe('why there is no model', () => {
  it.each(problems.map((problem) => [problem.kind, problem] as const))(
    '%s is a sentence and a remedy',
    (_, problem) => {
      const { title, sentence, remedy } = errorText(new PythonError(problem), english);
      expect(title).toMatch(/[^.]$/);
      expect(sentence).toMatch(/[^.]\.$/);
      expect(remedy).toMatch(/[.?]$/);
      expect(`${sentence} ${remedy}`).not.toMatch(/\{\d\}|undefined|\.\./);
    },
  );

  it('names what it is about', () => {
    const texts = problems.map((problem) => {
      const { sentence, remedy } = errorText(new PythonError(problem), english);
      return `${sentence} ${remedy}`;
    });
    expect(texts).toContain(
      'There is no Python module “flowrs”. Check its name. Looked in were /a, /b, /c and 1 more.',
    );
    expect(texts).toContain(
      'The factory needs arguments that were not given: num_classes, width. Give them in brackets, for (num_classes, width, depth=1).',
    );
    expect(texts).toContain('The factory raised ValueError: no such width. Correct it and try again.');
    expect(texts).toContain('“/a/models.py” has no “net”. Did you mean Net?');
  });
});

describe('details', () => {
  it('are the traceback and the end of the output', () => {
    const raised: PythonProblem = { kind: 'raised', message: 'E', traceback: 'Traceback …\nE' };
    const all = new PythonError(raised, { text: 'building\n', bytes: 9 });
    expect(pythonDetails(all, english)).toBe('Traceback …\nE\n\nOutput:\nbuilding');
    const cut = new PythonError({ kind: 'exited', status: 1 }, { text: 'last\n', bytes: 4_000_000 });
    expect(pythonDetails(cut, english)).toMatch(/^The end of .*4,000,000 bytes.* of output:\nlast$/);
    expect(pythonDetails(new PythonError({ kind: 'untrusted' }), english)).toBe('');
  });
});

it('says what building allocated', () => {
  const model: FactoryModel = {
    class: 'm.Net',
    keys: [],
    notSaved: [],
    modules: [],
    device: 'meta',
    why: null,
    python: { executable: 'python', version: '3.12', torch: '2.13' },
  };
  expect(factoryNote(model, english)).toBeNull();
  expect(factoryNote({ ...model, device: 'values', why: 'E' }, english)).toMatch(/\(E\).*all but its parameters/);
  expect(factoryNote({ ...model, device: 'cpu', why: 'E' }, english)).toMatch(/\(E\).*with all its weights/);
  expect(factoryNote({ ...model, device: 'cpu' }, english)).toBe('It was built on the CPU, with all its weights.');
});
