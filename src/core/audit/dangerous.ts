import type { DangerReason } from './codes';

/**
 * Names that let a pickle act on the machine that loads it: the union of what picklescan 1.0.5, modelscan 0.8.8 and
 * fickling 0.1.12 name, and ours. It only words how bad a name is: what stands on neither list is "unknown", never safe.
 * `'*'` covers submodules too; `'='` only the module itself, since its name is one that people give to folders of their own
 * (`code.model`); a name covers its attributes (`partial` is `partial.func`).
 */
const table: readonly (readonly [reason: DangerReason, modules: string, names: string])[] = [
  // Builtins. `__builtin__` and other Python 2 names are listed too: a protocol-4 pickle that names them is no accident.
  ['runs-code', 'builtins __builtin__ __builtins__', 'eval exec compile execfile breakpoint input raw_input'],
  ['imports-modules', 'builtins __builtin__ __builtins__', '__import__ __loader__ __spec__ __build_class__ reload'],
  ['reaches-attributes', 'builtins __builtin__ __builtins__', 'getattr setattr delattr globals locals vars __dict__'],
  ['builds-calls', 'builtins __builtin__ __builtins__', 'apply'],
  ['files', 'builtins __builtin__ __builtins__', 'open file'],

  ['runs-commands', 'os posix nt subprocess _posixsubprocess popen2 pty pexpect', '*'],
  ['runs-commands', '_osx_support _aix_support _pyrepl', '*'],
  ['runs-commands', 'commands platform', '='],
  [
    'runs-commands',
    'uuid',
    '_get_command_stdout getnode _ifconfig_getter _arp_getter _ip_getter _netstat_getter uuid1',
  ],
  ['runs-commands', 'uuid', '_lanscan_getter _find_mac_near_keyword _find_mac_under_heading popen os sys'],
  ['runs-commands', 'imaplib', '*'],
  ['runs-commands', 'webbrowser antigravity', '*'],
  ['runs-commands', 'torch.utils.collect_env', '*'],

  ['runs-code', 'code profile test trace', '='],
  ['runs-code', 'codeop runpy timeit doctest pydoc pdb bdb cProfile idlelib lib2to3 marshal', '*'],
  ['runs-code', 'test.support test.libregrtest unittest compileall py_compile', '*'],
  [
    'runs-code',
    'types',
    'CodeType FunctionType LambdaType MethodType CellType DynamicClassAttribute new_class prepare_class',
  ],
  ['runs-code', 'cloudpickle cloudpickle.cloudpickle cloudpickle.cloudpickle_fast', '*'],
  ['runs-code', 'numpy.f2py numpy.distutils numpy.testing', '*'],
  ['runs-code', 'pandas', 'eval'],
  ['runs-code', 'pandas.core.computation', '*'],
  ['runs-code', 'sympy', 'sympify parse_expr lambdify'],
  ['runs-code', 'sympy.core.sympify sympy.parsing sympy.utilities.lambdify', '*'],
  ['runs-code', 'torch', 'compile'],
  ['runs-code', 'torch.fx.graph_module', 'reduce_graph_module reduce_package_graph_module reduce_deploy_graph_module'],
  [
    'runs-code',
    'torch.fx.graph_module',
    '_deserialize_graph_module _forward_from_src _exec_with_source _method_from_src',
  ],
  ['runs-code', 'torch.fx._lazy_graph_module', '*'],
  ['runs-code', 'torch.fx.experimental.symbolic_shapes', 'ShapeEnv'],
  ['runs-code', 'torch._dynamo torch._inductor torch._functorch torch.jit', '*'],
  ['runs-code', 'torch.utils.bottleneck torch.utils.benchmark torch.utils.model_dump torch.testing', '*'],
  ['runs-code', 'torch.distributed.rpc torch.distributed.run torch.distributed.launch', '*'],
  ['runs-code', 'torch.distributed.elastic torch.distributed.launcher', '*'],

  ['imports-modules', 'importlib imp _imp _frozen_importlib _frozen_importlib_external zipimport zipapp', '*'],
  ['imports-modules', 'pkgutil modulefinder', '*'],
  ['imports-modules', 'site', '='],
  ['imports-modules', 'numpy.compat.py3k torch.package torch._deploy', '*'],

  ['reaches-attributes', 'operator _operator', 'attrgetter itemgetter methodcaller call setitem delitem'],
  ['reaches-attributes', 'inspect', 'getattr_static getmembers getmodule unwrap stack currentframe getsource'],
  ['builds-calls', 'functools _functools', 'partial partialmethod reduce singledispatch cached_property'],
  ['builds-calls', 'itertools', 'starmap accumulate'],

  ['loads-pickles', 'pickle _pickle cPickle pickletools dill _dill shelve', '*'],
  ['loads-pickles', 'joblib', 'load numpy_pickle.load numpy_pickle._unpickle numpy_pickle.NumpyUnpickler'],
  ['loads-pickles', 'joblib.numpy_pickle', 'load _unpickle NumpyUnpickler load_temporary_memmap'],
  ['loads-pickles', 'joblib.numpy_pickle_compat', '*'],
  ['loads-pickles', 'numpy', 'load'],
  [
    'loads-pickles',
    'numpy.lib.npyio numpy.lib._npyio_impl numpy.lib.format numpy.lib._format_impl',
    'load read_array NpzFile',
  ],
  ['loads-pickles', 'pandas pandas.io.api', 'read_pickle read_hdf'],
  ['loads-pickles', 'pandas.io.pickle pandas.compat.pickle_compat', '*'],
  ['loads-pickles', 'torch', 'load'],
  ['loads-pickles', 'torch.serialization', 'load _load _legacy_load'],
  ['loads-pickles', 'torch.hub torch.utils.model_zoo', '*'],
  ['loads-pickles', 'torch.utils._config_module', '*'],
  ['loads-pickles', 'torch.utils.data.datapipes.utils.decoder', '*'],
  ['loads-pickles', 'torch.export', 'load'],
  ['loads-pickles', 'keras.models tensorflow.keras.models keras.saving', 'load_model'],

  ['native-code', 'ctypes _ctypes cffi _cffi_backend mmap _mmap', '*'],
  ['native-code', 'numpy.ctypeslib torch.utils.cpp_extension', '*'],
  ['native-code', 'torch.ops torch._ops torch.classes torch._classes', 'load_library _Ops _Classes'],

  ['network', 'socket _socket socketserver ssl _ssl http httplib urllib urllib2 urllib3 requests aiohttp httpx', '*'],
  ['network', 'smtplib smtpd ftplib poplib telnetlib nntplib xmlrpc xmlrpclib SimpleHTTPServer BaseHTTPServer', '*'],
  ['network', 'select', '='],
  ['network', 'selectors syslog wsgiref', '*'],

  ['files', 'shutil tempfile glob fileinput filecmp linecache difflib tarfile zipfile sqlite3 _sqlite3 dbm', '*'],
  ['files', 'distutils setuptools', '*'],
  ['files', 'io _io _pyio', 'open FileIO open_code OpenWrapper'],
  ['files', 'logging', 'FileHandler basicConfig'],
  ['files', 'logging.handlers logging.config', '*'],
  ['files', 'codecs', 'open'],
  ['files', 'numpy', 'fromfile loadtxt genfromtxt savetxt save memmap DataSource'],
  [
    'files',
    'pandas pandas.io.api',
    'read_csv read_json read_html read_xml read_excel read_parquet read_sql read_table',
  ],

  ['starts-processes', 'asyncio concurrent.futures multiprocessing _multiprocessing', '*'],
  ['starts-processes', 'threading _threading_local', 'Thread Timer _Timer excepthook'],
  ['starts-processes', '_thread thread dummy_threading', 'start_new_thread start_new start_joinable_thread'],
  ['starts-processes', 'torch.multiprocessing', 'spawn start_processes Process Pool SpawnContext'],
  ['starts-processes', 'torch.multiprocessing.spawn', '*'],

  ['installs-packages', 'pip ensurepip venv virtualenv easy_install', '*'],

  ['changes-interpreter', 'sys gc atexit signal _signal faulthandler readline rlcompleter', '*'],
  ['extends-pickle', 'copyreg copy_reg', 'add_extension remove_extension clear_extension_cache pickle constructor'],
  ['disarms-scanners', 'picklescan fickling modelscan modelaudit', '*'],
];

