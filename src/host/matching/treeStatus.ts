import type { MatchResult, SourceKey } from '../../core/match/match';
import { MatchStatus } from '../../protocol/match';
import { rowIndex, type ShownRows } from '../rowPaths';

/** What the match says of each row of the tree; groups follow from what is below them. */
export function treeStatus(shown: ShownRows, result: MatchResult): Uint8Array {
  const rows = new Uint8Array(shown.tree.count);
  const { rowOfEntry } = rowIndex(shown);
  const mark = (keys: readonly SourceKey[], status: MatchStatus): void => {
    for (const { entry } of keys) {
      const row = rowOfEntry[entry] ?? -1;
      if (row >= 0) {
        rows[row] = status;
      }
    }
  };
  mark(
    result.matched.map(({ source }) => source),
    MatchStatus.Loads,
  );
  mark(
    result.mismatched.map(({ source }) => source),
    MatchStatus.Shape,
  );
  mark([...result.unexpected, ...result.ignored], MatchStatus.Unused);
  return rows;
}

/** Row of the tree that a key of the file has; −1 where it has none. */
export function treeRow(shown: ShownRows, key: SourceKey): number {
  return rowIndex(shown).rowOfEntry[key.entry] ?? -1;
}
