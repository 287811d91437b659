import { describe, expect, test } from 'vitest';
import { python2Name, pythonName } from '../../../src/core/pickle/pythonNames';
import { PyGlobal } from '../../../src/core/pickle/values';

describe('pythonName', () => {
  test.each([
    ['__builtin__', 'xrange', 2, 'builtins.range'],
    ['__builtin__', 'set', 2, 'builtins.set'],
    ['copy_reg', '_reconstructor', 0, 'copyreg._reconstructor'],
    ['cPickle', 'loads', 2, 'pickle.loads'],
    ['commands', 'getoutput', 1, 'subprocess.getoutput'],
    ['exceptions', 'StandardError', 2, 'builtins.Exception'],
    ['exceptions', 'WindowsError', 2, 'builtins.WindowsError'],
    ['torch._utils', '_rebuild_tensor_v2', 2, 'torch._utils._rebuild_tensor_v2'],
    ['__builtin__', 'set', 3, '__builtin__.set'],
    ['__builtin__', 'set', 4, '__builtin__.set'],
  ])('%s %s at protocol %i is %s', (module, name, protocol, full) => {
    expect(pythonName(new PyGlobal(module, name), protocol).full).toBe(full);
  });

  test('dots are a chain of attributes from protocol 4 on', () => {
    const global = new PyGlobal('shutil', 'os.system');
    expect(pythonName(global, 2).attributes).toEqual(['os.system']);
    expect(pythonName(global, 3).attributes).toEqual(['os.system']);
    expect(pythonName(global, 4).attributes).toEqual(['os', 'system']);
  });
});

test.each([
  ['builtins', 'range', ['__builtin__', 'xrange']],
  ['builtins', 'getattr', ['__builtin__', 'getattr']],
  ['builtins', 'FileNotFoundError', ['exceptions', 'OSError']],
  ['builtins', 'ValueError', ['exceptions', 'ValueError']],
  ['functools', 'reduce', ['__builtin__', 'reduce']],
  ['functools', 'partial', ['functools', 'partial']],
  ['collections', 'OrderedDict', ['collections', 'OrderedDict']],
])('python2Name: %s %s', (module, name, expected) => {
  expect(python2Name(new PyGlobal(module, name))).toEqual(expected);
});