/** Names of modules above that only hold data: common in checkpoints, and harmless by themselves. */
const harmless: ReadonlySet<string> = new Set([
  'torch.jit._pickle.restore_type_tag',
  'torch.jit._pickle.build_intlist',
  'torch.jit._pickle.build_tensorlist',
  'torch.jit._pickle.build_doublelist',
  'torch.jit._pickle.build_boollist',
  'torch.jit._pickle.build_tensor_from_id',
]);

/** A module that a pickle pushes as an object, to set its attributes: these have no namesakes among functions and classes. */
const moduleObjects: ReadonlySet<string> = new Set(
  'os posix nt sys subprocess builtins __builtin__ importlib ctypes shutil socket pickle _pickle marshal pty'.split(
    ' ',
  ),
);

interface ModuleRule {
  /** For every name of the module; null where only some names are meant. */
  whole: DangerReason | null;
  submodules: boolean;
  readonly names: Map<string, DangerReason>;
}

const rules = new Map<string, ModuleRule>();
for (const [reason, modules, names] of table) {
  for (const module of modules.split(' ')) {
    const rule = rules.get(module) ?? { whole: null, submodules: false, names: new Map<string, DangerReason>() };
    rules.set(module, rule);
    if (names === '*' || names === '=') {
      rule.whole = reason;
      rule.submodules = names === '*';
    } else {
      names.split(' ').forEach((name) => rule.names.set(name, reason));
    }
  }
}

