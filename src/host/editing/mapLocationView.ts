import type { Checkpoint } from '../../core/checkpoint/checkpoint';
import { parseMapLocation } from '../../core/edit/mapLocation';
import type { MapLocationView } from '../../protocol/edits';
import type { Translate } from '../../wording/translate';
import { problemOf } from './problems';

/** What a pasted `map_location` would do to the devices of the file: all of them for a device, named ones for a dict. */
export function mapLocationView(text: string, checkpoint: Checkpoint | undefined, t: Translate): MapLocationView {
  let map: Readonly<Record<string, string>> = {};
  const problem = problemOf(() => {
    const { target } = parseMapLocation(text);
    const devices = [...(checkpoint?.summary.devices.keys() ?? [])];
    map =
      target?.kind === 'all'
        ? Object.fromEntries(devices.map((device) => [device, target.device]))
        : (target?.map ?? {});
  }, t);
  return { map, problem };
}
