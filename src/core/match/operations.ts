import type { Path } from '../checkpoint/checkpoint';
import type { ConformKey, Operation } from '../edit/operations';
import type { DrawStep } from '../init/draw';
import { freshSteps } from './fresh';
import type { KeyAction, KeyActions, KeyPair, MatchResult, Rename, Source, TargetKey } from './match';

export interface ConformOptions {
  /** The state dict stays where it stands in the file; else the file becomes it. A module always becomes the file. */
  readonly inPlace?: boolean;
  /** Of the numbers that are made afresh; 0 unless given. */
  readonly seed?: number;
  /** What the model's own constructor draws, in its order; without it each layer's default, in the model's order. */
  readonly steps?: readonly DrawStep[];
}

/**
 * Edits after which the state dict has what loads, and what was chosen beside it: Write Filtered File.
 * What has no action: matching keys load, everything else is left out.
 */
export function filterOperations(
  result: MatchResult,
  actions: KeyActions = new Map(),
  options: ConformOptions = {},
): readonly Operation[] {
  return operations(result, options, (key, row) => actions.get(key) ?? (row === 'matched' ? 'load' : 'keepOut'));
}

/**
 * Edits after which the state dict has every key of the model: Write Updated State Dict. What has no action: matching keys
 * load; the others are taken from the target's file where it is one, else made afresh.
 */
export function updateOperations(
  result: MatchResult,
  actions: KeyActions = new Map(),
  options: ConformOptions = {},
): readonly Operation[] {
  const rest: KeyAction = result.target.tensors === undefined ? 'afresh' : 'fromTarget';
  return operations(result, options, (key, row) => {
    const action = actions.get(key);
    const isLeftOut = action === 'keepOut' || action === 'leaveMissing';
    if (row === 'unexpected') {
      return action ?? 'keepOut';
    }
    return action === undefined || isLeftOut ? (row === 'matched' && !isLeftOut ? 'load' : rest) : action;
  });
}

type RowKind = 'matched' | 'mismatched' | 'missing' | 'unexpected';

function operations(
  result: MatchResult,
  options: ConformOptions,
  actionOf: (key: string, row: RowKind) => KeyAction,
): readonly Operation[] {
  const { source, target } = result;
  const found = new Map(
    [...result.matched, ...result.mismatched].map((pair): [string, KeyPair] => [pair.target.key, pair]),
  );
  const matched = new Set(result.matched.map((pair) => pair.target.key));
  const keys: ConformKey[] = [];
  for (const key of target.keys) {
    const pair = found.get(key.key);
    const row = pair === undefined ? 'missing' : matched.has(key.key) ? 'matched' : 'mismatched';
    keys.push(...conformKey(key, pair, actionOf(key.key, row), result));
  }
  for (const { key } of result.unexpected) {
    if (actionOf(key, 'unexpected') === 'load') {
      keys.push({ key, how: 'load', from: key });
    }
  }
  const extracts = source.isModule || (options.inPlace !== true && source.path.length > 0);
  const path = extracts ? [] : source.path;
  const conform: Operation = { kind: 'conform', path, keys, ...freshOf(keys, result, options) };
  return extracts ? [{ kind: 'extract', path: source.path }, conform] : [conform];
}

function conformKey(
  { key, shape, dtype }: TargetKey,
  pair: KeyPair | undefined,
  action: KeyAction,
  { target }: MatchResult,
): readonly ConformKey[] {
  switch (action) {
    case 'load':
      return pair === undefined ? [] : [{ key, how: 'load', from: pair.source.key }];
    case 'overlap':
    case 'interpolate':
    case 'reshape':
      return pair === undefined || shape === null ? [] : [{ key, how: action, from: pair.source.key, shape }];
    case 'afresh':
      return shape === null ? [] : [{ key, how: 'afresh', shape, dtype: dtype ?? 'float32' }];
    case 'fromTarget':
      return target.tensors === undefined
        ? []
        : [{ key, how: 'fromTarget', resource: target.tensors.resource, path: [...target.tensors.path, key] }];
    case 'keepOut':
    case 'leaveMissing':
      return [];
  }
}

/** Only where something is made afresh. Of a constructor the whole stream, so that each tensor gets the numbers that it would. */
function freshOf(
  keys: readonly ConformKey[],
  { target }: MatchResult,
  { seed = 0, steps }: ConformOptions,
): { readonly fresh?: { readonly seed: number; readonly steps: readonly DrawStep[] } } {
  const drawn = new Set(keys.flatMap(({ key, how }) => (how === 'afresh' || how === 'overlap' ? [key] : [])));
  if (drawn.size === 0) {
    return {};
  }
  const known = new Set((steps ?? []).map((step) => step.key));
  const others = freshSteps(
    target.keys.filter(({ key }) => drawn.has(key) && !known.has(key)),
    target.keys,
  );
  return { fresh: { seed, steps: [...(steps ?? []), ...others] } };
}

/** Accepted renames as one undoable edit: a prefix that every key has or gets, else key by key. */
export function renameOperation(source: Source, renames: readonly Rename[]): Operation {
  const path: Path = source.path;
  const [first] = renames;
  if (first !== undefined && renames.length === source.keys.length) {
    const strip = first.from.endsWith(first.to) ? first.from.slice(0, first.from.length - first.to.length) : '';
    if (strip !== '' && renames.every(({ from, to }) => from === strip + to)) {
      return { kind: 'stripPrefix', prefix: strip, in: [path] };
    }
    const add = first.to.endsWith(first.from) ? first.to.slice(0, first.to.length - first.from.length) : '';
    if (add !== '' && renames.every(({ from, to }) => to === add + from)) {
      return { kind: 'addPrefix', prefix: add, in: [path] };
    }
  }
  return { kind: 'renameKeys', path, renames };
}
