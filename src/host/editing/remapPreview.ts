import type { TensorEntry } from '../../core/checkpoint/checkpoint';
import { apply } from '../../core/edit/apply';
import { writeMapLocation } from '../../core/edit/mapLocation';
import { devicePlaces } from '../../core/edit/operations/devices';
import type { DeviceTarget } from '../../core/edit/operations';
import { tensorsIn } from '../../core/edit/tensorsIn';
import type { EditIntent, EditPreview } from '../../protocol/edits';
import { formatCount } from '../../wording/format';
import type { Translate } from '../../wording/translate';
import { contextFor } from './contexts';
import type { ShownState } from './editPanel';
import { operationOf } from './intents';
import { pathsOf } from './rows';

type RemapIntent = Extract<EditIntent, { kind: 'remap' }>;

/** What the table of Remap Devices would do. @throws EditError when it cannot be done. */
export function remapPreview(shown: ShownState, intent: RemapIntent, t: Translate): EditPreview {
  // Checks devices, and that anything moves at all.
  apply(shown.edit, operationOf(shown, intent));
  const moves = Object.entries(intent.map).filter(([from, to]) => from !== to);
  const counts = tensorsByDevice(movedTensors(shown, intent.rows));
  const sentences = moves.flatMap(([from, to]) => {
    const count = counts.get(from) ?? 0;
    switch (count) {
      case 0:
        return [];
      case 1:
        return [t('1 tensor moves from {0} to {1}.', from, to)];
      default:
        return [t('{0} tensors move from {1} to {2}.', formatCount(count), from, to)];
    }
  });
  return {
    sentence: sentences.join(' '),
    notes: [...valueNotes(shown, intent, t), t('Weights are not rewritten; only their device tags change.')],
    warnings: [],
    problem: '',
    changes: [],
    changeCount: 0,
    python: intent.rows === null ? pythonLines(targetOf(shown, intent.map)).join('\n') : '',
  };
}

/** Tensors whose storages are meant: one moves as a whole, whichever of its tensors was chosen. */
function movedTensors(shown: ShownState, rows: readonly number[] | null): readonly TensorEntry[] {
  const all = shown.checkpoint.entries.filter((entry) => entry.kind === 'tensor');
  if (rows === null) {
    return all;
  }
  const chosen = tensorsIn(shown.checkpoint, { paths: pathsOf(shown, rows) });
  const keys = new Set(chosen.flatMap(({ storage }) => (storage === null ? [] : [storage.key])));
  return all.filter(({ storage }) => storage !== null && keys.has(storage.key));
}

function tensorsByDevice(tensors: readonly TensorEntry[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { device } of tensors) {
    if (device !== null) {
      counts.set(device, (counts.get(device) ?? 0) + 1);
    }
  }
  return counts;
}

function valueNotes(shown: ShownState, { map, rows }: RemapIntent, t: Translate): string[] {
  const count = devicePlaces(contextFor(shown.edit)).filter(
    ({ kind, device }) => kind !== 'storage' && map[device] !== undefined && map[device] !== device,
  ).length;
  if (count === 0) {
    return [];
  }
  if (rows !== null) {
    return [t('torch.device values stay as they are: they belong to no tensor.')];
  }
  return [count === 1 ? t('1 torch.device value follows.') : t('{0} torch.device values follow.', formatCount(count))];
}

/** One device for all that the file names, or the map itself. */
function targetOf({ checkpoint }: ShownState, map: Readonly<Record<string, string>>): DeviceTarget {
  const targets = new Set([...checkpoint.summary.devices.keys()].map((device) => map[device] ?? device));
  const [device, ...others] = targets;
  if (device !== undefined && others.length === 0) {
    return { kind: 'all', device };
  }
  return { kind: 'map', map: Object.fromEntries(Object.entries(map).filter(([from, to]) => from !== to)) };
}

/** `map_location` in the form that people read best, and as the other ones of them say it. */
export function pythonLines(target: DeviceTarget): string[] {
  const [first, ...others] = (['string', 'dict', 'device', 'storage', 'cuda'] as const).flatMap((form) => {
    const text = writeMapLocation(form, target);
    return text === null ? [] : [`map_location=${text}`];
  });
  return first === undefined ? [] : [first, ...others.map((other) => `# or: ${other}`)];
}
