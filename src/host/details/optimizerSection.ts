import type { OptimizerInfo, Path, TensorEntry } from '../../core/checkpoint/checkpoint';
import { elementText } from '../../core/checkpoint/path';
import type { DetailsFact, DetailsSection } from '../../protocol/messages';
import { formatExact } from '../../wording/format';
import { unnamedText } from '../../wording/optimizer';
import { linkFacts, section, type DetailsContext } from './facts';

/** Settings of a parameter group that are said beside a parameter, in this order. */
const groupSettings = ['lr', 'weight_decay', 'momentum', 'betas'];

/** What ties a tensor to an optimizer, as parameter or as state; undefined where the file does not say. */
export function optimizerSection(entry: TensorEntry, row: number, context: DetailsContext): DetailsSection | undefined {
  const { t, index } = context;
  const at = index.tree.entry[row] ?? -1;
  for (const optimizer of index.checkpoint.optimizers) {
    const number = optimizer.parameters.indexOf(at);
    if (number >= 0) {
      return section('optimizer', t('Optimizer'), parameterFacts(optimizer, number, context));
    }
    const stateOf = stateNumber(optimizer, entry.path);
    if (stateOf !== undefined) {
      return section('optimizer', t('Optimizer'), stateFacts(optimizer, stateOf, entry, context));
    }
  }
  return undefined;
}

function parameterFacts(optimizer: OptimizerInfo, number: number, context: DetailsContext): DetailsFact[] {
  return [
    numberFact(optimizer, number, context),
    ...settingFacts(optimizer, number, context),
    ...stateLinks(optimizer, number, context),
    ...classFact(optimizer, context),
  ];
}

function stateFacts(
  optimizer: OptimizerInfo,
  number: number,
  { parameter }: TensorEntry,
  context: DetailsContext,
): DetailsFact[] {
  return [
    ...ownerFact(optimizer, number, parameter, context),
    numberFact(optimizer, number, context),
    ...settingFacts(optimizer, number, context),
    ...classFact(optimizer, context),
  ];
}

/** The parameter as a link, by name, or why it is not known. */
function ownerFact(
  optimizer: OptimizerInfo,
  number: number,
  parameter: string | null,
  context: DetailsContext,
): DetailsFact[] {
  const { t, index } = context;
  const label = t('Belongs to');
  const row = index.rowOfEntry[optimizer.parameters[number] ?? -1];
  if (row !== undefined) {
    return linkFacts(label, [row], context);
  }
  const value = parameter ?? (optimizer.unnamed === null ? null : unnamedText(optimizer.unnamed, t));
  return value === null ? [] : [{ label, value }];
}

/** `3 of 161, group 0` */
function numberFact(optimizer: OptimizerInfo, number: number, { t }: DetailsContext): DetailsFact {
  const all = optimizer.groups.reduce((sum, count) => sum + count, 0);
  return {
    label: t('Parameter'),
    value: formatExact(number),
    secondary: t('of {0}, group {1}', formatExact(all), groupOf(optimizer, number)),
  };
}

function groupOf({ groups }: OptimizerInfo, number: number): number {
  let first = 0;
  for (const [group, count] of groups.entries()) {
    first += count;
    if (number < first) {
      return group;
    }
  }
  return groups.length - 1;
}

/** The class is a guess where the file does not name it. */
function classFact({ candidates, certain }: OptimizerInfo, { t }: DetailsContext): DetailsFact[] {
  if (candidates.length === 0) {
    return [];
  }
  const value = candidates.join(', ');
  return [{ label: t('Class'), value, ...(certain ? {} : { secondary: t('by its state; the file does not say') }) }];
}

function settingFacts(optimizer: OptimizerInfo, number: number, { index }: DetailsContext): DetailsFact[] {
  const group = groupOf(optimizer, number);
  return groupSettings.flatMap((setting): DetailsFact[] => {
    const row = memberRow(optimizer, 'param_groups', [group, setting], index.rowAt.bind(index));
    const value = row === undefined ? undefined : index.entry(row);
    return value?.kind === 'value' ? [{ label: setting, value: value.repr, token: 'number' }] : [];
  });
}

/** State tensors and values of one parameter, each a link named as the optimizer names it. */
function stateLinks({ path }: OptimizerInfo, number: number, context: DetailsContext): DetailsFact[] {
  const { index } = context;
  const branch = index.branchAt([...path, 'state', number]) ?? index.branchAt([...path, '.state', number]);
  const entries = branch === undefined ? [] : index.checkpoint.entries.slice(branch.first, branch.end);
  return entries.flatMap(({ path: below }, at) =>
    linkFacts(elementText(below.at(-1) ?? ''), [index.rowOfEntry[(branch?.first ?? 0) + at] ?? 0], context),
  );
}

/** A state dict has its members as keys, a pickled optimizer as attributes. */
function memberRow(
  { path }: OptimizerInfo,
  member: string,
  below: Path,
  rowAt: (path: Path) => number | undefined,
): number | undefined {
  return rowAt([...path, member, ...below]) ?? rowAt([...path, `.${member}`, ...below]);
}

/** The number of the parameter whose state a path leads to; undefined for every other path. */
function stateNumber(optimizer: OptimizerInfo, path: Path): number | undefined {
  const depth = optimizer.path.length;
  const member = path[depth];
  const number = path[depth + 1];
  const inside = optimizer.path.every((element, at) => JSON.stringify(element) === JSON.stringify(path[at]));
  return inside && (member === 'state' || member === '.state') && typeof number === 'number' ? number : undefined;
}
