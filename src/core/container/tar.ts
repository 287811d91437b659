import type { ByteSource } from '../bytes/byteSource';
import type { Finding } from '../findings';
import type { Container, PickleSection } from './container';
import { ForeignFileError } from './foreign';
import type { Format, OpenContext } from './format';
import { emptyContainer, rawRecordWithin } from './rawRecord';
import { SectionReader } from './sections';
import { isTar, readTarMembers, type TarMember } from './tarMembers';
import { readTarTables } from './tarTables';

const namesShown = 20;

export const tarFormat: Format = { match: ({ bytes }) => isTar(bytes), open: openTar };

/** Opens what torch 0.1 saved: a tar of `sys_info`, `pickle`, `tensors` and `storages` (torch-format.md 1.3). */
async function openTar(source: ByteSource, context: OpenContext): Promise<Container> {
  const members = await readTarMembers(source);
  const member = (name: string): TarMember | undefined => members.find((m) => m.name === name);
  const [pickle, tensors, storages, sysInfo] = ['pickle', 'tensors', 'storages', 'sys_info'].map(member);
  if (pickle === undefined || tensors === undefined || storages === undefined) {
    const entries = members.slice(0, namesShown).map(({ name }) => name);
    throw new ForeignFileError({ kind: 'archive', format: 'tar', entries });
  }
  const asides = new SectionReader(context);
  if (sysInfo !== undefined) await readMember(sysInfo, source, asides);
  const tables = await readTarTables(source, storages, tensors, asides, context);
  const main = new SectionReader(context);
  await readMember(pickle, source, main, (key) => {
    const storage = tables.storages.get(key);
    return storage === undefined ? undefined : { key, record: storage.record };
  });
  return {
    ...emptyContainer(source),
    kind: 'tar',
    records: members.map(({ name, position, size }) => rawRecordWithin(source, name, position, size)),
    sections: main.sections.map((section) => ({ ...section, tar: tables })),
    asides: asides.sections,
    unreadable: [...main.unreadable, ...asides.unreadable],
    findings: [...cutFindings(source, members), ...main.findings, ...asides.findings],
  };
}

function cutFindings(source: ByteSource, members: readonly TarMember[]): Finding[] {
  const end = Math.max(...members.map(({ position, size }) => position + size));
  return end > source.size ? [{ severity: 'error', code: 'cut-file', args: [source.size, end] }] : [];
}

async function readMember(
  { name, position, size }: TarMember,
  source: ByteSource,
  reader: SectionReader,
  storage?: PickleSection['storage'],
): Promise<void> {
  await reader.read(name, source, { start: position, end: position + size }, storage);
}
