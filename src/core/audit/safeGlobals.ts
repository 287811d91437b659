import type { Checkpoint } from '../checkpoint/checkpoint';
import { stringLiteral } from '../checkpoint/pythonText';
import { itemsOf, textOf } from '../container/persistentId';
import { pythonName } from '../pickle/pythonNames';
import { PyGlobal, type PickleGraph } from '../pickle/values';

type Audited = Pick<Checkpoint, 'container' | 'imports' | 'weightsOnly'>;

/** A name comes out of the file, and becomes code: only one that can be nothing but a name is written. */
const importableName = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$/;

/** numpy's classes of dtypes, by its codes. A dtype gets a state from the pickle, so torch asks for its class too. */
const dtypeClasses: ReadonlyMap<string, string> = new Map([
  ['b1', 'BoolDType'],
  ['i1', 'Int8DType'],
  ['i2', 'Int16DType'],
  ['i4', 'Int32DType'],
  ['i8', 'Int64DType'],
  ['u1', 'UInt8DType'],
  ['u2', 'UInt16DType'],
  ['u4', 'UInt32DType'],
  ['u8', 'UInt64DType'],
  ['f2', 'Float16DType'],
  ['f4', 'Float32DType'],
  ['f8', 'Float64DType'],
  ['c8', 'Complex64DType'],
  ['c16', 'Complex128DType'],
  ['O8', 'ObjectDType'],
]);

/**
 * The names that `torch.serialization.add_safe_globals` needs before `weights_only=True` loads the file. null when the file
 * loads as it is, when allowing names is not enough, and when a dangerous one is among them: that is never proposed.
 */
export function safeGlobals({ container, imports, weightsOnly }: Audited): readonly string[] | null {
  const names = weightsOnly.blockers.map(({ name }) => name);
  const isEnough = weightsOnly.blockers.every(({ reason }) => reason === 'global');
  const isDangerous = imports.some(({ verdict, unread }) => verdict === 'dangerous' && !unread);
  if (names.length === 0 || !isEnough || isDangerous || !names.every((name) => importableName.test(name))) {
    return null;
  }
  const dtypes = new Set(container.sections.flatMap(({ graph }) => numpyDtypes(graph)));
  return [...names, ...[...dtypes].map((name) => `numpy.dtypes.${name}`)];
}

/** The dtypes that a pickle makes as numpy does: `numpy.dtype('f8', False, True)` with a state. */
function numpyDtypes(graph: PickleGraph): string[] {
  return graph.calls.flatMap((call) => {
    if (!(call.callee instanceof PyGlobal) || pythonName(call.callee, 2).full !== 'numpy.dtype') {
      return [];
    }
    return dtypeClasses.get(textOf(itemsOf(call.args)?.[0]) ?? '') ?? [];
  });
}

/** What `torch.serialization.add_safe_globals` is called with, and the modules that this needs. */
export interface SafeGlobalsCode {
  readonly modules: readonly string[];
  /** Python expressions. */
  readonly items: readonly string[];
}

/** Python that allows those names. */
export function safeGlobalsCode(names: readonly string[]): SafeGlobalsCode {
  const modules = new Set(names.map((name) => name.slice(0, name.lastIndexOf('.'))));
  modules.delete('builtins');
  return { modules: [...modules], items: names.map(safeGlobal) };
}

/** Python that loads the file with those names allowed; null as for `safeGlobals`. */
export function safeGlobalsPython(checkpoint: Audited, fileName: string): string | null {
  const names = safeGlobals(checkpoint);
  if (names === null) {
    return null;
  }
  const { modules, items } = safeGlobalsCode(names);
  return [
    ...[...new Set(['torch', ...modules])].sort().map((module) => `import ${module}`),
    '',
    `torch.serialization.add_safe_globals([${items.join(', ')}])`,
    `ckpt = torch.load(${stringLiteral(fileName)}, weights_only=True)`,
  ].join('\n');
}

/** Python 3's own exceptions, which protocol 2 names by Python 2's module, and torch does not map back. */
const exception = /^builtins\.(\w*(?:Error|Exception|Warning|Exit|Interrupt|Iteration))$/;
/** Names under which things are found that say they are from elsewhere: numpy 2 moved its modules. */
const alias = /^(?:numpy\.(?:_?core|random)\b.*|torch\.\w+)$/;

/** What a name stands for, with what the file calls it where torch would look for another name. */
function safeGlobal(name: string): string {
  const builtin = exception.exec(name)?.[1];
  if (builtin !== undefined) {
    return `(${builtin}, 'exceptions.${builtin}')`;
  }
  return alias.test(name) ? `(${name}, '${name}')` : name.replace(/^builtins\./, '');
}
