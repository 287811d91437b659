import type { Checkpoint, Path } from '../checkpoint/checkpoint';
import { globMatcher } from '../checkpoint/glob';
import { keyOf } from '../checkpoint/path';
import { editError } from './editError';
import type { Selection } from './operations';

/**
 * Paths that a selection means.
 * @throws EditError `edit-no-match` when it means none.
 */
export function selectedPaths({ entries }: Checkpoint, { paths = [], globs = [] }: Selection): readonly Path[] {
  const matchers = globs.map(globMatcher);
  const matched =
    matchers.length === 0
      ? []
      : entries.filter(({ path }) => {
          const key = keyOf(path);
          return matchers.some((matches) => matches(key));
        });
  const all = matched.length === 0 ? paths : [...paths, ...matched.map(({ path }) => path)];
  if (all.length === 0) {
    throw editError('edit-no-match', globs.length > 0 ? 'no-key-matches' : 'nothing-chosen', globs);
  }
  return all;
}
