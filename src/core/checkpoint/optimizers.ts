import { isNode, NodeKind, type Value } from '../pickle/values';
import { asCall, asItems, asText, dictEntries, lookUp, truth } from './arguments';
import type { Branch, OptimizerInfo } from './checkpoint';
import { dtypes } from './dtypes';
import { elementText, lastText } from './path';
import { optimizerCandidates, type OptimizerGroup } from './optimizerClass';
import { tensorText, type OpenTensor } from './openTensor';
import type { Walk } from './walk';

/** A parameter that an optimizer holds, by its number or name in `state` and `params`. */
interface HeldParameter {
  readonly id: string;
  /** A pickled optimizer holds the parameter itself. */
  readonly tensor: OpenTensor | null;
  /** By `param_names`, or because its id is a name. */
  readonly name: string | null;
  /** Shape that its state implies; null where it has none of its shape. */
  readonly shape: readonly number[] | null;
}

interface ReadOptimizer {
  readonly branch: Branch;
  readonly groups: readonly (readonly HeldParameter[])[];
  readonly candidates: readonly string[];
  readonly certain: boolean;
  /** Tensors of its state, by the id of their parameter. */
  readonly state: ReadonlyMap<string, readonly OpenTensor[]>;
}

/** A state dict or module whose tensors may be an optimizer's parameters. */
interface Holder {
  /** Indexes of entries that are parameters as far as can be told, in the order of `Module.parameters()`. */
  readonly parameters: readonly number[];
  /** Those of its other tensors. */
  readonly buffers: readonly number[];
}

function idOf(value: Value): string | null {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : asText(value);
}

function numberOf(value: Value | undefined): number | null {
  if (typeof value === 'number') {
    return value;
  }
  return value !== undefined && isNode(value) && value.kind === NodeKind.Float ? value.value : null;
}

function groupOf(entries: readonly Value[]): OptimizerGroup {
  const keys = new Set<string>();
  for (let index = 0; index < entries.length; index += 2) {
    const key = asText(entries[index]);
    if (key !== null) {
      keys.add(key);
    }
  }
  const decoupled = lookUp(entries, 'decoupled_weight_decay');
  return {
    keys,
    decoupled: decoupled === undefined ? null : truth(decoupled),
    weightDecay: numberOf(lookUp(entries, 'weight_decay')),
  };
}

// One number per parameter, whatever its shape; or a history of another shape.
const otherShapes = new Set(['step', 'step_size', 'eta', 'mu', 'mu_product', 'ax', 'exp_avg_sq_row', 'exp_avg_sq_col']);

/** The shape that all tensors of a parameter's state share; null when they do not, or there are none. */
function impliedShape(tensors: readonly OpenTensor[]): readonly number[] | null {
  const shaped = tensors.filter(({ path }) => !otherShapes.has(lastText(path)));
  const [first] = shaped;
  return first !== undefined && shaped.every(({ shape }) => sameShape(shape, first.shape)) ? first.shape : null;
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, dim) => size === b[dim]);
}

/** `state` and `param_groups`: of a state dict, or attributes of a pickled optimizer. */
function partsOf(branch: Branch): { groups: readonly Value[]; dotted: boolean } {
  const own = dictEntries(branch.node) ?? [];
  const dotted = lookUp(own, 'param_groups') === undefined;
  const entries = dotted ? (dictEntries(asCall(branch.node)?.state) ?? []) : own;
  return { groups: asItems(lookUp(entries, 'param_groups')) ?? [], dotted };
}

