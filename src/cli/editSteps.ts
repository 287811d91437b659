import type { Checkpoint, Path } from '../core/checkpoint/checkpoint';
import { parseMapLocation } from '../core/edit/mapLocation';
import type { KeyScope, Operation } from '../core/edit/operations';
import type { GivenOption } from './arguments';
import { findNamed, newPath, pathNamed, selectionOf } from './entryNames';
import { UsageError } from './failure';
import { freshnessOf, replaceOperations, resizeOperations } from './layerSteps';
import { splitAtCommas, splitAtFirst, splitAtLast, splitBranch } from './splitOption';

/** What one option does. Names are looked up in what the options before it have left. */
export interface EditStep {
  /** As it was given, for messages: `--drop 'x*'`. */
  readonly option: string;
  /** Another file that it takes something from. */
  readonly file: string | null;
  /** @param other What that file holds. @throws UsageError, CommandError, EditError */
  readonly operationsOn: (checkpoint: Checkpoint, other: Checkpoint | null) => readonly Operation[];
}

/** Options that are operations with a value, each in its place. */
export const stepOptions = [
  ...['keep', 'drop', 'rename', 'strip-prefix', 'add-prefix', 'in', 'duplicate', 'move', 'remap', 'map-location'],
  ...['cast', 'set', 'requires-grad', 'train', 'eval', 'extract', 'wrap', 'add'],
  ...['replace', 'resize', 'seed', 'init'],
] as const;

/**
 * The operations that a command line asks for, in order: all `--keep` together in the place of the first one, and so all
 * `--remap`.
 * @throws UsageError
 */
export function editSteps(given: readonly GivenOption[]): readonly EditStep[] {
  const steps: EditStep[] = [];
  const freshness = freshnessOf(given);
  let scope: string | null = null;
  for (const [index, { name, value }] of given.entries()) {
    const isFirst = given.findIndex((option) => option.name === name) === index;
    if (name === 'in') {
      scope = value;
    } else if (name === 'keep' || name === 'remap') {
      steps.push(...(isFirst ? [unitedStep(name, valuesOf(given, name))] : []));
    } else if (renamings.has(name)) {
      steps.push(renamingStep(name, value, scope));
    } else if (name === 'replace') {
      steps.push(step(name, value, replaceOperations(value, freshness)));
    } else if (name === 'resize') {
      steps.push(step(name, value, resizeOperations(value, freshness)));
    } else if (name === 'add') {
      steps.push(addStep(value));
    } else {
      steps.push(...plainStep(name, value));
    }
  }
  return steps;
}

function valuesOf(given: readonly GivenOption[], name: string): readonly string[] {
  return given.filter((option) => option.name === name).map(({ value }) => value);
}

const renamings: ReadonlySet<string> = new Set(['rename', 'strip-prefix', 'add-prefix']);

type Operations = (checkpoint: Checkpoint) => readonly Operation[];

function step(name: string, value: string, operationsOn: Operations): EditStep {
  return { option: value === '' ? `--${name}` : `--${name} ${value}`, file: null, operationsOn };
}

function unitedStep(name: 'keep' | 'remap', values: readonly string[]): EditStep {
  const option = values.join(` --${name} `);
  if (name === 'keep') {
    return step(name, option, (checkpoint) => [{ kind: 'keep', selection: selectionOf(checkpoint, values) }]);
  }
  const map = Object.fromEntries(values.map((value) => splitAtLast(value, 'FROM=TO')));
  return step(name, option, () => [{ kind: 'remapDevices', to: { kind: 'map', map } }]);
}

function renamingStep(name: string, value: string, scope: string | null): EditStep {
  const rule = renamingOf(name, value);
  return step(name, value, (checkpoint) => {
    const within: KeyScope = scope === null ? {} : { in: [pathNamed(checkpoint, scope)] };
    return [{ ...rule, ...within }];
  });
}

