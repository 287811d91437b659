import { asText, dictEntries } from '../../core/checkpoint/arguments';
import type { Checkpoint } from '../../core/checkpoint/checkpoint';
import type { AddPrefix, StripPrefix, Rename } from '../../core/edit/operations';
import type { PrefixView } from '../../protocol/edits';

/**
 * Names that wrappers give to what they wrap: torch.compile, FullyShardedDataParallel, checkpoint_wrapper, DeepSpeed. No
 * module of anyone's is called so, wherever it stands in a key.
 */
const wrapperNames = ['_orig_mod', '_fsdp_wrapped_module', '_checkpoint_wrapped_module', '_forward_module'];
/** `DataParallel` and `DistributedDataParallel`: a name that others use too, and a wrapper's where it comes first. */
const parallelName = 'module';

/** Prefixes that are offered. */
const mostPrefixes = 20;

/** Keys of all state dicts of a file. */
function stateDictKeys({ branches }: Checkpoint): string[][] {
  return branches
    .filter(({ role }) => role === 'state-dict')
    .map(({ node }) => (dictEntries(node) ?? []).flatMap((key, at) => (at % 2 === 0 ? (asText(key) ?? []) : [])));
}

/**
 * Prefixes that could go: those of wrappers, at any depth of a key, and the first name where all keys of a state dict
 * share it (`model.`). Those of most keys first.
 */
export function prefixViews(checkpoint: Checkpoint): readonly PrefixView[] {
  const counts = new Map<string, number>();
  const count = (prefix: string): void => {
    counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  };
  for (const keys of stateDictKeys(checkpoint)) {
    const shared = sharedName(keys);
    for (const key of keys) {
      const names = key.split('.').slice(0, -1);
      const wrappers = new Set(names.filter((name, depth) => isWrapper(name, depth)));
      wrappers.forEach((name) => {
        count(`${name}.`);
      });
      if (shared !== null && !wrappers.has(shared)) {
        count(`${shared}.`);
      }
    }
  }
  return [...counts]
    .map(([prefix, keys]) => ({ prefix, keys }))
    .sort((a, b) => b.keys - a.keys)
    .slice(0, mostPrefixes);
}

function isWrapper(name: string, depth: number): boolean {
  return wrapperNames.includes(name) || (depth === 0 && name === parallelName);
}

/** The first name of all keys; null where they have several, or a key is that name alone. */
function sharedName(keys: readonly string[]): string | null {
  const [first] = keys;
  const dot = first?.indexOf('.') ?? -1;
  if (first === undefined || dot <= 0) {
    return null;
  }
  const prefix = first.slice(0, dot + 1);
  return keys.every((key) => key.startsWith(prefix)) ? prefix.slice(0, -1) : null;
}

/** What takes a prefix away: from the beginning of keys, a wrapper's name wherever it stands in them. */
export function stripOperation(checkpoint: Checkpoint, prefix: string): StripPrefix | Rename {
  const name = prefix.replace(/\.$/, '');
  const isInside =
    wrapperNames.includes(name) &&
    stateDictKeys(checkpoint).some((keys) => keys.some((key) => key.includes(`.${name}.`)));
  return isInside ? { kind: 'rename', pattern: `(?<![^.])${name}\\.`, text: '' } : { kind: 'stripPrefix', prefix };
}

export type PrefixOperation = StripPrefix | Rename | AddPrefix;
