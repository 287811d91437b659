import type { ContainerKind } from '../container';
import type { RecordNames } from './names';
import { isNpz } from './npzNames';
import type { ZipRecord } from './record';

/** What a zip archive is, by the names of its records (root folder taken off); null when it is nothing of torch's. */
export function recogniseKind(records: readonly ZipRecord[], names: RecordNames): ContainerKind | null {
  if (names.find('.data/extern_modules') !== undefined) return 'package';
  if (names.find('archive_format') !== undefined) return 'pt2';
  if (names.find('serialized_exported_program.json') !== undefined) return 'pt2';
  // torch compares this one name exactly.
  if (names.find('constants.pkl') !== undefined && records.some(({ name }) => name === 'constants.pkl')) {
    return names.find('bytecode.pkl') === undefined ? 'torchscript' : 'mobile';
  }
  if (names.find('data.pkl') !== undefined) return 'zip';
  // torch 1.0 and 1.1 wrote TorchScript so.
  if (names.find('model.json') !== undefined && names.find('version') !== undefined) return 'torchscript';
  return isNpz(records) ? 'npz' : null;
}
