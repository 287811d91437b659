import { editError } from './editError';

/** A device as torch names it. */
export interface Device {
  readonly type: string;
  readonly index: number | null;
}

/** Types that `torch.device` takes (torch 2.13), those first that storages are saved with. */
const deviceTypes: ReadonlySet<string> = new Set(
  'cpu cuda mps xpu hpu mtia privateuseone npu xla meta ipu mkldnn opengl opencl ideep hip ve fpga maia lazy vulkan'.split(
    ' ',
  ),
);
const indexless: ReadonlySet<string> = new Set(['cpu', 'mps', 'meta']);

const devicePattern = /^([a-z_]+)(?::(0|[1-9]\d{0,2}))?$/;

/** A device from its text; null for what is none. */
export function parseDevice(text: string): Device | null {
  const match = devicePattern.exec(text);
  const [, type = '', index] = match ?? [];
  return match !== null && deviceTypes.has(type) ? { type, index: index === undefined ? null : Number(index) } : null;
}

export function deviceText({ type, index }: Device): string {
  return index === null ? type : `${type}:${String(index)}`;
}

/**
 * The tag that a storage can be saved with. `cpu:0` is `cpu` to torch; a storage on `meta` would lose its numbers.
 * @throws EditError `edit-invalid` for what `torch.device` would refuse, `edit-unsupported` for `meta`.
 */
export function storageTag(text: string): string {
  const device = parseDevice(text);
  if (device === null) {
    throw editError('edit-invalid', 'bad-device', [], text);
  }
  if (device.type === 'meta') {
    throw editError('edit-unsupported', 'device-not-storable', [], text);
  }
  return indexless.has(device.type) ? device.type : deviceText(device);
}
