import { namedShape } from '../../core/checkpoint/namedShape';
import type { Entry, ValueEntry } from '../../core/checkpoint/checkpoint';
import { lacksBias } from '../../core/tree/rows';
import { RowFlag } from '../../core/tree/treeColumns';
import type { DetailsFact, DetailsSection, DetailsView } from '../../protocol/messages';
import { formatShape } from '../../wording/format';
import type { Translate } from '../../wording/translate';
import type { OpenState } from '../document';
import { pathId, rowIndex } from '../rowPaths';
import { section, type DetailsContext } from './facts';
import { groupSections } from './groupSections';
import { optimizerSection } from './optimizerSection';
import { tensorSections } from './tensorSections';

/** Rows whose details one call makes: the pane shows what few rows are, and sums for many. */
const mostRows = 1_000;

/** Everything known of each row; rows that the file does not have are left out. */
export function detailsViews(
  shown: Pick<OpenState, 'checkpoint' | 'tree'>,
  rows: readonly number[],
  t: Translate,
): DetailsView[] {
  const context = { index: rowIndex(shown), t };
  return rows
    .filter((row) => row < shown.tree.count)
    .slice(0, mostRows)
    .map((row) => detailsView(row, context));
}

function detailsView(row: number, context: DetailsContext): DetailsView {
  const { index } = context;
  const entry = index.entry(row);
  const sections = [...sectionsOf(entry, row, context), importSection(row, context)];
  return {
    row,
    key: index.key(row),
    path: index.path(row).path,
    description: descriptionOf(row, context),
    chips: chipsOf(entry, row, context),
    python: index.python(row),
    sections: sections.filter((one) => one !== undefined),
  };
}

/** What the weights imply; here, where there is room, that a bias is missing too. */
function descriptionOf(row: number, { index: { tree, labels }, t }: DetailsContext): string {
  const text = tree.strings[tree.description[row] ?? 0] ?? '';
  return lacksBias(tree, labels, row) ? t('{0}, no bias', text) : text;
}

function sectionsOf(entry: Entry | undefined, row: number, context: DetailsContext): (DetailsSection | undefined)[] {
  if (entry === undefined) {
    return groupSections(row, context);
  }
  switch (entry.kind) {
    case 'tensor':
      return [...tensorSections(entry, row, context), optimizerSection(entry, row, context)];
    case 'value':
      return [valueSection(entry, context)];
  }
}

function valueSection(entry: ValueEntry, { t }: DetailsContext): DetailsSection | undefined {
  const token = tokenOf(entry);
  return section('value', t('Value'), [
    { label: t('Type'), value: entry.type, token: 'name' },
    { label: t('Value'), value: entry.repr, ...(token === undefined ? {} : { token }) },
  ]);
}

function tokenOf(entry: ValueEntry): DetailsFact['token'] | undefined {
  switch (entry.type) {
    case 'int':
    case 'float':
    case 'complex':
      return 'number';
    case 'str':
    case 'bytes':
      return 'string';
    case 'bool':
    case 'NoneType':
      return 'boolean';
    default:
      return undefined;
  }
}

/** What is worth a mark in the tree, in words. */
function flagChips(flags: number, t: Translate): string[] {
  const chips: readonly (readonly [RowFlag, string])[] = [
    [RowFlag.Parameter, t('parameter')],
    [RowFlag.Buffer, t('buffer')],
    [RowFlag.Shared, t('shared')],
    [RowFlag.Strided, t('not contiguous')],
    [RowFlag.Partial, t('view')],
    [RowFlag.Missing, t('missing')],
  ];
  return chips.filter(([flag]) => (flags & flag) !== 0).map(([, chip]) => chip);
}

/** Shape, dtype and device as torch names them, then what is worth a mark in the tree. */
function chipsOf(entry: Entry | undefined, row: number, { index, t }: DetailsContext): string[] {
  if (entry?.kind !== 'tensor') {
    return [];
  }
  const flags = index.tree.flags[row] ?? 0;
  return [
    formatShape(namedShape(entry)),
    entry.dtype,
    ...(entry.device === null ? [] : [entry.device]),
    ...(entry.layout === 'strided' ? [] : [entry.layout]),
    ...flagChips(flags, t),
  ];
}

/** Imports outside torch's list that this entry needs. */
function importSection(row: number, { index, t }: DetailsContext): DetailsSection | undefined {
  const flags = index.tree.flags[row] ?? 0;
  if ((flags & (RowFlag.UnknownImport | RowFlag.DangerousImport)) === 0) {
    return undefined;
  }
  const { path, prefix } = index.path(row);
  const id = pathId(path);
  const needed = index.checkpoint.imports.filter(
    (used) => used.verdict !== 'allowed' && prefix === null && used.paths.some((one) => pathId(one) === id),
  );
  return section(
    'imports',
    t('Imports'),
    needed.map((used) => ({
      label: used.verdict === 'dangerous' ? t('Dangerous') : t('Outside the list'),
      value: used.name,
      token: 'name',
    })),
  );
}
