import type { Branch, Checkpoint, OptimizerInfo } from '../checkpoint/checkpoint';
import { findAliases } from '../checkpoint/aliases';
import { keyOf, lastText } from '../checkpoint/path';
import { stringLiteral } from '../checkpoint/pythonText';
import { Reach } from '../edit/python/reach';
import { wrapperOf } from './contents';
import { assign, call, comment, list, type Code } from './layout';
import type { Lines } from './loading';

/**
 * Python that makes the optimizer of a checkpoint for `model` and loads its state. Where the file does not tell its class
 * or its parameters, a comment says so instead.
 * @param branch the state dict that was loaded into `model`, or the module that it is.
 */
export function optimizerLines(checkpoint: Checkpoint, branch: Branch, info: OptimizerInfo): Lines {
  const made = optimizerCall(checkpoint, branch, info);
  const found = new Reach(checkpoint, 'ckpt').at(info.path);
  const state = info.certain ? `${found}.state_dict()` : found;
  const load = `optimizer.load_state_dict(${state})`;
  if (made === null) {
    const key = keyOf(info.path);
    const text =
      info.candidates.length === 0
        ? `${key}: the class of this optimizer cannot be told from its state. Make it as for training, then:`
        : `${key}: which parameters this optimizer holds cannot be told. Make it as for training, then:`;
    return { imports: [], lines: [comment(text), `# ${load}`] };
  }
  const [candidate = '', ...others] = info.candidates;
  const guess = info.certain ? [] : [comment(guessText(candidate, others))];
  return { imports: made.imports, lines: [...guess, ...made.lines, load] };
}

/** Whether the file tells the optimizer's class and parameters. */
export function canMake(checkpoint: Checkpoint, branch: Branch, info: OptimizerInfo): boolean {
  return optimizerCall(checkpoint, branch, info) !== null;
}

function guessText(candidate: string, others: readonly string[]): string {
  const also = others.length === 0 ? '' : ` (or ${others.join(', ')})`;
  return `A guess: the file does not name the optimizer's class, its state looks like ${candidate}${also}.`;
}

function optimizerCall(checkpoint: Checkpoint, branch: Branch, info: OptimizerInfo): Lines | null {
  const [candidate] = info.candidates;
  const groups = parameterGroups(checkpoint, branch, info);
  const optimizer = candidate === undefined ? null : classOf(checkpoint, info, candidate);
  if (optimizer === null || groups === null) {
    return null;
  }
  if (groups === 'all') {
    const made = assign('optimizer', call(optimizer.name, 'model.parameters()'));
    return { imports: optimizer.imports, lines: [made] };
  }
  const names = list(groups.map((group) => list(group.map(stringLiteral))));
  const grouped: Code = {
    open: '[',
    items: ['{"params": [parameters[name] for name in names]}', 'for names in groups'],
    close: ']',
    isExpression: true,
  };
  return {
    imports: optimizer.imports,
    lines: [
      'parameters = dict(model.named_parameters())',
      assign('groups', names),
      assign('optimizer', call(optimizer.name, grouped)),
    ],
  };
}

/** A name comes out of the file, and becomes code: only one that can be nothing but a name is written. */
const importableName = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

/** A pickled optimizer names its class with its module; that of a state is one of torch's. Null for what is no name. */
function classOf(
  checkpoint: Checkpoint,
  info: OptimizerInfo,
  candidate: string,
): { readonly name: string; readonly imports: readonly string[] } | null {
  const type = checkpoint.branches.find(({ path }) => path === info.path)?.type ?? '';
  const module = type.slice(0, Math.max(0, type.lastIndexOf('.')));
  if (info.certain && !importableName.test(type)) {
    return null;
  }
  return info.certain && module !== '' && !module.startsWith('torch.optim')
    ? { name: `${module}.${candidate}`, imports: [`import ${module}`] }
    : { name: `torch.optim.${candidate}`, imports: ['import torch'] };
}

/** The names of each group's parameters; `all` where it is one group of all of them; null where they are not known. */
function parameterGroups(
  checkpoint: Checkpoint,
  branch: Branch,
  { groups, parameters, buffers }: OptimizerInfo,
): readonly (readonly string[])[] | 'all' | null {
  const known = parameters.filter((index) => index !== null);
  if (known.length < parameters.length || known.length === 0) {
    return null;
  }
  // A module and its state dict in one file call their buffers alike.
  const names = new Set(buffers.map((index) => lastText(checkpoint.entries[index]?.path ?? [])));
  const inOrder = modelParameters(checkpoint, branch, names);
  const named = known.map((index) => nameAt(checkpoint, branch, index));
  const isAll =
    groups.length === 1 && named.length === inOrder.length && named.every((name, at) => name === inOrder[at]);
  if (isAll) {
    return 'all';
  }
  let start = 0;
  return groups.map((count) => {
    start += count;
    return named.slice(start - count, start);
  });
}

/** Names of the model's parameters as `model.parameters()` gives them: a tied weight once. */
function modelParameters(checkpoint: Checkpoint, branch: Branch, buffers: ReadonlySet<string>): readonly string[] {
  const { first } = findAliases(checkpoint.entries);
  const names: string[] = [];
  for (let index = branch.first; index < branch.end; index++) {
    const entry = checkpoint.entries[index];
    const isOwn = entry?.kind === 'tensor' && entry.path.length === branch.path.length + 1;
    const isFirst = (first[index] ?? index) === index || (first[index] ?? -1) < branch.first;
    if (isOwn && isFirst && !buffers.has(lastText(entry.path))) {
      names.push(nameAt(checkpoint, branch, index));
    }
  }
  return names;
}

function nameAt(checkpoint: Checkpoint, branch: Branch, index: number): string {
  const name = lastText(checkpoint.entries[index]?.path ?? []);
  return name.slice(wrapperOf(checkpoint, branch)?.length ?? 0);
}
