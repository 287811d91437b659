import type { ByteSource } from '../bytes/byteSource';
import { CheckpointError } from '../errors';
import type { Finding } from '../findings';
import { PickleError, type PartialPickle } from '../pickle/pickleError';
import { readPickle } from '../pickle/reader';
import type { PickleGraph } from '../pickle/values';
import type { PickleSection, UnreadablePickle } from './container';
import type { OpenContext } from './format';

/** Where a pickle is. Without `end` other things may stand behind it, and it is read in smaller pieces. */
interface PickleRange {
  readonly start: number;
  readonly end?: number;
  /** As joblib reads it. */
  readonly rawArrays?: boolean;
}

/** The pickles of a container while they are being read: one that is broken does not hide the others. */
export class SectionReader {
  readonly sections: PickleSection[] = [];
  readonly unreadable: UnreadablePickle[] = [];
  readonly findings: Finding[] = [];

  constructor(private readonly context: OpenContext) {}

  /**
   * Reads a pickle and lists it under `name`.
   * @returns the section, or null when it could not be read.
   * @throws CheckpointError `cancelled`, and what the file system says.
   */
  async read(
    name: string,
    source: ByteSource,
    range: PickleRange,
    storage?: PickleSection['storage'],
  ): Promise<PickleSection | null> {
    try {
      return this.add(name, await this.graph(source, range), source, storage);
    } catch (error) {
      this.fail(name, error);
      return null;
    }
  }

  /** Reads a pickle without listing it. */
  async graph(source: ByteSource, { start, ...range }: PickleRange): Promise<PickleGraph> {
    const { limits, signal, progress } = this.context;
    return readPickle(source, start, { ...range, limits, ...(signal && { signal }), ...(progress && { progress }) });
  }

  add(
    name: string,
    graph: PickleGraph,
    source: ByteSource,
    storage: PickleSection['storage'] = () => undefined,
  ): PickleSection {
    const section = { name, graph, source, storage };
    this.sections.push(section);
    return section;
  }

  /** Lists a pickle that could not be read. Errors that are not the file's own fault are thrown on. */
  fail(name: string, error: unknown): void {
    if (!(error instanceof CheckpointError) || !isFileFault(error)) throw error;
    const partial = error instanceof PickleError ? error.partial : nothingRead();
    this.unreadable.push({ name, partial, error });
    this.findings.push({
      severity: 'error',
      code: 'pickle-unreadable',
      entry: name,
      args: [error.code],
      ...(error.offset !== undefined && { offset: error.offset }),
    });
  }
}

function nothingRead(): PartialPickle {
  return { protocol: 0, globals: [], calls: [], persistents: [], opcodes: new Uint32Array(256), lossy: [] };
}

/** Whether an error says that the bytes are wrong, and not that they could not be had. */
export function isFileFault(error: CheckpointError): boolean {
  return error.code !== 'cancelled' && error.code !== 'io' && error.code !== 'file-changed';
}
