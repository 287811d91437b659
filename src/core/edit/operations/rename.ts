import { asText, dictEntries, lookUp } from '../../checkpoint/arguments';
import type { Path } from '../../checkpoint/checkpoint';
import { keyIdentity } from '../../checkpoint/dictKeys';
import { keyOf } from '../../checkpoint/path';
import { isNode, NodeKind, PyStr, type PyNode, type Value } from '../../pickle/values';
import { editError } from '../editError';
import { findPath, findPaths } from '../find';
import { GraphEdits } from '../graphEdits';
import type { AddPrefix, KeyScope, Rename, RenameKey, RenameKeys, RenamePrefix, StripPrefix } from '../operations';
import { nextState, type EditState } from '../state';
import type { Context } from './context';
import { mappingOf } from './mappings';

export type Renaming = Rename | StripPrefix | AddPrefix | RenamePrefix | RenameKeys;

export interface KeyChange {
  /** Path as it is. */
  readonly path: Path;
  readonly from: string;
  readonly to: string;
  /** Another entry has the new key, or will have. */
  readonly collides: boolean;
}

/** A dict whose keys are looked at. */
interface Scope {
  readonly path: Path;
  readonly node: PyNode;
  /** Keys and values in turn. */
  readonly entries: readonly Value[];
  /** Places of the keys that are meant; null for all. */
  readonly only: ReadonlySet<number> | null;
}

/** Every key that would change. @throws EditError `edit-invalid` for a pattern that is none. */
export function keyChanges(context: Context, operation: Renaming): readonly KeyChange[] {
  const rule = ruleOf(operation);
  return scopesOf(context, scopeOf(operation)).flatMap((scope) => {
    const { indexes, names, taken } = changesIn(scope, rule);
    return indexes.map((index, at): KeyChange => {
      const from = asText(scope.entries[index]) ?? '';
      const to = names[at] ?? '';
      return { path: [...scope.path, from], from, to, collides: taken.has(to) };
    });
  });
}

/** The names of modules in `_metadata` that change with them; the outermost is ''. Paths are those of the state dicts. */
export function moduleChanges(context: Context, operation: Renaming): readonly Omit<KeyChange, 'collides'>[] {
  const rule = ruleOf(operation);
  return scopesOf(context, scopeOf(operation)).flatMap(({ path, node }) =>
    (dictEntries(metadataOf(node)) ?? []).flatMap((key, index) => {
      const from = index % 2 === 0 ? asText(key) : null;
      const to = from === null ? null : rule.ofModule(from);
      return from === null || to === null || from === to ? [] : [{ path, from, to }];
    }),
  );
}

export function rename(context: Context, operation: Renaming): EditState {
  const { state } = context;
  const rule = ruleOf(operation);
  const edits = new GraphEdits();
  const collisions: string[] = [];
  const scopes = scopesOf(context, scopeOf(operation));
  // A key that two dicts share stays one object.
  const made = scopes.length > 1 ? new Map<Value, PyStr>() : null;
  for (const scope of scopes) {
    const { indexes, names, taken } = changesIn(scope, rule);
    if (taken.size > 0) {
      for (const to of names) {
        if (taken.has(to)) {
          collisions.push(keyOf([...scope.path, to]));
        }
      }
    }
    if (indexes.length > 0) {
      edits.setKeys(scope.node, renamedKeys(scope.entries, indexes, names, made));
      renameModules(scope.node, rule, edits);
    }
  }
  if (collisions.length > 0) {
    throw editError('edit-collision', 'same-key', [...new Set(collisions)]);
  }
  if (edits.isEmpty) {
    throw editError('edit-no-match', 'no-key-matches');
  }
  return nextState(state, { root: edits.apply(state.root, context.isPlainTensor), keepsObjects: true });
}

