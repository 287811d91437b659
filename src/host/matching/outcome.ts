import type { Checkpoint, Entry, TensorEntry } from '../../core/checkpoint/checkpoint';
import { dtypeNamed } from '../../core/checkpoint/dtypes';
import type { ConformKey, Operation } from '../../core/edit/operations';
import { elementsOf, type KeyAction, type Target, type TargetKey } from '../../core/match/match';
import { filterOperations, updateOperations, type ConformOptions } from '../../core/match/operations';
import { formatExact } from '../../wording/format';
import type { Translate } from '../../wording/translate';
import type { ComputedMatch } from './computedMatch';

/** Edits that leave what loads, and what was chosen beside it. */
export function filtered({ result, actions, steps }: ComputedMatch, inPlace: boolean): readonly Operation[] {
  return filterOperations(result, actions, optionsOf(steps, inPlace));
}

/** Edits that leave every key of the model. */
export function updated({ result, actions, steps }: ComputedMatch): readonly Operation[] {
  return updateOperations(result, actions, optionsOf(steps, false));
}

function optionsOf(steps: ComputedMatch['steps'], inPlace: boolean): ConformOptions {
  return { inPlace, ...(steps !== undefined && { steps }) };
}

function keysOf(operations: readonly Operation[]): readonly ConformKey[] {
  return operations.flatMap((operation) => (operation.kind === 'conform' ? operation.keys : []));
}

/** Keys and bytes of the filtered file; null where a size is not known. Tensors that are tied are counted once. */
export function filteredTotals(
  computed: ComputedMatch,
  { entries }: Checkpoint,
): { readonly keys: number; readonly bytes: number | null } {
  const keys = keysOf(filtered(computed, false));
  const sources = new Map(computed.result.source.keys.map(({ key, entry }) => [key, entries[entry]]));
  const counted = new CountedTensors();
  let bytes: number | null = 0;
  for (const key of keys) {
    const source = 'from' in key ? sources.get(key.from) : undefined;
    const size: number | null = key.how === 'load' ? counted.bytesOf(source) : madeBytes(key, source, computed);
    bytes = size === null || bytes === null ? null : bytes + size;
  }
  return { keys: keys.length, bytes };
}

/** Bytes of tensors, each of them once. */
class CountedTensors {
  /** By storage: most hold one tensor, which needs no closer look. */
  readonly #first = new Map<string, TensorEntry>();
  readonly #others = new Set<string>();

  bytesOf(entry: Entry | undefined): number {
    if (entry?.kind !== 'tensor') {
      return 0;
    }
    const { storage, bytes } = entry;
    if (storage === null) {
      return bytes;
    }
    const first = this.#first.get(storage.key);
    if (first === undefined) {
      this.#first.set(storage.key, entry);
      return bytes;
    }
    const id = viewId(entry);
    if (id === viewId(first) || this.#others.has(id)) {
      return 0;
    }
    this.#others.add(id);
    return bytes;
  }
}

function viewId({ storage, offset, shape, stride }: TensorEntry): string {
  return [storage?.key, offset, shape, stride].join(';');
}

/** In the dtype of the file's own where it has one. */
function madeBytes(key: ConformKey, source: Entry | undefined, { result }: ComputedMatch): number | null {
  const target = key.how === 'fromTarget' ? targetKeys(result.target).get(key.key) : key;
  const shape = target !== undefined && 'shape' in target ? target.shape : null;
  const own = target !== undefined && 'dtype' in target ? target.dtype : null;
  const size = dtypeNamed(source?.kind === 'tensor' ? source.dtype : (own ?? 'float32'))?.size;
  return size === undefined || shape === null ? null : elementsOf(shape) * size;
}

const keysOfTargets = new WeakMap<Target, ReadonlyMap<string, TargetKey>>();

function targetKeys(target: Target): ReadonlyMap<string, TargetKey> {
  let keys = keysOfTargets.get(target);
  if (keys === undefined) {
    keys = new Map(target.keys.map((key) => [key.key, key]));
    keysOfTargets.set(target, keys);
  }
  return keys;
}

/** Why no updated state dict can be written: not every key of the model has a shape; '' where all that are made have. */
export function unwritable({ result, actions }: ComputedMatch, t: Translate): string {
  if (result.target.tensors !== undefined) {
    return '';
  }
  const notOurs = result.matched.filter(({ target }) => actions.size > 0 && isLeftOut(actions.get(target.key)));
  const made = [
    ...result.missing,
    ...result.defaulted,
    ...[...result.mismatched, ...notOurs].map(({ target }) => target),
  ];
  const unknown = made.filter(({ shape }) => shape === null).length;
  if (unknown === 0) {
    return '';
  }
  return unknown === 1
    ? t('1 key of the model has no known shape: it cannot be made afresh.')
    : t('{0} keys of the model have no known shape: they cannot be made afresh.', formatExact(unknown));
}

function isLeftOut(action: KeyAction | undefined): boolean {
  return action !== undefined && action !== 'load';
}