/**
 * What a name lets a file do; null when it is not on the list. A dotted name is followed as Python does it, attribute by
 * attribute: `torch.serialization` + `os.system` reaches `os`.
 */
export function dangerOf(module: string, name: string): DangerReason | null {
  const modulePath = module.split('.');
  const attributes = name.split('.');
  const path = [...modulePath, ...attributes];
  if (harmless.has(path.join('.'))) {
    return null;
  }
  return dangerOfPath(path, modulePath.length) ?? dangerOfAttributes(attributes);
}

/** Attributes lead on: to a module that another one imports, or through Python's own hooks to everything. */
function dangerOfAttributes(attributes: readonly string[]): DangerReason | null {
  if (attributes.length > 1 && attributes.some((attribute) => /^__\w+__$/.test(attribute))) {
    return 'reaches-attributes';
  }
  for (let start = 0; start < attributes.length; start++) {
    // Modules of Python's own import others under names like `_os`.
    const rest = [(attributes[start] ?? '').replace(/^_+/, ''), ...attributes.slice(start + 1)];
    const reached = rest.length > 1 || moduleObjects.has(rest[0] ?? '') ? dangerOfPath(rest, 1) : null;
    if (reached !== null) {
      return reached;
    }
  }
  return null;
}

/** Each leading part of the path is tried as the module; the longest that has a rule for the rest decides. */
function dangerOfPath(path: readonly string[], moduleLength: number): DangerReason | null {
  for (let length = path.length; length > 0; length--) {
    const rule = rules.get(path.slice(0, length).join('.'));
    if (rule !== undefined) {
      const whole = rule.submodules || length >= moduleLength ? rule.whole : null;
      const reason = namedBy(rule, path.slice(length)) ?? whole;
      if (reason !== null) {
        return reason;
      }
    }
  }
  return null;
}

function namedBy(rule: ModuleRule, rest: readonly string[]): DangerReason | null {
  for (let length = rest.length; length > 0; length--) {
    const reason = rule.names.get(rest.slice(0, length).join('.'));
    if (reason !== undefined) {
      return reason;
    }
  }
  return null;
}
