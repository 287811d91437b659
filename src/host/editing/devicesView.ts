import { argumentsOf, asCall, asText } from '../../core/checkpoint/arguments';
import type { Entry, TensorEntry } from '../../core/checkpoint/checkpoint';
import { keyOf } from '../../core/checkpoint/path';
import { parseDevice } from '../../core/edit/deviceNames';
import { devicePlaces } from '../../core/edit/operations/devices';
import { tensorsIn } from '../../core/edit/tensorsIn';
import type { DevicesView } from '../../protocol/edits';
import type { Translate } from '../../wording/translate';
import { rowIndex } from '../rowPaths';
import { contextFor } from './contexts';
import type { ShownState } from './editPanel';
import { pathsOf } from './rows';

/** Other places that name a device, as far as they are listed. */
const mostPlaces = 100;
/** What is offered where the file names no better ones. */
const commonTargets = ['cpu', 'cuda:0', 'cuda:1', 'mps'];

/** The devices of the file, or of the tensors of rows, and every place that names one. */
export function devicesView(shown: ShownState, rows: readonly number[] | null, t: Translate): DevicesView {
  const tensors =
    rows === null
      ? shown.checkpoint.entries.filter((entry) => entry.kind === 'tensor')
      : tensorsIn(shown.checkpoint, { paths: pathsOf(shown, rows) });
  const devices = deviceTable(tensors);
  const elsewhere = placesOf(shown, rows !== null, t);
  return {
    devices,
    targets: [...new Set([...devices.map(({ device }) => device), ...commonTargets])],
    elsewhere: elsewhere.slice(0, mostPlaces),
    elsewhereCount: elsewhere.length,
  };
}

function deviceTable(tensors: readonly TensorEntry[]): DevicesView['devices'] {
  const devices = new Map<string, { tensors: number; bytes: number }>();
  const counted = new Set<string>();
  for (const { device, storage, bytes } of tensors) {
    if (device === null) {
      continue;
    }
    const sums = devices.get(device) ?? { tensors: 0, bytes: 0 };
    sums.tensors++;
    // A storage moves once, however many tensors lie in it.
    if (storage === null) {
      sums.bytes += bytes;
    } else if (!counted.has(storage.key)) {
      counted.add(storage.key);
      sums.bytes += storage.bytes;
    }
    devices.set(device, sums);
  }
  return [...devices].map(([device, sums]) => ({ device, ...sums })).sort((a, b) => b.tensors - a.tensors);
}

type Place = DevicesView['elsewhere'][number];

function placesOf(shown: ShownState, forRows: boolean, t: Translate): Place[] {
  const nodes = new Map<unknown, string>();
  for (const place of devicePlaces(contextFor(shown.edit))) {
    if (place.kind !== 'storage') {
      nodes.set(place.node, place.device);
    }
  }
  const index = rowIndex(shown);
  return shown.checkpoint.entries.flatMap((entry, at): Place[] => {
    const value = placeIn(entry, nodes);
    if (value === null) {
      return [];
    }
    const follows = value.kind === 'place' && !forRows;
    const fate = value.kind === 'text' ? t('text, left as it is') : follows ? t('follows') : t('left as it is');
    return [{ row: index.rowOfEntry[at] ?? 0, key: keyOf(entry.path), value: value.text, fate }];
  });
}

interface NamedDevice {
  readonly kind: 'place' | 'text';
  /** Python literal. */
  readonly text: string;
}

/** Where an entry names a device beside the tag of its storage. */
function placeIn(entry: Entry, nodes: ReadonlyMap<unknown, string>): NamedDevice | null {
  if (entry.kind === 'value') {
    const isText = entry.type === 'str' && isDeviceText(asText(entry.node));
    return nodes.has(entry.node)
      ? { kind: 'place', text: entry.repr }
      : isText
        ? { kind: 'text', text: entry.repr }
        : null;
  }
  const call = asCall(entry.node);
  const device = call === null ? undefined : (nodes.get(call.args) ?? nodes.get(argumentsOf(call)[2]));
  return device === undefined ? null : { kind: 'place', text: `'${device}'` };
}

/** Words that are names of devices too (`meta`, `ve`, `hip`) mostly mean something else. */
function isDeviceText(text: string | null): boolean {
  const device = text === null ? null : parseDevice(text);
  return (
    device !== null && (device.index !== null || ['cpu', 'cuda', 'mps', 'xpu', 'npu', 'hpu'].includes(device.type))
  );
}
