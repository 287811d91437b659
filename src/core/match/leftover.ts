import { canonicalKeys } from './canonicalKeys';
import { fits, lastName, moduleName, type MatchResult, type Rename, type SourceKey, type TargetKey } from './match';

export type Pair = readonly [source: number, target: number];

/** Keys that have no counterpart yet, and which of them a proposal has taken. */
export class Leftover {
  /** The file's keys that the model does not have. */
  readonly sources: readonly SourceKey[];
  /** The model's keys that the file does not have. */
  readonly targets: readonly TargetKey[];
  readonly allSources: readonly SourceKey[];
  readonly allTargets: readonly TargetKey[];
  /** Their names as torch would have them. */
  readonly sourceNames: readonly string[];
  readonly targetNames: readonly string[];
  private readonly takenSources: Uint8Array;
  private readonly takenTargets: Uint8Array;

  constructor({ source, target, renames, unexpected, missing, defaulted }: MatchResult) {
    this.allSources = source.keys;
    this.allTargets = target.keys;
    const renamed = new Set(renames.map(({ from }) => from));
    this.sources = renamed.size === 0 ? unexpected : unexpected.filter(({ key }) => !renamed.has(key));
    this.targets = defaulted.length === 0 ? missing : inOrder(target.keys, new Set([...missing, ...defaulted]));
    this.sourceNames = canonicalKeys(this.sources);
    this.targetNames = canonicalKeys(this.targets);
    this.takenSources = new Uint8Array(this.sources.length);
    this.takenTargets = new Uint8Array(this.targets.length);
  }

  /** Whether a key of either side is not called as torch would call it. */
  get hasOtherNames(): boolean {
    const differs = (keys: readonly { readonly key: string }[], names: readonly string[]): boolean =>
      keys.some(({ key }, place) => key !== names[place]);
    return differs(this.sources, this.sourceNames) || differs(this.targets, this.targetNames);
  }

  isFreeSource(source: number): boolean {
    return this.takenSources[source] === 0;
  }

  isFreeTarget(target: number): boolean {
    return this.takenTargets[target] === 0;
  }

  isFree(source: number, target: number): boolean {
    return this.isFreeSource(source) && this.isFreeTarget(target);
  }

  take(pairs: readonly Pair[]): void {
    for (const [source, target] of pairs) {
      this.takenSources[source] = 1;
      this.takenTargets[target] = 1;
    }
  }

  fits(source: number, target: number): boolean {
    return fits(this.sources[source]?.shape ?? null, this.targets[target]?.shape ?? null);
  }

  rename([source, target]: Pair): Rename {
    return { from: this.sources[source]?.key ?? '', to: this.targets[target]?.key ?? '' };
  }

  /** Each key of the file is `gamma` or `beta`, a vector that fits, and its module has no other tensor on either side. */
  areOnlyNorms(pairs: readonly Pair[]): boolean {
    const here = namesByModule(this.allSources);
    const there = namesByModule(this.allTargets);
    return pairs.every((pair) => {
      const { from, to } = this.rename(pair);
      return (
        here.get(moduleName(from)) === 'beta gamma' &&
        there.get(moduleName(to)) === 'bias weight' &&
        this.targets[pair[1]]?.shape?.length === 1 &&
        this.fits(...pair)
      );
    });
  }
}

function inOrder<T>(all: readonly T[], chosen: ReadonlySet<T>): readonly T[] {
  return all.filter((one) => chosen.has(one));
}

/** Last names of the keys of each module, sorted. */
function namesByModule(keys: readonly { readonly key: string }[]): ReadonlyMap<string, string> {
  const names = new Map<string, string[]>();
  for (const { key } of keys) {
    const module = moduleName(key);
    const known = names.get(module);
    if (known === undefined) {
      names.set(module, [lastName(key)]);
    } else {
      known.push(lastName(key));
    }
  }
  return new Map([...names].map(([module, all]) => [module, all.sort().join(' ')]));
}
