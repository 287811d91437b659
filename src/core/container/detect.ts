import type { ByteSource } from '../bytes/byteSource';
import { readBytes } from '../bytes/range';
import { CheckpointError } from '../errors';
import { compressedFormats } from './compressed';
import type { Container } from './container';
import { ForeignFileError } from './foreign';
import { headBytes, openContext, type Format, type Head, type OpenContext, type OpenOptions } from './format';
import { legacyFormat } from './legacy';
import { npyFormat } from './numpy/npy';
import { isNode } from '../pickle/values';
import { isFileFault } from './sections';
import { openPickle, pickleFormat } from './plainPickle';
import { safetensorsFormat } from './safetensors';
import { bySignature, foreignFile } from './sniff/sniff';
import { tarFormat } from './tar';
import { zipFormat } from './zip/zip';

/**
 * What this program reads, in the order in which torch tries (torch-format.md 1.0); the first that matches opens it.
 * A new format is a file that exports a `Format`, and a row here.
 */
const formats: readonly Format[] = [
  safetensorsFormat,
  zipFormat,
  tarFormat,
  legacyFormat,
  npyFormat,
  pickleFormat,
  ...compressedFormats(openAny),
];

/**
 * Opens a checkpoint of any format: reads the directory and the pickles, never a storage.
 * @throws ForeignFileError when it is none, with what it is instead; CheckpointError when nothing of it can be read.
 */
export async function openContainer(source: ByteSource, options: OpenOptions = {}): Promise<Container> {
  const container = await openAny(source, openContext(options));
  // torch hands such a name to safetensors, whatever the file is.
  if (!options.fileName?.endsWith('.safetensors') || container.kind === 'safetensors') return container;
  return { ...container, findings: [{ severity: 'error', code: 'not-safetensors' }, ...container.findings] };
}

async function openAny(source: ByteSource, context: OpenContext): Promise<Container> {
  const head: Head = {
    bytes: await readBytes(source, 0, Math.min(headBytes, source.size)),
    size: source.size,
    fileName: context.fileName,
  };
  for (const format of formats) {
    if (format.match(head)) return format.open(source, context);
  }
  const foreign = bySignature(head);
  if (foreign !== null) throw new ForeignFileError(foreign, foreign.kind === 'archive' ? 'unsupported' : undefined);
  return (await openTextPickle(source, context)) ?? fail(source, head);
}

/**
 * Protocols 0 and 1 have no magic number: anything could be such a pickle, so it is tried. A text that happens to begin
 * like one gives neither a container nor a call.
 */
async function openTextPickle(source: ByteSource, context: OpenContext): Promise<Container | null> {
  try {
    const container = await openPickle(source, context);
    const isPickle =
      container.sections.some(({ graph }) => isNode(graph.root)) ||
      container.unreadable.some(({ partial }) => partial.calls.length > 0);
    return isPickle ? container : null;
  } catch (error) {
    if (error instanceof CheckpointError && isFileFault(error)) return null;
    throw error;
  }
}

async function fail(source: ByteSource, head: Head): Promise<never> {
  const foreign = await foreignFile(source, head);
  throw new ForeignFileError(foreign, foreign.kind === 'empty' ? 'truncated' : undefined);
}
