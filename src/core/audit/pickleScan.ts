import type { ByteSource } from '../bytes/byteSource';
import type { Limits } from '../limits';
import { PickleError, type PartialPickle } from '../pickle/pickleError';
import { readPickle } from '../pickle/reader';
import { Op } from '../pickle/opcodes';
import type { PyGlobal } from '../pickle/values';
import { judge } from './verdict';

/** Pickles one behind the other that are looked at; a legacy checkpoint has five. */
const picklesScanned = 100;

/** One pickle of a stream that may be none. */
export interface FoundPickle {
  readonly pickle: PartialPickle;
  /** Where it starts in the source. */
  readonly start: number;
  /** Why it broke off; what it says before is what Python would have done. */
  readonly error: PickleError | null;
}

/**
 * Reads bytes as pickles, one behind the other, from `start` on. Any bytes may come: what does not look like a pickle that
 * somebody made gives nothing.
 * @throws CheckpointError `cancelled`, and what the file system says.
 */
export async function scanPickles(
  source: ByteSource,
  start: number,
  options: { readonly limits: Limits; readonly signal?: AbortSignal },
): Promise<FoundPickle[]> {
  const found: FoundPickle[] = [];
  for (let at = start; at < source.size && found.length < picklesScanned;) {
    try {
      const graph = await readPickle(source, at, options);
      if (!isLikely(graph)) {
        break;
      }
      found.push({ pickle: graph, start: at, error: null });
      at = graph.end;
    } catch (error) {
      if (!(error instanceof PickleError)) {
        throw error;
      }
      if (isLikely(error.partial) && error.partial.globals.length > 0) {
        found.push({ pickle: error.partial, start: at, error });
      }
      break;
    }
  }
  return found;
}

/**
 * Text and numbers read as pickles name things that no module has: `class Net(nn.Module):` is GLOBAL of the module
 * `lass Net(nn.Module):`. Dots and identifiers make a name that Python can import.
 */
function isLikely({ globals, opcodes, protocol }: PartialPickle): boolean {
  const extended = protocol >= 2 && [Op.EXT1, Op.EXT2, Op.EXT4].some((op) => (opcodes[op] ?? 0) > 0);
  return extended || globals.length === 0 || globals.some((global) => isImportable(global, protocol));
}

const dottedName = /^[\p{ID_Start}_][\p{ID_Continue}]*(\.[\p{ID_Start}_][\p{ID_Continue}]*)*$/u;

function isImportable(global: PyGlobal, protocol: number): boolean {
  return (
    (dottedName.test(global.module) && dottedName.test(global.name)) || judge(global, protocol).verdict === 'dangerous'
  );
}
