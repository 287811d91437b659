import type { StorageContent } from '../write/storageContent';
import { editError } from './editError';
import type { EditState } from './state';

/**
 * What the bytes of a storage are, of one that no edit has touched too.
 * @throws EditError when the file lacks them.
 */
export function contentOf({ contents, original }: EditState, key: string): StorageContent {
  const content = contents.get(key);
  if (content !== undefined) {
    return content;
  }
  const { container } = original;
  const record = container.sections[0]?.storage(key)?.record;
  if (record === undefined) {
    throw editError('edit-no-match', 'no-entry', [key]);
  }
  return { kind: 'record', container, record };
}

/** Makes storage keys that neither the file nor an edit has. They are renumbered while saving. */
export function unusedKey({ original }: EditState, contents: ReadonlyMap<string, StorageContent>): () => string {
  const section = original.container.sections[0];
  let next = contents.size;
  return () => {
    let key = `edit-${String(next++)}`;
    while (contents.has(key) || section?.storage(key) !== undefined) {
      key = `edit-${String(next++)}`;
    }
    return key;
  };
}
