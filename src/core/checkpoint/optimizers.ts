import { isNode, NodeKind, type Value } from '../pickle/values';
import { asCall, asItems, asText, dictEntries, lookUp, truth } from './arguments';
import type { Branch, OptimizerInfo } from './checkpoint';
import { dtypes } from './dtypes';
import { elementText, lastText } from './path';
import { optimizerCandidates, type OptimizerGroup } from './optimizerClass';
import { tensorText, type OpenTensor } from './openTensor';
import { matchHolders, sameShape, type HeldParameter, type Holder } from './optimizerMatch';
import type { Walk } from './walk';

interface ReadOptimizer {
  readonly branch: Branch;
  readonly groups: readonly (readonly HeldParameter[])[];
  readonly candidates: readonly string[];
  readonly certain: boolean;
  /** Tensors of its state, by the id of their parameter. */
  readonly state: ReadonlyMap<string, readonly OpenTensor[]>;
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
 * it, or where by the shapes of all states it can be one parameter of one state dict only (`matchHolders`).
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
    const found = isNamed ? null : matchHolders(walk.entries, optimizer.groups, holders);
    const derived = isNamed ? byName(walk, held, holderBranches) : (found?.parameters ?? held.map(() => null));
    held.forEach(({ id, name }, position) => {
      const index = derived[position] ?? null;
      const parameter = name ?? (index === null ? null : lastText(walk.entries[index]?.path ?? []));
      for (const tensor of optimizer.state.get(id) ?? []) {
        tensor.parameter = parameter;
      }
    });
    const unnamed = found?.unnamed ?? null;
    return {
      path: branch.path,
      candidates: optimizer.candidates,
      certain: optimizer.certain,
      groups: optimizer.groups.map((group) => group.length),
      // Where one is missing, an edit could not tell whether it concerns the optimizer.
      parameters: unnamed === null ? derived : derived.map(() => null),
      unnamed,
      buffers: unnamed === null ? (found?.holder?.buffers ?? []) : [],
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