function readOptimizer(walk: Walk, branch: Branch): ReadOptimizer {
  const { groups: groupValues, dotted } = partsOf(branch);
  const state = new Map<string, OpenTensor[]>();
  const tensors = new Map<string, OpenTensor>();
  const depth = branch.path.length;
  for (const entry of walk.entries.slice(branch.first, branch.end)) {
    const [part, id, list] = entry.path.slice(depth, depth + 3);
    if (entry.kind !== 'tensor' || id === undefined) {
      continue;
    }
    if (part === (dotted ? '.state' : 'state')) {
      const key = elementText(id);
      const known = state.get(key);
      if (known === undefined) {
        state.set(key, [entry]);
      } else {
        known.push(entry);
      }
    } else if (part === '.param_groups' && list === 'params' && entry.path.length === depth + 4) {
      tensors.set(`${elementText(id)}:${lastText(entry.path)}`, entry);
    }
  }
  const groupEntries = groupValues.map((group) => dictEntries(group) ?? []);
  const groups = groupEntries.map((entries, group) =>
    heldParameters(entries, state, (position) => tensors.get(`${String(group)}:${String(position)}`) ?? null),
  );
  const className = dotted ? branch.type.slice(branch.type.lastIndexOf('.') + 1) : null;
  const anyState = [...state.values()][0];
  const stateKeys = anyState === undefined ? null : new Set(anyState.map(({ path }) => lastText(path)));
  return {
    branch,
    groups,
    candidates: className === null ? optimizerCandidates(groupEntries.map(groupOf), stateKeys) : [className],
    certain: className !== null,
    state,
  };
}

function heldParameters(
  entries: readonly Value[],
  state: ReadonlyMap<string, readonly OpenTensor[]>,
  tensorAt: (position: number) => OpenTensor | null,
): HeldParameter[] {
  const names = asItems(lookUp(entries, 'param_names'));
  return (asItems(lookUp(entries, 'params')) ?? []).flatMap((value, position) => {
    const tensor = tensorAt(position);
    const id = tensor === null ? idOf(value) : tensorText(tensor);
    if (id === null) {
      return [];
    }
    const name = asText(names?.[position]) ?? asText(value);
    return [{ id, tensor, name, shape: tensor?.shape ?? impliedShape(state.get(id) ?? []) }];
  });
}

// What BatchNorm keeps beside its parameters: a state dict does not say which keys are buffers.
const batchNormBuffer = /(?:^|\.)(?:running_mean|running_var|num_batches_tracked)$/;

/** Only floating and complex tensors can be trained. */
function isTrainable(dtype: string): boolean {
  const found = dtypes.get(dtype)?.class;
  return found === 'float' || found === 'complex';
}

function holderOf(walk: Walk, branch: Branch): Holder {
  const parameters: number[] = [];
  const buffers: number[] = [];
  const seen = new Set<string>();
  for (let index = branch.first; index < branch.end; index++) {
    const entry = walk.entries[index];
    if (entry?.kind !== 'tensor' || entry.path.length !== branch.path.length + 1 || entry.role === 'attribute') {
      continue;
    }
    const isBuffer = entry.role === 'buffer' || !isTrainable(entry.dtype) || batchNormBuffer.test(lastText(entry.path));
    if (isBuffer && entry.role !== 'parameter') {
      buffers.push(index);
      continue;
    }
    // `Module.parameters()` gives a tied weight once, where it comes first.
    const identity = `${String(entry.storage?.index)}:${String(entry.offset)}:${entry.shape.join()}`;
    if (entry.storage === null || !seen.has(identity)) {
      parameters.push(index);
    }
    seen.add(identity);
  }
  return { parameters, buffers };
}

/** Whether a held parameter can be that entry. */
function isAlike(walk: Walk, { shape, tensor }: HeldParameter, index: number): boolean {
  const entry = walk.entries[index];
  if (entry?.kind !== 'tensor' || (shape !== null && !sameShape(shape, entry.shape))) {
    return false;
  }
  return tensor === null || (tensor.storage === entry.storage && tensor.offset === entry.offset);
}

/**
 * Entries that held parameters are, when they are some of `among` in the same order, and can be so in one way only: the
 * earliest that fit are also the latest that do. Null otherwise.
 */
function onlyEmbedding(walk: Walk, held: readonly HeldParameter[], among: readonly number[]): number[] | null {
  const earliest = embed(walk, held, among);
  const latest = embed(walk, held.toReversed(), among.toReversed())?.reverse();
  const isOnly = earliest !== null && latest?.every((index, position) => index === earliest[position]) === true;
  return isOnly ? earliest : null;
}

function embed(walk: Walk, held: readonly HeldParameter[], among: readonly number[]): number[] | null {
  const found: number[] = [];
  for (const index of among) {
    const next = held[found.length];
    if (next !== undefined && isAlike(walk, next, index)) {
      found.push(index);
    }
  }
  return found.length === held.length ? found : null;
}

