import type { Checkpoint, Path, TensorEntry } from '../checkpoint/checkpoint';
import { PathTree, stepOf } from './find';
import { editError } from './editError';
import type { Selection } from './operations';
import { selectedPaths } from './selection';

/**
 * The tensors that a selection means: those chosen, and those below what is chosen.
 * @throws EditError `edit-no-match` when there are none.
 */
export function tensorsIn(checkpoint: Checkpoint, selection: Selection): readonly TensorEntry[] {
  const tree = PathTree.of(selectedPaths(checkpoint, selection));
  const found = checkpoint.entries.filter(
    (entry): entry is TensorEntry => entry.kind === 'tensor' && isChosen(tree, entry.path),
  );
  if (found.length === 0) {
    throw editError('edit-no-match', 'nothing-chosen');
  }
  return found;
}

/** Whether a path is chosen, or lies below one that is. */
export function isChosen(tree: PathTree, path: Path): boolean {
  let at = tree;
  for (const [depth, element] of path.entries()) {
    if (at.chosen) {
      return true;
    }
    const next = at.children.get(stepOf(element));
    if (next === undefined) {
      return depth < path.length && typeof element === 'string' && isBelowSubmodule(at, element);
    }
    at = next;
  }
  return at.chosen;
}

/** Parameters of a submodule stand below the outermost module by their whole names. */
function isBelowSubmodule(tree: PathTree, element: string): boolean {
  for (let dot = element.lastIndexOf('.'); dot > 0; dot = element.lastIndexOf('.', dot - 1)) {
    if (tree.children.get(element.slice(0, dot))?.chosen === true) {
      return true;
    }
  }
  return false;
}
