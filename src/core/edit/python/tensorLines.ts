import type { Entry, Path, TensorEntry } from '../../checkpoint/checkpoint';
import { dtypes, type DtypeClass } from '../../checkpoint/dtypes';
import { stringLiteral } from '../../checkpoint/pythonText';
import type { Value } from '../../pickle/values';
import { PathTree } from '../find';
import type { Cast, RemapDevices, RequiresGrad, Selection } from '../operations';
import { planCast } from '../operations/cast';
import { gathered, planCompact, type CompactPlan, type Piece } from '../operations/compact';
import { devicePlaces } from '../operations/devices';
import { isChosen, tensorsIn } from '../tensorsIn';
import { listOf, loop, statements, type Scope, type Statements } from './scope';

/** What is done to some tensors, as Python and as a test of entries. */
interface Change {
  /** `if …:` in the loop; null where it means all. */
  readonly condition: string | null;
  readonly statement: string;
  /** Whether the condition holds, and the statement then makes another tensor of it. */
  changes(entry: TensorEntry): boolean;
}

/** One loop over what was chosen, where its condition holds for just the tensors that are meant; else over each of them. */
function changeAll(
  scope: Scope,
  meant: readonly TensorEntry[],
  selection: Selection | undefined,
  change: Change,
): string {
  const { reach } = scope;
  const places = loopPlaces(scope, meant, selection, change);
  if (places === null) {
    return loop('tensor', listOf(meant.map((entry) => reach.tensor(entry))), change.statement);
  }
  const [first = '', ...others] = places.map((path) => `tensors(${reach.at(path)})`);
  const over = others.length === 0 ? first : `(${[first, ...others].map((each) => `*${each}`).join(', ')})`;
  const { condition, statement } = change;
  return loop('tensor', over, ...(condition === null ? [statement] : [`if ${condition}:`, `    ${statement}`]));
}

function loopPlaces(
  { reach, context }: Scope,
  meant: readonly TensorEntry[],
  selection: Selection | undefined,
  change: Change,
): readonly Path[] | null {
  const paths = selection === undefined ? [[]] : (selection.paths ?? []);
  const isWhole = paths.length > 0 && (selection?.globs ?? []).length === 0;
  if (!isWhole || paths.length > mostPlaces || paths.some((path) => reach.branchAt(path) === undefined)) {
    return null;
  }
  const wanted = new Set<Entry>(meant);
  let found = 0;
  for (const path of paths) {
    const tree = PathTree.of([path]);
    for (const entry of context.checkpoint.entries) {
      if (entry.kind === 'tensor' && isChosen(tree, entry.path) && change.changes(entry)) {
        if (!wanted.has(entry) || !reach.isSearched(entry, path)) {
          return null;
        }
        found++;
      }
    }
  }
  return found === meant.length ? paths : null;
}

const mostPlaces = 8;

function isOf(classes: readonly DtypeClass[], { dtype }: TensorEntry): boolean {
  const found = dtypes.get(dtype)?.class;
  return found !== undefined && classes.includes(found);
}

export function castLines(scope: Scope, operation: Cast): Statements | null {
  const { dtype, integers = false, selection } = operation;
  const line = changeAll(scope, planCast(scope.context, operation).tensors, selection, {
    condition: integers ? 'not (tensor.is_complex() or tensor.is_quantized)' : 'tensor.is_floating_point()',
    statement: `tensor.data = converted(tensor.data, torch.${dtype})`,
    changes: (entry) => entry.dtype !== dtype && isOf(integers ? ['float', 'int', 'bool'] : ['float'], entry),
  });
  return statements([line], 'tensors', 'converted');
}

/** Without a selection storages move as the file is loaded: only the values of `torch.device` are left to say. */
export function remapLines(scope: Scope, { to, selection }: RemapDevices): Statements | null {
  const targetOf = (device: string): string => (to.kind === 'all' ? to.device : (to.map[device] ?? device));
  if (selection === undefined) {
    return deviceValueLines(scope, targetOf);
  }
  const chosen = tensorsIn(scope.context.checkpoint, selection);
  const storages = new Set(chosen.flatMap(({ storage }) => storage ?? []));
  const moves = (entry: TensorEntry): boolean => entry.device !== null && targetOf(entry.device) !== entry.device;
  const meant = scope.context.checkpoint.entries.filter(
    (entry): entry is TensorEntry =>
      entry.kind === 'tensor' && entry.storage !== null && storages.has(entry.storage) && moves(entry),
  );
  const target = to.kind === 'all' ? stringLiteral(to.device) : 'devices[str(tensor.device)]';
  const line = changeAll(scope, meant, selection, {
    condition: to.kind === 'all' ? null : 'str(tensor.device) in devices',
    statement: `tensor.data = converted(tensor.data, ${target})`,
    changes: moves,
  });
  const table = to.kind === 'all' ? [] : [`devices = ${dictOf(to.map)}`];
  return statements([...table, line], 'tensors', 'converted');
}