function renamingOf(name: string, value: string): Extract<Operation, KeyScope & { in?: unknown; only?: unknown }> {
  switch (name) {
    case 'strip-prefix':
      return { kind: 'stripPrefix', prefix: value };
    case 'add-prefix':
      return { kind: 'addPrefix', prefix: value };
    default: {
      const [pattern, text] = splitAtLast(value, 'REGEX=TEXT');
      return { kind: 'rename', pattern, text };
    }
  }
}

/** `--add KEY=FILE[#PATH]` */
function addStep(value: string): EditStep {
  const [key, place] = splitAtFirst(value, 'KEY=FILE');
  const { file, name } = splitBranch(place);
  return {
    option: `--add ${value}`,
    file,
    operationsOn: (checkpoint, other) => {
      const from: Path = name === null || other === null ? [] : pathNamed(other, name);
      return [{ kind: 'addFrom', path: newPath(checkpoint, key), resource: file, from }];
    },
  };
}

function plainStep(name: string, value: string): readonly EditStep[] {
  const operations = plainOperations(name, value);
  return operations === null ? [] : [step(name, value, operations)];
}

/** null for an option that is no operation. @throws UsageError */
function plainOperations(name: string, value: string): Operations | null {
  switch (name) {
    case 'drop':
      return (checkpoint) => [{ kind: 'remove', selection: selectionOf(checkpoint, [value]) }];
    case 'duplicate': {
      const [source, key] = splitAtLast(value, 'PATH=NEWKEY');
      return (checkpoint) => [{ kind: 'duplicate', path: pathNamed(checkpoint, source), key }];
    }
    case 'move': {
      const [source, index] = splitAtLast(value, 'PATH=INDEX');
      return (checkpoint) => [{ kind: 'move', path: pathNamed(checkpoint, source), index: indexOf(index) }];
    }
    case 'map-location':
      return () => {
        const { target } = parseMapLocation(value);
        return target === null ? [] : [{ kind: 'remapDevices', to: target }];
      };
    case 'cast':
      return castOperations(value);
    case 'set':
      return setOperations(value);
    case 'requires-grad': {
      const [source, flag] = splitAtLast(value, 'PATH=True or PATH=False');
      const grad = boolOf(flag);
      return (checkpoint) => [{ kind: 'requiresGrad', paths: [pathNamed(checkpoint, source)], value: grad }];
    }
    case 'train':
    case 'eval':
      return (checkpoint) => [{ kind: 'trainMode', paths: [pathNamed(checkpoint, value)], training: name === 'train' }];
    case 'extract':
      return (checkpoint) => [{ kind: 'extract', path: pathNamed(checkpoint, value) }];
    case 'wrap':
      return wrapOperations(value);
    case 'plain-values':
      return () => [{ kind: 'plainValues' }];
    default:
      return null;
  }
}

/** `DTYPE[=GLOB]` */
function castOperations(value: string): Operations {
  const [dtype = '', ...rest] = value.split('=');
  const pattern = rest.length === 0 ? null : rest.join('=');
  return (checkpoint) => [
    pattern === null ? { kind: 'cast', dtype } : { kind: 'cast', dtype, selection: selectionOf(checkpoint, [pattern]) },
  ];
}

function setOperations(value: string): Operations {
  const [key, literal] = splitAtFirst(value, 'PATH=LITERAL');
  return (checkpoint) => {
    const found = findNamed(checkpoint, key);
    return [
      found === undefined
        ? { kind: 'addEntry', path: newPath(checkpoint, key), literal }
        : { kind: 'setValue', path: found, literal },
    ];
  };
}

/** `KEY[,NAME=LITERAL]…` */
function wrapOperations(value: string): Operations {
  const [key = '', ...members] = splitAtCommas(value);
  const values = members.map((member) => {
    const [name, literal] = splitAtFirst(member, 'KEY,NAME=LITERAL');
    return { name: name.trim(), literal };
  });
  return () => [{ kind: 'wrap', key, values }];
}

function indexOf(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) {
    throw new UsageError(`not a place among siblings: ${text}`);
  }
  return Number(text);
}

function boolOf(text: string): boolean {
  if (text !== 'True' && text !== 'False') {
    throw new UsageError(`neither True nor False: ${text}`);
  }
  return text === 'True';
}
