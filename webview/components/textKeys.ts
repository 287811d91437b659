/**
 * Keys that belong to a text field alone. VS Code acts on whatever key it sees: it would undo an edit of the document, or
 * remove the selected rows in the moment before it knows that the tree has lost the focus.
 */
export function isTextKey({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  const undoes = (ctrlKey || metaKey) && ['z', 'y'].includes(key.toLowerCase());
  return undoes || key === 'Delete' || key === 'Backspace';
}