export function dictOf(map: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(map).map(([from, to]) => `${stringLiteral(from)}: ${stringLiteral(to)}`);
  return listOf(pairs, ['{', '}']);
}

function deviceValueLines({ context, reach }: Scope, targetOf: (device: string) => string): Statements | null {
  const paths = new Map<Value, Path[]>();
  for (const { kind, node, path } of context.checkpoint.entries) {
    if (kind === 'value') {
      paths.set(node, [...(paths.get(node) ?? []), path]);
    }
  }
  const lines = devicePlaces(context).flatMap((place): readonly (string | null)[] => {
    const target = targetOf(place.device);
    if (place.kind === 'storage' || target === place.device) {
      return [];
    }
    const own = place.kind === 'value' ? paths.get(place.node) : undefined;
    return own?.map((path) => reach.assigned(path, `torch.device(${stringLiteral(target)})`)) ?? [null];
  });
  return statements(lines);
}

export function requiresGradLines(scope: Scope, { paths, value }: RequiresGrad): Statements | null {
  const { reach, context } = scope;
  const literal = value ? 'True' : 'False';
  const isModule = (path: Path): boolean => reach.branchAt(path)?.role === 'module';
  const modules = paths.filter(isModule).map((path) => `${reach.at(path)}.requires_grad_(${literal})`);
  const others = paths.filter((path) => !isModule(path));
  if (others.length === 0) {
    return statements(modules);
  }
  const changes = (entry: TensorEntry): boolean => entry.requiresGrad !== value && isOf(['float', 'complex'], entry);
  const tree = PathTree.of(others);
  const meant = context.checkpoint.entries.filter(
    (entry): entry is TensorEntry =>
      entry.kind === 'tensor' &&
      (entry.role === 'parameter' || entry.role === null) &&
      isChosen(tree, entry.path) &&
      changes(entry),
  );
  const condition = 'tensor.is_floating_point() or tensor.is_complex()';
  const statement = `tensor.requires_grad_(${literal})`;
  const rest = changeAll(scope, meant, { paths: others }, { condition, statement, changes });
  return statements([...modules, rest], 'tensors');
}

export function compactLines(scope: Scope): Statements | null {
  const plan = planCompact(scope.context);
  const users = new Map<string, TensorEntry[]>();
  for (const entry of scope.context.checkpoint.entries) {
    if (entry.kind === 'tensor' && entry.storage !== null) {
      const known = users.get(entry.storage.key) ?? [];
      known.push(entry);
      users.set(entry.storage.key, known);
    }
  }
  return statements(
    plan.storages.flatMap((storage) => cutLines(scope, storage, users)),
    'cut',
  );
}

function cutLines(
  { reach }: Scope,
  { use, pieces }: CompactPlan['storages'][number],
  users: ReadonlyMap<string, readonly TensorEntry[]>,
): readonly string[] {
  return pieces.flatMap((piece) => {
    // One that stands in several places is one object.
    const tensors = new Map(
      (users.get(use.key) ?? [])
        .filter((entry) => isIn(piece, entry))
        .map((entry) => [entry.node, reach.tensor(entry)]),
    );
    const [first = '', ...others] = tensors.values();
    if (gathered(piece) === null) {
      return [`cut(${listOf([first, ...others])}, ${String(piece.start)}, ${String(piece.end)})`];
    }
    const line = `${first}.data = ${first}.detach().clone(memory_format=torch.contiguous_format)`;
    return [line, ...others.map((other) => `${other}.data = ${first}.data`)];
  });
}

function isIn({ views }: Piece, { offset, shape, stride }: TensorEntry): boolean {
  return views.some(
    (view) => view.offset === offset && view.shape.join() === shape.join() && view.stride.join() === stride?.join(),
  );
}
