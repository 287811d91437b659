import {
  exceptionNames,
  modulesRead,
  modulesWritten,
  namesRead,
  namesWritten,
  renamedModules,
  renamedNames,
} from './pythonNameTables';
import type { PyGlobal } from './values';

/** What an import means to Python 3. */
export interface PythonName {
  readonly module: string;
  /** As looked up in the module; with dots where a chain of attributes is meant. */
  readonly name: string;
  /** `module.name`. */
  readonly full: string;
  /** The attributes that Python walks from the module on: one below protocol 4, however many dots it has. */
  readonly attributes: readonly string[];
}

type Pair = readonly [module: string, name: string];

const toPython3Modules = new Map([...renamedModules, ...modulesRead]);
const toPython2Modules = new Map([...renamedModules.map(([two, three]) => [three, two] as const), ...modulesWritten]);
const toPython3Names = new Map<string, Pair>();
const toPython2Names = new Map<string, Pair>();

for (const [module2, name2, module3, name3] of [...renamedNames, ...namesRead]) {
  toPython3Names.set(keyOf(module2, name2), [module3, name3]);
}
for (const [module2, name2, module3, name3] of [...renamedNames, ...namesWritten]) {
  toPython2Names.set(keyOf(module3, name3), [module2, name2]);
}
for (const name of exceptionNames) {
  toPython3Names.set(keyOf('exceptions', name), ['builtins', name]);
  toPython2Names.set(keyOf('builtins', name), ['exceptions', name]);
}

/** A line feed stands in no module's name. */
function keyOf(module: string, name: string): string {
  return `${module}\n${name}`;
}

/** The first protocol whose names are Python 3's. Below it `fix_imports` maps them. */
const python3Protocol = 3;
const dottedProtocol = 4;

/**
 * The name as Python 3 resolves it in a pickle of that protocol (the one that PROTO declares; torch's `weights_only`
 * unpickler maps Python 2 names whatever it is).
 */
export function pythonName(global: PyGlobal, protocol: number): PythonName {
  const [module, name] = protocol < python3Protocol ? toPython3(global) : ([global.module, global.name] as const);
  const attributes = protocol < dottedProtocol ? [name] : name.split('.');
  return { module, name, full: `${module}.${name}`, attributes };
}

function toPython3({ module, name }: PyGlobal): Pair {
  return toPython3Names.get(keyOf(module, name)) ?? [toPython3Modules.get(module) ?? module, name];
}

/** The name as CPython writes it below protocol 3. */
export function python2Name({ module, name }: PyGlobal): Pair {
  return toPython2Names.get(keyOf(module, name)) ?? [toPython2Modules.get(module) ?? module, name];
}
