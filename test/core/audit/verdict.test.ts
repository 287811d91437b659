import { describe, expect, test } from 'vitest';
import { allowedAfterImport, allowedByTorch } from '../../../src/core/audit/allowList';
import { dangerOf } from '../../../src/core/audit/dangerous';
import { judge } from '../../../src/core/audit/verdict';
import { PyGlobal } from '../../../src/core/pickle/values';
import { runPython, withTorch } from '../../support/torch';

const verdict = (module: string, name: string, protocol = 2) => judge(new PyGlobal(module, name), protocol);

describe("torch's own list", () => {
  withTorch(
    'is the one that the installed torch 2.13 has',
    async () => {
      const kinds = (lists: object) =>
        Object.fromEntries(
          Object.entries(lists).flatMap(([kind, names]: [string, string[]]) => names.map((name) => [name, kind])),
        );
      const afterImport = Object.entries(allowedAfterImport).map(([module, names]) => [module, kinds(names)]);
      expect(await runPython('allow_list.py')).toEqual({
        allowed: kinds(allowedByTorch),
        afterImport: Object.fromEntries(afterImport) as unknown,
      });
    },
    { exact: true },
  );

  test('has as many names as torch counts: 144, of which 2.6 has 128, and four that torch adds while it is imported', () => {
    const names = Object.values(allowedByTorch).flat();
    expect(names).toHaveLength(144 + 4);
    const reasons = names.map(
      (name) => verdict(name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.') + 1)).reason,
    );
    expect(reasons.filter((reason) => reason === 'not-allowed-by-2.6')).toHaveLength(16);
  });

  test.each([
    ['torch._utils', '_rebuild_tensor_v2', 'allowed', null],
    ['__builtin__', 'set', 'allowed', null],
    ['torch', 'int4', 'allowed', 'not-allowed-by-2.6'],
    ['torch.distributed.tensor', 'DTensor', 'allowed', 'needs-import-distributed-tensor'],
    ['torch._dynamo.decorators', '_DimRange', 'allowed', 'needs-import-dynamo'],
    ['torch', 'bcomplex32', 'unknown', 'allowed-by-2.14'],
    ['torch', 'UntypedStorage', 'unknown', null],
    ['torch.storage', '_load_from_bytes', 'unknown', 'nested-checkpoint'],
    ['argparse', 'Namespace', 'unknown', null],
    ['__main__', 'Net', 'unknown', null],
  ])('%s.%s is %s, %s', (module, name, expected, reason) => {
    expect(verdict(module, name)).toMatchObject({ verdict: expected, reason });
  });
});

describe('dangerous names', () => {
  test.each([
    ['os', 'system', 'runs-commands'],
    ['posix', 'system', 'runs-commands'],
    ['nt', 'system', 'runs-commands'],
    ['subprocess', 'Popen', 'runs-commands'],
    ['os.path', 'join', 'runs-commands'],
    ['builtins', 'eval', 'runs-code'],
    ['__builtin__', 'eval', 'runs-code'],
    ['builtins', 'getattr', 'reaches-attributes'],
    ['builtins', '__import__', 'imports-modules'],
    ['importlib', 'import_module', 'imports-modules'],
    ['operator', 'attrgetter', 'reaches-attributes'],
    ['functools', 'partial', 'builds-calls'],
    ['pickle', 'loads', 'loads-pickles'],
    ['torch', 'load', 'loads-pickles'],
    ['torch.serialization', 'load', 'loads-pickles'],
    ['joblib', 'load', 'loads-pickles'],
    ['ctypes', 'CDLL', 'native-code'],
    ['socket', 'create_connection', 'network'],
    ['shutil', 'rmtree', 'files'],
    ['builtins', 'open', 'files'],
    ['multiprocessing', 'Process', 'starts-processes'],
    ['pip', 'main', 'installs-packages'],
    ['sys', 'exit', 'changes-interpreter'],
    ['copyreg', 'add_extension', 'extends-pickle'],
    ['copy_reg', 'add_extension', 'extends-pickle'],
    ['picklescan.scanner', '_unsafe_globals', 'disarms-scanners'],
    ['torch.fx.graph_module', 'reduce_graph_module', 'runs-code'],
    ['torch.jit.unsupported_tensor_ops', 'execWrapper', 'runs-code'],
    ['torch._inductor.codecache', 'compile_file', 'runs-code'],
  ])('%s.%s: %s', (module, name, reason) => {
    expect(verdict(module, name)).toMatchObject({ verdict: 'dangerous', reason });
  });

  test('Python 2 names are mapped below protocol 3, and dangerous above too', () => {
    expect(verdict('commands', 'getoutput', 2)).toMatchObject({ name: 'subprocess.getoutput', verdict: 'dangerous' });
    expect(verdict('commands', 'getoutput', 4)).toMatchObject({ name: 'commands.getoutput', verdict: 'dangerous' });
    expect(verdict('urllib2', 'urlopen', 2)).toMatchObject({ name: 'urllib.request.urlopen', reason: 'network' });
  });

  test('a dotted name is followed attribute by attribute', () => {
    expect(dangerOf('torch.serialization', 'os.system')).toBe('runs-commands');
    expect(dangerOf('torch', 'serialization.load')).toBe('loads-pickles');
    expect(dangerOf('code', 'InteractiveInterpreter.runcode')).toBe('runs-code');
    expect(dangerOf('functools', 'partial.func')).toBe('builds-calls');
    expect(dangerOf('collections', 'OrderedDict.__init__.__globals__')).toBe('reaches-attributes');
    expect(dangerOf('shutil', 'os')).toBe('files');
    expect(dangerOf('torch.hub', 'sys')).toBe('loads-pickles');
    expect(dangerOf('argparse', '_os')).toBe('runs-commands');
    expect(dangerOf('argparse', '_os.system')).toBe('runs-commands');
  });

  test.each([
    ['code.model', 'Net'],
    ['test.models', 'Net'],
    ['__main__', 'test'],
    ['__main__', 'profile'],
    ['uuid', 'UUID'],
    ['types', 'SimpleNamespace'],
    ['logging', 'Logger'],
    ['joblib.numpy_pickle', 'NumpyArrayWrapper'],
    ['torch.jit._pickle', 'build_intlist'],
    ['numpy.core.multiarray', '_reconstruct'],
    ['ossaudio', 'system'],
    ['my.os', 'system'],
    ['functoolsx', 'partial'],
    ['collections', 'defaultdict'],
    ['copyreg', '_reconstructor'],
    ['operator', 'add'],
  ])('%s.%s is none', (module, name) => {
    expect(dangerOf(module, name)).toBeNull();
  });

  test('an import whose name is the result of a call is one', () => {
    expect(verdict('?', 'system')).toMatchObject({ verdict: 'dangerous', reason: 'hides-name' });
  });
});
