import { findAliases } from '../../core/checkpoint/aliases';
import type { Checkpoint } from '../../core/checkpoint/checkpoint';
import { RowKind } from '../../core/tree/treeColumns';
import type { DetailsFact, DetailsSection } from '../../protocol/messages';
import { formatExact, formatPercent } from '../../wording/format';
import { section, sizeFact, type DetailsContext } from './facts';

/** Names of one kind that are listed with their counts; the rest is only counted. */
const mostNames = 8;

/** Sums over everything below a group. */
export function groupSections(row: number, context: DetailsContext): (DetailsSection | undefined)[] {
  const { t, index } = context;
  const { tree, checkpoint } = index;
  const bytes = tree.bytes[row] ?? 0;
  const total = bytesOfTensors(checkpoint);
  const values = valuesBelow(row, context);
  const type = index.branch(row)?.type;
  return [
    section('group', t('Group'), [
      type === undefined ? undefined : { label: t('Type'), value: type, token: 'name' },
      { label: t('Tensors'), value: formatExact(tree.tensors[row] ?? 0) },
      values === 0 ? undefined : { label: t('Values'), value: formatExact(values) },
      { label: t('Elements'), value: formatExact(tree.elements[row] ?? 0) },
      sizeFact(t('Size'), bytes, context),
      total === 0 ? undefined : { label: t('Share of tensors'), value: formatPercent(bytes / total) },
      countsFact(t('Dtypes'), row, tree.dtype, context),
      countsFact(t('Devices'), row, tree.device, context),
    ]),
  ];
}

const totals = new WeakMap<Checkpoint, number>();

/** Of all tensors, aliases once, as the sums of groups have them. */
function bytesOfTensors(checkpoint: Checkpoint): number {
  const known = totals.get(checkpoint);
  if (known !== undefined) {
    return known;
  }
  const { first } = findAliases(checkpoint.entries);
  let total = 0;
  checkpoint.entries.forEach((entry, place) => {
    total += entry.kind === 'tensor' && first[place] === place ? entry.bytes : 0;
  });
  totals.set(checkpoint, total);
  return total;
}

function valuesBelow(row: number, { index }: DetailsContext): number {
  const { tree } = index;
  let values = 0;
  for (let at = row + 1; at < (tree.end[row] ?? 0); at++) {
    values += tree.kind[at] === RowKind.Value ? 1 : 0;
  }
  return values;
}

/** `float32 430, int64 53`: how many tensors below have each dtype or device. */
function countsFact(
  label: string,
  row: number,
  column: Uint32Array,
  { index, t }: DetailsContext,
): DetailsFact | undefined {
  const { tree } = index;
  const counts = new Map<number, number>();
  for (let at = row + 1; at < (tree.end[row] ?? 0); at++) {
    const text = column[at] ?? 0;
    if (tree.kind[at] === RowKind.Tensor && text !== 0) {
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  if (counts.size === 0) {
    return undefined;
  }
  const names = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, mostNames)
    .map(([text, count]) => `${tree.strings[text] ?? ''} ${formatExact(count)}`);
  const left = counts.size - names.length;
  return { label, value: names.join(', '), ...(left > 0 ? { secondary: t('and {0} more', left) } : {}) };
}