/** Every key of a dict, the changed ones in their new form. */
function renamedKeys(
  entries: readonly Value[],
  indexes: readonly number[],
  names: readonly string[],
  made: Map<Value, PyStr> | null,
): readonly Value[] {
  const all: Value[] = [];
  let next = 0;
  for (let index = 0; index < entries.length; index += 2) {
    const key = entries[index] ?? null;
    if (indexes[next] !== index) {
      all.push(key);
      continue;
    }
    const name = made?.get(key) ?? new PyStr(names[next] ?? '');
    made?.set(key, name);
    all.push(name);
    next++;
  }
  return all;
}

/** One key. @throws EditError when another entry of its dict has the new one. */
export function renameKey(context: Context, { path, key }: RenameKey): EditState {
  const { state, reader } = context;
  const found = findPath(reader, state.root, path);
  if (found.slot === null || found.kind !== 'key' || found.above === null) {
    throw editError('edit-unsupported', 'not-a-key', [keyOf(path)]);
  }
  const { slot } = found;
  const name = typeof key === 'number' ? key : new PyStr(key);
  const identity = keyIdentity(name);
  const meets = reader
    .childrenOf(found.above.value)
    .some((child) => child.kind === 'key' && child.slot.index !== slot.index && child.element === identity);
  if (meets) {
    throw editError('edit-collision', 'same-key', [keyOf([...path.slice(0, -1), key])]);
  }
  const edits = new GraphEdits();
  edits.setKey(slot, name);
  return nextState(state, { root: edits.apply(state.root, context.isPlainTensor), keepsObjects: true });
}

interface Rule {
  /** Two keys that change never get one name. */
  readonly isInjective: boolean;
  /** The new name; the same when nothing of it matches. */
  of(key: string): string;
  /** The new name of a module, as `_metadata` has them: the outermost is ''. */
  ofModule(name: string): string;
}

function ruleOf(operation: Renaming): Rule {
  switch (operation.kind) {
    case 'rename':
      return patternRule(operation);
    case 'stripPrefix':
      return prefixRule(operation.prefix, '');
    case 'addPrefix':
      return prefixRule('', operation.prefix);
    case 'renamePrefix':
      return prefixRule(operation.from, operation.to);
    case 'renameKeys':
      return tableRule(operation);
  }
}

function scopeOf(operation: Renaming): KeyScope {
  return operation.kind === 'renameKeys' ? { in: [operation.path] } : operation;
}

/** A module is where its keys went. */
function tableRule({ renames }: RenameKeys): Rule {
  const names = new Map(renames.map(({ from, to }) => [from, to]));
  const modules = new Map(renames.map(({ from, to }) => [moduleOf(from), moduleOf(to)]));
  return {
    isInjective: false,
    of: (key) => names.get(key) ?? key,
    ofModule: (name) => modules.get(name) ?? name,
  };
}

function moduleOf(key: string): string {
  return key.slice(0, Math.max(key.lastIndexOf('.'), 0));
}

function patternRule({ pattern, text, ignoreCase }: Rename): Rule {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, ignoreCase === true ? 'giu' : 'gu');
  } catch {
    throw editError('edit-invalid', 'bad-pattern', [], pattern);
  }
  const of = (key: string): string => key.replace(expression, text);
  return { isInjective: false, of, ofModule: (name) => (name === '' ? '' : renamedModule(name, of)) };
}

/** As torch's `consume_prefix_in_state_dict_if_present` has it: the module `module` becomes the outermost, ''. */
function prefixRule(from: string, to: string): Rule {
  const of = (key: string): string => (key.startsWith(from) ? to + key.slice(from.length) : key);
  const outermost = from === '' ? to.replace(/\.$/, '') : '';
  return { isInjective: true, of, ofModule: (name) => (name === '' ? outermost : renamedModule(name, of)) };
}

/** A module's name is changed as the beginning of its keys is, where a name is left. */
function renamedModule(name: string, of: (key: string) => string): string {
  const changed = of(`${name}.`);
  return changed === '' || changed.endsWith('.') ? changed.slice(0, -1) : name;
}

