import { isNode, NodeKind } from '../pickle/values';
import type { Branch, Path, PathElement } from './checkpoint';
import type { StepKind } from './path';

/**
 * How Python gets from the object at `path[0 … depth)` to what is at the next step.
 * @param branchAt the branch of a path; undefined where none is.
 */
export function stepKindAt(
  branchAt: (path: Path) => Branch | undefined,
  path: Path,
  depth: number,
): StepKind | undefined {
  const branch = branchAt(path.slice(0, depth));
  if (branch === undefined) {
    return undefined;
  }
  if (branch.role === 'module') {
    return branchAt(path.slice(0, depth + 1))?.role === 'module' ? 'submodule' : 'module';
  }
  switch (branch.type) {
    case 'dict':
      return 'mapping';
    case 'set':
    case 'frozenset':
      return 'set';
    default:
      // `._metadata` of an OrderedDict is an attribute, unless it has a key of that name.
      return hasKey(branch, path[depth]) ? 'mapping' : undefined;
  }
}

function hasKey({ node }: Branch, key: PathElement | undefined): boolean {
  const entries = isNode(node) && node.kind === NodeKind.Call ? (node.entries ?? []) : [];
  return entries.some((each, at) => {
    return at % 2 === 0 && isNode(each) && each.kind === NodeKind.Str && each.value === key;
  });
}