/** Orders of up to this many groups are tried to see whether another would fit as well. */
const maxGroupsPermuted = 5;

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length <= 1) {
    yield [...items];
    return;
  }
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    for (const rest of permutations(items.toSpliced(index, 1))) {
      yield item === undefined ? rest : [item, ...rest];
    }
  }
}

/**
 * What the optimizer holds of a state dict. The groups' order is the model's only by custom: where the shapes would allow
 * another order too, nothing is derived.
 */
function heldOf(walk: Walk, groups: readonly (readonly HeldParameter[])[], among: readonly number[]): number[] | null {
  const found = onlyEmbedding(walk, groups.flat(), among);
  const filled = groups.filter((group) => group.length > 0);
  if (found === null || filled.length <= 1) {
    return found;
  }
  if (filled.length > maxGroupsPermuted) {
    return null;
  }
  let fitting = 0;
  for (const order of permutations(filled)) {
    fitting += embed(walk, order.flat(), among) === null ? 0 : 1;
  }
  return fitting === 1 ? found : null;
}

function keyAt(walk: Walk, index: number): string {
  return lastText(walk.entries[index]?.path ?? []);
}

interface Match {
  readonly holder: Holder;
  readonly parameters: readonly number[];
}

/** Parameters found in order; null where nothing can be derived. */
function match(walk: Walk, { groups }: ReadOptimizer, holders: readonly Holder[]): Match | null {
  if (groups.flat().length === 0) {
    return null;
  }
  const [first, ...others] = holders.flatMap((holder) => {
    const parameters = heldOf(walk, groups, holder.parameters);
    return parameters === null ? [] : [{ holder, parameters }];
  });
  if (first === undefined) {
    return null;
  }
  const names = ({ parameters }: Match): string => parameters.map((index) => keyAt(walk, index)).join('\n');
  // A model and its average name their parameters alike; two different models that both fit leave it open.
  return others.every((other) => names(other) === names(first)) ? first : null;
}

function byName(walk: Walk, held: readonly HeldParameter[], branches: readonly Branch[]): (number | null)[] {
  const indexes = new Map<string, number>();
  for (const branch of branches) {
    for (let index = branch.first; index < branch.end; index++) {
      const entry = walk.entries[index];
      const key = entry?.path[branch.path.length];
      if (entry?.kind === 'tensor' && entry.path.length === branch.path.length + 1 && typeof key === 'string') {
        indexes.set(key, indexes.get(key) ?? index);
      }
    }
  }
  return held.map(({ name }) => (name === null ? null : (indexes.get(name) ?? null)));
}

/**
 * What each optimizer holds; names the parameter of each tensor of its state. A name is derived where the optimizer says
 * it, or where its parameters, by the shapes of their state, can be those of one state dict in one way only.
 */
export function readOptimizers(walk: Walk): OptimizerInfo[] {
  const branches = walk.branches.filter(({ role }) => role === 'optimizer');
  if (branches.length === 0) {
    return [];
  }
  const holderBranches = outermost(walk.branches.filter(({ role }) => role === 'state-dict' || role === 'module'));
  const holders = holderBranches.map((branch) => holderOf(walk, branch));
  return branches.map((branch) => {
    const optimizer = readOptimizer(walk, branch);
    const held = optimizer.groups.flat();
    const isNamed = held.length > 0 && held.every(({ name }) => name !== null);
    const found = isNamed ? null : match(walk, optimizer, holders);
    const parameters = isNamed
      ? byName(walk, held, holderBranches)
      : held.map((_, at) => found?.parameters[at] ?? null);
    held.forEach(({ id, name }, position) => {
      const index = parameters[position] ?? null;
      const parameter = name ?? (index === null ? null : keyAt(walk, index));
      for (const tensor of optimizer.state.get(id) ?? []) {
        tensor.parameter = parameter;
      }
    });
    return {
      path: branch.path,
      candidates: optimizer.candidates,
      certain: optimizer.certain,
      groups: optimizer.groups.map((group) => group.length),
      parameters,
      buffers: found?.holder.buffers ?? [],
    };
  });
}

/** Branches that lie in no other of them: a submodule is part of its module. */
function outermost(branches: readonly Branch[]): Branch[] {
  const found: Branch[] = [];
  let end = 0;
  for (const branch of branches) {
    if (branch.first >= end) {
      found.push(branch);
      end = branch.end;
    }
  }
  return found;
}
