import type { Architecture } from '../catalogue/architecture';
import type { FactoryModel } from '../python/factoryModel';
import { MatchError, type Source, type Target, type TargetKey } from './match';

/** Keys of a list or of an error text. Seen: some 40,000 of a mixture of experts; no file has more entries than this. */
const maxKeys = 4_000_000;
/** Dimensions of one shape; torch itself stops at 64. */
const maxDimensions = 64;

/**
 * A list of keys and shapes as what is loaded into: `{"KEY": [SHAPE]}`, in its order.
 * @throws MatchError `not-json`, `not-a-key-list`, `too-many-keys`
 */
export function keyListTarget(text: string, name: string): Target {
  const list = parsed(text);
  if (typeof list !== 'object' || list === null || Array.isArray(list)) {
    throw new MatchError('not-a-key-list');
  }
  const entries = Object.entries(list);
  if (entries.length > maxKeys) {
    throw new MatchError('too-many-keys');
  }
  if (entries.length === 0) {
    throw new MatchError('not-a-key-list');
  }
  return {
    kind: 'keyList',
    name,
    keys: entries.map(([key, shape]) => ({ key, shape: shapeOf(key, shape), dtype: null })),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MatchError('not-json');
  }
}

function shapeOf(key: string, value: unknown): readonly number[] {
  if (!Array.isArray(value) || value.length > maxDimensions || !value.every(isSize)) {
    throw new MatchError('not-a-key-list', [key]);
  }
  return value;
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** What an error of `load_state_dict` says. */
export interface ErrorText {
  /** The class of the model; null where the beginning is not there. */
  readonly model: string | null;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly mismatched: readonly {
    readonly key: string;
    readonly source: readonly number[];
    readonly target: readonly number[];
  }[];
}

/**
 * Reads the message of `load_state_dict`, with or without the traceback around it.
 * @throws MatchError `not-an-error-text`, `too-many-keys`
 */
export function parseErrorText(text: string): ErrorText {
  const missing = quotedKeys(text, 'Missing key(s) in state_dict:');
  const unexpected = quotedKeys(text, 'Unexpected key(s) in state_dict:');
  const mismatched = mismatches(text);
  const count = missing.length + unexpected.length + mismatched.length;
  if (count === 0) {
    throw new MatchError('not-an-error-text');
  }
  if (count > maxKeys) {
    throw new MatchError('too-many-keys');
  }
  const model = /Error\(s\) in loading state_dict for ([^\s:]+):/.exec(text)?.[1] ?? null;
  return { model, missing, unexpected, mismatched };
}

/** `"a", "b". ` behind a heading; terminals break lines anywhere between them. */
function quotedKeys(text: string, heading: string): readonly string[] {
  const keys: string[] = [];
  for (let start = text.indexOf(heading); start !== -1; start = text.indexOf(heading, start)) {
    start += heading.length;
    const item = /[\s,]*"([^"\n]*)"/y;
    for (item.lastIndex = start; ; start = item.lastIndex) {
      const key = item.exec(text)?.[1];
      if (key === undefined) {
        break;
      }
      keys.push(key);
    }
  }
  return [...new Set(keys)];
}

const sizes = String.raw`torch\.Size\(\[([\d,\s]*)\]\)`;
const mismatch = new RegExp(
  String.raw`size mismatch for (\S+?):\s+copying a param with shape\s+${sizes}\s+from\s+checkpoint,\s+the\s+shape\s+in\s+current\s+model\s+is\s+${sizes}`,
  'g',
);

function mismatches(text: string): ErrorText['mismatched'] {
  return [...text.matchAll(mismatch)].map(([, key = '', source = '', target = '']) => ({
    key,
    source: numbersOf(source),
    target: numbersOf(target),
  }));
}

function numbersOf(text: string): readonly number[] {
  return text
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number);
}

/**
 * The model that an error text speaks of, as what is loaded into: what it calls missing, without shapes, and of the file's
 * keys all that it does not call unexpected.
 * @throws MatchError as `parseErrorText`
 */
export function errorTextTarget(text: string, source: Source, name: string): Target {
  const { model, missing, unexpected, mismatched } = parseErrorText(text);
  const isUnexpected = new Set(unexpected);
  const shapes = new Map(mismatched.map(({ key, target }) => [key, target]));
  const ours = source.keys.flatMap(({ key, shape, dtype }): readonly TargetKey[] =>
    isUnexpected.has(key) ? [] : [{ key, shape: shapes.get(key) ?? shape, dtype }],
  );
  const known = new Set(ours.map(({ key }) => key));
  const others = [...shapes].flatMap(([key, shape]): readonly TargetKey[] =>
    known.has(key) ? [] : [{ key, shape, dtype: null }],
  );
  const absent = missing.flatMap((key): readonly TargetKey[] =>
    known.has(key) || shapes.has(key) ? [] : [{ key, shape: null, dtype: null }],
  );
  return { kind: 'errorText', name: model ?? name, keys: [...ours, ...others, ...absent] };
}

/** A model of torchvision as what is loaded into. */
export function architectureTarget({ name, keys }: Architecture): Target {
  return { kind: 'architecture', name, keys: keys.map(({ key, shape, dtype }) => ({ key, shape, dtype })) };
}

/** A model that the user's own Python built. */
export function factoryTarget({ keys }: FactoryModel, name: string): Target {
  return { kind: 'factory', name, keys: keys.map(({ key, shape, dtype }) => ({ key, shape, dtype })) };
}
