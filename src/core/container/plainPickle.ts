import type { ByteSource } from '../bytes/byteSource';
import type { Finding } from '../findings';
import type { Container, PickleSection } from './container';
import { checkCancelled, type Format, type OpenContext } from './format';
import { readWithArrays } from './joblib';
import { legacyMagic, openLegacy } from './legacy';
import { emptyContainer } from './rawRecord';
import { SectionReader } from './sections';

const proto = 0x80;
const newestProtocol = 5;
/** Pickles one behind the other that are read. */
const picklesRead = 100;

export const pickleFormat: Format = {
  match: ({ bytes: [first, second] }) => first === proto && second !== undefined && second <= newestProtocol,
  open: openPickle,
};

/**
 * Opens a file that is a pickle, of any protocol.
 * @throws CheckpointError when it cannot be read, and names nothing that it would import.
 */
export async function openPickle(source: ByteSource, context: OpenContext): Promise<Container> {
  const main = new SectionReader(context);
  const section = await readFirst(main, source);
  if (section?.graph.root === legacyMagic) return openLegacy(source, context);
  const [broken] = main.unreadable;
  if (broken !== undefined && broken.partial.globals.length === 0) throw broken.error;
  const asides = new SectionReader(context);
  const findings: Finding[] = [];
  if (section !== null) {
    const end = await readFollowing(source, section.graph.end, asides, context);
    if (asides.sections.length > 0) {
      findings.push({
        severity: 'warning',
        code: 'more-pickles',
        offset: section.graph.end,
        args: [asides.sections.length],
      });
    }
    if (end < source.size) {
      findings.push({ severity: 'warning', code: 'trailing-bytes', offset: end, args: [source.size - end] });
    }
  }
  return {
    ...emptyContainer(source),
    kind: 'pickle',
    sections: main.sections,
    asides: asides.sections,
    unreadable: [...main.unreadable, ...asides.unreadable.filter(({ partial }) => partial.globals.length > 0)],
    findings: [...findings, ...main.findings],
  };
}

async function readFirst(reader: SectionReader, source: ByteSource): Promise<PickleSection | null> {
  try {
    return reader.add('', await readWithArrays(reader, source), source);
  } catch (error) {
    reader.fail('', error);
    return null;
  }
}

/** Pickles behind the first one: `pickle.dump` to an open file writes such files. Returns where they end. */
async function readFollowing(
  source: ByteSource,
  start: number,
  reader: SectionReader,
  context: OpenContext,
): Promise<number> {
  let at = start;
  for (let i = 2; at < source.size && i <= picklesRead; i++) {
    checkCancelled(context);
    const section = await reader.read(`pickle ${i}`, source, { start: at });
    if (section === null) break;
    at = section.graph.end;
  }
  return at;
}
