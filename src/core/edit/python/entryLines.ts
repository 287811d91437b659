import type { Path } from '../../checkpoint/checkpoint';
import { stringLiteral } from '../../checkpoint/pythonText';
import type { AddFrom, Duplicate, Move, OptimizerEdit, PlainValues, TrainMode, Wrap } from '../operations';
import { PathTree } from '../find';
import { selectedPaths } from '../selection';
import { isChosen } from '../tensorsIn';
import { keyLiteral, Reach } from './reach';
import { statements, type OtherFile, type Scope, type Statements } from './scope';

/** A value where there is none yet. */
export function addedLines({ reach }: Scope, path: Path, value: string): Statements | null {
  const above = path.slice(0, -1);
  const element = path.at(-1);
  return typeof element === 'number' && reach.branchAt(above)?.type === 'list'
    ? statements([`${reach.at(above)}.insert(${String(element)}, ${value})`])
    : statements([reach.assigned(path, value)]);
}

/** Containers are copied: an edit of one must not reach the other. */
export function duplicateLines({ reach }: Scope, { path, key }: Duplicate): Statements | null {
  const [above, old = ''] = [path.slice(0, -1), path.at(-1)];
  const mapping = reach.at(above);
  const index = `list(${mapping}).index(${keyLiteral(old)}) + 1`;
  const isContainer = reach.branchAt(path) !== undefined;
  const value = isContainer ? `copied(${reach.at(path)})` : reach.at(path);
  const line = `reorder(${mapping}, lambda items: items.insert(${index}, (${stringLiteral(key)}, ${value})))`;
  return isContainer ? statements([line], 'copied', 'reorder') : statements([line], 'reorder');
}

export function moveLines({ reach }: Scope, { path, index }: Move): Statements | null {
  const [above, key = ''] = [path.slice(0, -1), path.at(-1)];
  const container = reach.at(above);
  const to = String(index);
  switch (reach.branchAt(above)?.type) {
    case 'list':
      return statements([`${container}.insert(${to}, ${container}.pop(${keyLiteral(key)}))`]);
    case 'tuple':
      return statements([
        `items = list(${container})`,
        `items.insert(${to}, items.pop(${keyLiteral(key)}))`,
        reach.assigned(above, 'tuple(items)'),
      ]);
    default: {
      const from = `list(${container}).index(${keyLiteral(key)})`;
      return statements([`reorder(${container}, lambda items: items.insert(${to}, items.pop(${from})))`], 'reorder');
    }
  }
}

/** `train(…)` reaches all modules within one. */
export function trainLines({ context, reach }: Scope, { paths, training }: TrainMode): Statements | null {
  const isModule = (path: Path): boolean => reach.branchAt(path)?.role === 'module';
  const tree = PathTree.of(paths);
  const outermost = context.checkpoint.branches.filter(
    ({ path, role }) =>
      role === 'module' &&
      isChosen(tree, path) &&
      !path.some((_, depth) => isModule(path.slice(0, depth)) && isChosen(tree, path.slice(0, depth))),
  );
  const call = training ? 'train()' : 'eval()';
  return statements(outermost.map(({ path }) => `${reach.at(path)}.${call}`));
}

/** What is at a path; of a module its state dict, where that is meant. */
export function extracted(reach: Reach, path: Path, asStateDict: boolean): string {
  const isModule = asStateDict && reach.branchAt(path)?.role === 'module';
  return isModule ? `${reach.at(path)}.state_dict()` : reach.at(path);
}

export function wrapLine({ key, values = [] }: Wrap): string {
  const entries = [
    `${stringLiteral(key)}: ckpt`,
    ...values.map(({ name, literal }) => `${stringLiteral(name)}: ${literal}`),
  ];
  return `ckpt = {${entries.join(', ')}}`;
}

export function addFromLines(
  scope: Scope,
  { path, resource, from, asStateDict = false }: AddFrom,
  others: ReadonlyMap<string, OtherFile>,
): Statements | null {
  const other = others.get(resource);
  if (other === undefined) {
    return null;
  }
  return addedLines(scope, path, extracted(new Reach(other.checkpoint, other.name), from, asStateDict));
}

export function plainLines({ context, reach }: Scope, { selection }: PlainValues): Statements | null {
  const paths = selection === undefined ? [[]] : selectedPaths(context.checkpoint, selection);
  return statements(
    paths.map((path) => reach.assigned(path, `plain(${reach.at(path)})`)),
    'plain',
  );
}

export function optimizerLines({ reach }: Scope, operation: OptimizerEdit): Statements | null {
  const optimizer = reach.at(operation.path);
  switch (operation.action) {
    case 'drop':
      return statements([`del ${optimizer}`]);
    case 'renumber': {
      const positions = `[${operation.parameters.join(', ')}]`;
      return statements([`drop_parameters(${optimizer}, ${positions})`], 'dropParameters');
    }
    case 'reset':
      return statements([
        `ids = [number for group in ${optimizer}["param_groups"] for number in group["params"]]`,
        `for position in [${operation.parameters.join(', ')}]:`,
        `    ${optimizer}["state"].pop(ids[position], None)`,
      ]);
  }
}
