import type { Checkpoint, Path } from '../../core/checkpoint/checkpoint';
import { keyOf } from '../../core/checkpoint/path';
import { MatchError } from '../../core/match/match';
import { ownStateDict, sourceOf, stateDictPaths } from '../../core/match/source';
import type { MatchChoice } from '../../protocol/match';
import type { Translate } from '../../wording/translate';
import { pathId } from '../rowPaths';

/** State dicts and modules of a file, by id. */
export function branchChoices(checkpoint: Checkpoint, t: Translate): readonly MatchChoice[] {
  const modules = new Set(checkpoint.branches.filter(({ role }) => role === 'module').map(({ path }) => pathId(path)));
  return branchPaths(checkpoint).map((path) => ({
    id: pathId(path),
    label: path.length === 0 ? t('the whole file') : keyOf(path),
    secondary: modules.has(pathId(path)) ? t('module') : t('state dict'),
  }));
}

/** With the file's own, which may be a dict that holds other values too. */
function branchPaths(checkpoint: Checkpoint): readonly Path[] {
  const paths = stateDictPaths(checkpoint);
  const own = ownPath(checkpoint);
  return own === null || paths.some((path) => pathId(path) === pathId(own)) ? paths : [own, ...paths];
}

/** null where nothing says which one is meant. */
function ownPath(checkpoint: Checkpoint): Path | null {
  try {
    return ownStateDict(checkpoint);
  } catch (error) {
    if (error instanceof MatchError) {
      return null;
    }
    throw error;
  }
}

/**
 * The one that is meant: that of the id, else the file's own; where nothing says which that is, the one with most in it.
 * @throws MatchError `no-state-dict`
 */
export function branchPath(checkpoint: Checkpoint, id: string): Path {
  const paths = branchPaths(checkpoint);
  return (
    paths.find((path) => pathId(path) === id) ??
    ownPath(checkpoint) ??
    largest(checkpoint, paths) ??
    ownStateDict(checkpoint)
  );
}

function largest(checkpoint: Checkpoint, paths: readonly Path[]): Path | undefined {
  const sizes = paths.map((path) => {
    const branch = checkpoint.branches.find((each) => pathId(each.path) === pathId(path));
    return branch === undefined ? 0 : branch.end - branch.first;
  });
  return paths[sizes.indexOf(Math.max(...sizes))];
}

export function sourceAt(checkpoint: Checkpoint, id: string): ReturnType<typeof sourceOf> {
  return sourceOf(checkpoint, branchPath(checkpoint, id));
}
