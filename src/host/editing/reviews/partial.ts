import type { Checkpoint, TensorEntry } from '../../../core/checkpoint/checkpoint';
import { keyOf } from '../../../core/checkpoint/path';
import { apply } from '../../../core/edit/apply';
import type { Operation } from '../../../core/edit/operations';
import type { ReviewSection } from '../../../protocol/edits';
import { formatCount, formatSize } from '../../../wording/format';
import { entryCount, tensorCount } from '../../../wording/summary';
import type { Translate } from '../../../wording/translate';
import { rowIndex } from '../../rowPaths';
import type { ShownState } from '../editPanel';
import { mostItems, type Review } from '../openReviews';
import { pathsOf } from '../rows';

/** Keys for partial loading: what stays of the file when only the selected rows are kept, in counts and bytes. */
export function partialReview(shown: ShownState, rows: readonly number[], t: Translate): Review {
  const operation: Operation = { kind: 'keep', selection: { paths: pathsOf(shown, rows) } };
  const after = apply(shown.edit, operation).checkpoint;
  const before = shown.checkpoint;
  const kept = new Set(after.entries.map(({ path }) => JSON.stringify(path)));
  const [stays, goes] = [true, false].map((isKept) =>
    before.entries.filter(({ path }) => kept.has(JSON.stringify(path)) === isKept),
  );
  return {
    view: {
      id: 'partial',
      title: t('Keep for Partial Loading'),
      icon: 'filter',
      sentence: t(
        '{0} of {1} tensors stay, {2} of {3}.',
        formatCount(after.summary.tensors),
        formatCount(before.summary.tensors),
        formatSize(after.summary.storageBytes),
        formatSize(before.summary.storageBytes),
      ),
      sections: [section(shown, t('Stays'), stays ?? [], t), section(shown, t('Goes'), goes ?? [], t)].filter(
        ({ items }) => items.length > 0,
      ),
      choices: [],
      chosen: null,
      notes: [t('Load it with model.load_state_dict(…, strict=False).')],
      apply: t('Keep Only These'),
    },
    operations: () => [operation],
  };
}

/** Entries by the group that they stand in at the top: the first two names of their keys. */
function section(shown: ShownState, title: string, entries: Checkpoint['entries'], t: Translate): ReviewSection {
  const groups = new Map<string, { tensors: TensorEntry[]; entries: number; row: number | undefined }>();
  const index = rowIndex(shown);
  for (const entry of entries) {
    const name = keyOf(entry.path).split('.').slice(0, 2).join('.');
    const group = groups.get(name) ?? { tensors: [], entries: 0, row: index.rowAt(entry.path) };
    group.entries++;
    if (entry.kind === 'tensor') {
      group.tensors.push(entry);
    }
    groups.set(name, group);
  }
  const items = [...groups].slice(0, mostItems).map(([text, { tensors, entries: count, row }]) => ({
    text,
    secondary:
      tensors.length === 0
        ? entryCount(count, t)
        : `${tensorCount(tensors.length, t)}, ${formatSize(storageBytes(tensors))}`,
    rows: row === undefined ? [] : [row],
  }));
  return { title, items, count: groups.size };
}

/** Bytes of the storages in use, each once. */
function storageBytes(tensors: readonly TensorEntry[]): number {
  const seen = new Set<string>();
  return tensors.reduce((sum, { storage, bytes }) => {
    if (storage === null) {
      return sum + bytes;
    }
    const isNew = !seen.has(storage.key);
    seen.add(storage.key);
    return isNew ? sum + storage.bytes : sum;
  }, 0);
}
