import type { Path, TensorEntry } from '../../core/checkpoint/checkpoint';
import { keyOf } from '../../core/checkpoint/path';
import { apply } from '../../core/edit/apply';
import { editError } from '../../core/edit/editError';
import type { Operation } from '../../core/edit/operations';
import { planCast, type CastPlan } from '../../core/edit/operations/cast';
import { keyChanges, type KeyChange } from '../../core/edit/operations/rename';
import { tensorsIn } from '../../core/edit/tensorsIn';
import type { EditIntent, EditPreview } from '../../protocol/edits';
import { formatCount, formatSize } from '../../wording/format';
import type { Translate } from '../../wording/translate';
import { pathId, rowIndex, type RowIndex } from '../rowPaths';
import { contextFor } from './contexts';
import type { ShownState } from './editPanel';
import { operationAsPython } from './editsAsPython';
import { operationOf, renamingOf, replaceOperation } from './intents';
import { layerAt } from './layersView';
import { rangeOf } from './overflow';
import { problemText } from './problems';
import { remapPreview } from './remapPreview';
import { replacePreview } from './replacePreview';
import { pathsOf } from './rows';

/** Keys that a preview lists. */
const mostChanges = 1_000;

type Intent<Kind extends EditIntent['kind']> = Extract<EditIntent, { kind: Kind }>;

export const emptyPreview: EditPreview = {
  sentence: '',
  notes: [],
  warnings: [],
  problem: '',
  changes: [],
  changeCount: 0,
  python: '',
};

/** What an intent would do; nothing is changed. */
export function preview(shown: ShownState, intent: EditIntent, fileName: string, t: Translate): EditPreview {
  try {
    switch (intent.kind) {
      case 'renameKeys':
        return withPython(shown, renamePreview(shown, intent, t), intent, fileName, t);
      case 'cast':
        return withPython(shown, castPreview(shown, intent, t), intent, fileName, t);
      case 'remap': {
        const view = remapPreview(shown, intent, t);
        return view.python === '' ? withPython(shown, view, intent, fileName, t) : view;
      }
      case 'replaceLayer': {
        const view = replacePreview(shown, layerAt(shown, intent.layer), replaceOperation(shown, intent), t);
        return withPython(shown, view, intent, fileName, t);
      }
      case 'keep':
      case 'remove':
      case 'renameRow':
        return resultPreview(shown, operationOf(shown, intent), t);
    }
  } catch (error) {
    return { ...emptyPreview, problem: problemText(error, t) };
  }
}

function withPython(
  shown: ShownState,
  view: EditPreview,
  intent: EditIntent,
  fileName: string,
  t: Translate,
): EditPreview {
  return view.problem === ''
    ? { ...view, python: operationAsPython(shown.edit, operationOf(shown, intent), fileName, t) }
    : view;
}

function renamePreview(shown: ShownState, intent: Intent<'renameKeys'>, t: Translate): EditPreview {
  const operation = renamingOf(shown, intent);
  const changes = keyChanges(contextFor(shown.edit), operation);
  if (changes.length === 0) {
    throw editError('edit-no-match', 'no-key-matches');
  }
  const collisions = changes.filter(({ collides }) => collides);
  const problem =
    collisions.length === 0
      ? ''
      : problemText(editError('edit-collision', 'same-key', [...new Set(collisions.map(newKey))]), t);
  const index = rowIndex(shown);
  // Those that collide are looked for.
  const listed = [...collisions, ...changes.filter(({ collides }) => !collides)].slice(0, mostChanges);
  return {
    ...emptyPreview,
    sentence: changes.length === 1 ? t('1 key changes.') : t('{0} keys change.', formatCount(changes.length)),
    problem,
    changes: listed.map(({ path, from, to, collides }) => ({ row: rowOf(index, path), from, to, collides })),
    changeCount: changes.length,
  };
}

function newKey({ path, to }: KeyChange): string {
  return keyOf([...path.slice(0, -1), to]);
}

/** Row of a key; of one whose row is one with the only row below it, that one. */
function rowOf(index: RowIndex, path: Path): number {
  return index.rowAt(path) ?? index.rowOfEntry[index.branchAt(path)?.first ?? -1] ?? 0;
}

function castPreview(shown: ShownState, intent: Intent<'cast'>, t: Translate): EditPreview {
  const operation = operationOf(shown, intent);
  if (operation.kind !== 'cast') {
    return emptyPreview;
  }
  const { tensors, left, bytesBefore, bytesAfter } = planCast(contextFor(shown.edit), operation);
  const sizes = [formatSize(bytesBefore), formatSize(bytesAfter)] as const;
  const { dtype } = intent;
  return {
    ...emptyPreview,
    sentence:
      tensors.length === 1
        ? t('1 tensor becomes {0}: {1} → {2}.', dtype, ...sizes)
        : t('{0} tensors become {1}: {2} → {3}.', formatCount(tensors.length), dtype, ...sizes),
    notes: castNotes(shown, intent, { tensors, left }, t),
  };
}

function castNotes(
  shown: ShownState,
  { rows, dtype }: Intent<'cast'>,
  { tensors, left }: Pick<CastPlan, 'tensors' | 'left'>,
  t: Translate,
): string[] {
  const chosen = rows === null ? null : new Set(tensorsIn(shown.checkpoint, { paths: pathsOf(shown, rows) }).map(idOf));
  const besides = chosen === null ? 0 : tensors.filter((tensor) => !chosen.has(idOf(tensor))).length;
  const range = rangeOf(dtype);
  const isNarrower = range !== undefined && tensors.some(({ dtype: from }) => isWider(from, dtype));
  return [
    ...(besides === 0
      ? []
      : [
          besides === 1
            ? t('1 of them was not chosen: it lies in the same storage.')
            : t('{0} of them were not chosen: they lie in the same storages.', formatCount(besides)),
        ]),
    ...(left.length === 0
      ? []
      : [
          left.length === 1
            ? t('1 tensor stays as it is: its storage holds more than plain numbers of one dtype.')
            : t(
                '{0} tensors stay as they are: their storages hold more than plain numbers of one dtype.',
                formatCount(left.length),
              ),
        ]),
    ...(isNarrower
      ? [t('Numbers beyond ±{0} become {1}; they are counted once the edit is made.', range.largest, range.becomes)]
      : []),
  ];
}

function idOf({ path }: TensorEntry): string {
  return pathId(path);
}

/** Whether a dtype has numbers that are too large for the other one. */
function isWider(from: string, to: string): boolean {
  return dtypeRanks.indexOf(from) < dtypeRanks.indexOf(to) || !dtypeRanks.includes(from);
}

/** By their largest number, the largest first. */
const dtypeRanks: readonly string[] = [
  'float64',
  'float32',
  'bfloat16',
  'float16',
  'float8_e5m2',
  'float8_e5m2fnuz',
  'float8_e4m3fn',
  'float8_e4m3fnuz',
];

function resultPreview({ edit, checkpoint }: ShownState, operation: Operation, t: Translate): EditPreview {
  const after = apply(edit, operation).checkpoint.summary;
  const before = checkpoint.summary;
  return {
    ...emptyPreview,
    sentence: t(
      '{0} of {1} tensors stay, {2} of {3}.',
      formatCount(after.tensors),
      formatCount(before.tensors),
      formatSize(after.storageBytes),
      formatSize(before.storageBytes),
    ),
  };
}
