/** Undo and redo of the text that is being typed: VS Code would undo an edit of the document where it saw the key. */
export function isTextUndo({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return (ctrlKey || metaKey) && ['z', 'y'].includes(key.toLowerCase());
}
