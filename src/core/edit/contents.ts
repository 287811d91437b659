import type { StorageContent } from '../write/storageContent';
import { editError } from './editError';
import type { EditState } from './state';

/** What the bytes of a storage that the graph names are; undefined when the file lacks them. */
export function findContent({ contents, original }: EditState, key: string): StorageContent | undefined {
  const content = contents.get(key);
  if (content !== undefined) {
    return content;
  }
  const { container } = original;
  const found = container.sections[0]?.storage(key);
  return found && { kind: 'record', container: found.container ?? container, record: found.record };
}

/** @throws EditError when the file lacks the bytes. */
export function contentOf(state: EditState, key: string): StorageContent {
  const content = findContent(state, key);
  if (content === undefined) {
    throw editError('edit-no-match', 'no-entry', [key]);
  }
  return content;
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
