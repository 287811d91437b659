import { auditRecords } from '../core/audit/auditRecords';
import type { Checkpoint, Entry } from '../core/checkpoint/checkpoint';
import { globMatcher } from '../core/checkpoint/glob';
import { keyOf } from '../core/checkpoint/path';
import { formatPercent } from '../wording/format';
import { parse } from './arguments';
import type { Digests } from './digest';
import { reportFailure, UsageError } from './failure';
import { commandHelp } from './help';
import { inspectJson } from './inspectJson';
import { inspectText } from './inspectText';
import { done, type Terminal } from './terminal';
import { withCheckpoint } from './withCheckpoint';

/** `ptckpt inspect FILE`: what is in a file. @returns the exit status. */
export async function inspect(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parse(args, {
    json: { type: 'boolean' },
    keys: { type: 'string', multiple: true },
    digest: { type: 'boolean' },
  });
  if (options.flag('help')) {
    await terminal.print(commandHelp('inspect') ?? '');
    return done;
  }
  const [file, ...others] = options.positionals;
  if (file === undefined || others.length > 0) {
    throw new UsageError('inspect takes one file');
  }
  const request = { file, json: options.flag('json'), keys: options.values('keys'), digest: options.flag('digest') };
  try {
    await inspectFile(request, terminal);
    return done;
  } catch (error) {
    return await reportFailure(error, request, terminal);
  }
}

interface InspectRequest {
  readonly file: string;
  readonly json: boolean;
  readonly keys: readonly string[];
  readonly digest: boolean;
}

async function inspectFile({ file, json, keys, digest }: InspectRequest, terminal: Terminal): Promise<void> {
  await withCheckpoint(file, terminal, async (opened) => {
    const checkpoint = await auditRecords(opened, { signal: terminal.signal });
    const entries = selectEntries(checkpoint, keys);
    const digests = digest ? await digestEntries(entries, terminal) : null;
    terminal.progress('');
    const chunks = json
      ? inspectJson(file, checkpoint, entries, digests)
      : inspectText(checkpoint, entries, digests, terminal.colours);
    for (const chunk of chunks) {
      terminal.signal.throwIfAborted();
      await terminal.print(chunk);
    }
  });
}

function selectEntries(checkpoint: Checkpoint, globs: readonly string[]): readonly Entry[] {
  if (globs.length === 0) {
    return checkpoint.entries;
  }
  const matchers = globs.map(globMatcher);
  return checkpoint.entries.filter(({ path }) => {
    const key = keyOf(path);
    return matchers.some((matches) => matches(key));
  });
}

async function digestEntries(entries: readonly Entry[], terminal: Terminal): Promise<Digests> {
  const { digestTensors } = await import('./digest');
  return await digestTensors(entries, {
    signal: terminal.signal,
    progress: (bytesDone, bytesTotal) => {
      terminal.progress(`digest ${formatPercent(bytesTotal === 0 ? 1 : bytesDone / bytesTotal)}`);
    },
  });
}
