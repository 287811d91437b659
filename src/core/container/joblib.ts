import type { ByteSource } from '../bytes/byteSource';
import { PickleError, type PartialPickle } from '../pickle/pickleError';
import { isArrayWrapper } from '../pickle/rawArrays';
import type { PickleGraph } from '../pickle/values';
import type { SectionReader } from './sections';

/**
 * Reads the pickle that a file begins with. joblib puts the numbers of arrays between its opcodes; joblib.load passes over
 * them, pickle.load takes them for opcodes. Such a file is read both ways, and the names of both are those that it imports.
 * @throws CheckpointError as `readPickle`.
 */
export async function readWithArrays(reader: SectionReader, source: ByteSource): Promise<PickleGraph> {
  const plain = await outcome(reader, source, false);
  if (!seen(plain).globals.some(isArrayWrapper)) {
    return graphOf(plain);
  }
  const joblib = await outcome(reader, source, true);
  const known = new Set(seen(joblib).globals.map(({ module, name }) => `${module}\n${name}`));
  const others = seen(plain).globals.filter(({ module, name }) => !known.has(`${module}\n${name}`));
  const globals = [...seen(joblib).globals, ...others];
  return joblib instanceof PickleError
    ? graphOf(plain instanceof PickleError ? withGlobals(joblib, globals) : { ...plain, globals })
    : { ...joblib, globals };
}

type Outcome = PickleGraph | PickleError;

async function outcome(reader: SectionReader, source: ByteSource, rawArrays: boolean): Promise<Outcome> {
  try {
    return await reader.graph(source, { start: 0, rawArrays });
  } catch (error) {
    if (error instanceof PickleError) {
      return error;
    }
    throw error;
  }
}

function seen(result: Outcome): PartialPickle {
  return result instanceof PickleError ? result.partial : result;
}

function graphOf(result: Outcome): PickleGraph {
  if (result instanceof PickleError) {
    throw result;
  }
  return result;
}

function withGlobals(
  { code, offset, detail, cause, partial }: PickleError,
  globals: PickleGraph['globals'],
): PickleError {
  const fields = { cause, ...(offset !== undefined && { offset }), ...(detail !== undefined && { detail }) };
  return new PickleError(code, fields, { ...partial, globals });
}