function scopesOf(context: Context, { in: within, only }: KeyScope): readonly Scope[] {
  const { checkpoint, reader, state } = context;
  const scopes = new Map<PyNode, Scope>();
  const add = (path: Path, node: Value, chosen: number | null): void => {
    const entries = mappingOf(node, reader);
    if (!isNode(node) || entries === null) {
      throw editError('edit-unsupported', 'not-a-container', [keyOf(path)]);
    }
    const known = scopes.get(node);
    const places = chosen === null ? null : new Set([...(known?.only ?? []), chosen]);
    scopes.set(node, { path, node, entries, only: places });
  };
  if (only !== undefined) {
    for (const { path, kind, slot, above } of findPaths(reader, state.root, only)) {
      if (kind !== 'key' || slot === null || above === null) {
        throw editError('edit-unsupported', 'not-a-key', [keyOf(path)]);
      }
      add(above.path, above.value, slot.index);
    }
  } else if (within !== undefined) {
    for (const { path, value } of findPaths(reader, state.root, within)) {
      add(path, value, null);
    }
  } else {
    for (const { path, role, node } of checkpoint.branches) {
      if (role === 'state-dict') {
        add(path, node, null);
      }
    }
  }
  return [...scopes.values()];
}

interface Changes {
  /** Places of the keys that change, in order. */
  readonly indexes: readonly number[];
  /** Their new names. */
  readonly names: readonly string[];
  /** New names that more than one entry would have. */
  readonly taken: ReadonlySet<string>;
}

function changesIn({ path, entries, only }: Scope, rule: Rule): Changes {
  const indexes: number[] = [];
  const names: string[] = [];
  const unchanged: string[] = [];
  for (let index = 0; index < entries.length; index += 2) {
    const from = asText(entries[index]);
    if (from === null) {
      continue;
    }
    const to = only === null || only.has(index) ? rule.of(from) : from;
    if (to === from) {
      unchanged.push(from);
    } else if (to === '') {
      throw editError('edit-invalid', 'empty-key', [keyOf([...path, from])]);
    } else {
      indexes.push(index);
      names.push(to);
    }
  }
  return { indexes, names, taken: takenNames(names, unchanged, rule) };
}

const none: ReadonlySet<string> = new Set();

function takenNames(names: readonly string[], unchanged: readonly string[], rule: Rule): ReadonlySet<string> {
  if (names.length === 0 || (rule.isInjective && unchanged.length === 0)) {
    return none;
  }
  const seen = new Set(unchanged);
  const taken = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      taken.add(name);
    } else if (!rule.isInjective) {
      seen.add(name);
    }
  }
  return taken;
}

function metadataOf(stateDict: PyNode): Value | undefined {
  const state = stateDict.kind === NodeKind.Call ? dictEntries(stateDict.state) : null;
  return state === null ? undefined : lookUp(state, '_metadata');
}

/** `_metadata` of a state dict: version numbers by module. Where two modules get one name, the renamed one counts. */
function renameModules(stateDict: PyNode, rule: Rule, edits: GraphEdits): void {
  const metadata = metadataOf(stateDict);
  const entries = dictEntries(metadata);
  if (metadata === undefined || !isNode(metadata) || entries === null) {
    return;
  }
  const names = new Map<string, number>();
  const renamed = new Set<string>();
  for (let index = 0; index < entries.length; index += 2) {
    const from = asText(entries[index]);
    if (from === null) {
      continue;
    }
    const to = rule.ofModule(from);
    const slot = { owner: metadata, list: 'entries', index } as const;
    const earlier = names.get(to);
    if (to !== from) {
      edits.setKey(slot, new PyStr(to));
      if (earlier !== undefined) {
        edits.remove({ ...slot, index: earlier });
      }
      names.set(to, index);
      renamed.add(to);
    } else if (renamed.has(to)) {
      edits.remove(slot);
    } else {
      names.set(to, index);
    }
  }
}
