import { basename } from 'node:path';
import { loadCatalogue } from '../core/catalogue/loadCatalogue';
import type { Checkpoint } from '../core/checkpoint/checkpoint';
import { parseDevice } from '../core/edit/deviceNames';
import { allSnippetKinds, SnippetError, type SnippetKind } from '../core/snippets/kinds';
import { knownModelIn } from '../core/snippets/knownModel';
import { snippet, snippetKinds, type SnippetOptions } from '../core/snippets/snippets';
import { snippetObstacleText, snippetText } from '../wording/snippets';
import { english } from '../wording/translate';
import { parse } from './arguments';
import { CommandError, reportFailure, UsageError } from './failure';
import { commandHelp } from './help';
import { done, type Terminal } from './terminal';
import { withCheckpoint } from './withCheckpoint';

/** `ptckpt snippet FILE --kind KIND [--device DEVICE]` @returns the exit status. */
export async function snippetCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parse(args, { kind: { type: 'string', multiple: true }, device: { type: 'string', multiple: true } });
  if (options.flag('help')) {
    await terminal.print(commandHelp('snippet') ?? '');
    return done;
  }
  const [file, ...others] = options.positionals;
  const [name, ...more] = options.values('kind');
  if (file === undefined || others.length > 0 || name === undefined || more.length > 0) {
    throw new UsageError('snippet takes one file, and one --kind KIND');
  }
  const device = deviceOf(options.values('device'));
  const kind = name === 'list' ? null : kindOf(name);
  try {
    await withCheckpoint(file, terminal, async (checkpoint) => {
      terminal.progress('');
      const model = knownModelIn(await loadCatalogue(), checkpoint);
      const snippetOptions = {
        fileName: basename(file),
        ...(device !== null && { device }),
        ...(model !== null && { model }),
      };
      await terminal.print(
        kind === null ? listOf(checkpoint, snippetOptions) : textOf(checkpoint, kind, snippetOptions),
      );
    });
    return done;
  } catch (error) {
    return await reportFailure(error, { file, json: false }, terminal);
  }
}

function deviceOf([device, ...more]: readonly string[]): string | null {
  if (device === undefined) {
    return null;
  }
  if (parseDevice(device) === null || more.length > 0) {
    throw new UsageError(`not a device that torch has: ${device}`);
  }
  return device;
}

function kindOf(name: string): SnippetKind {
  const kind = allSnippetKinds.find((one) => one === name);
  if (kind === undefined) {
    throw new UsageError(`no kind of snippet is called ${name}: --kind list names them`);
  }
  return kind;
}

/** A kind a line, with what it does, or why this file cannot have it. */
function listOf(checkpoint: Checkpoint, options: SnippetOptions): string {
  const width = Math.max(...allSnippetKinds.map(({ length }) => length));
  const lines = snippetKinds(checkpoint, options).map(({ kind, unavailable }) => {
    const why = unavailable === null ? '' : ` (not for this file: ${snippetObstacleText(unavailable, english)})`;
    return `${kind.padEnd(width)}  ${snippetText(kind, english)}${why}\n`;
  });
  return lines.join('');
}

function textOf(checkpoint: Checkpoint, kind: SnippetKind, options: SnippetOptions): string {
  try {
    return snippet(checkpoint, kind, options);
  } catch (error) {
    if (error instanceof SnippetError) {
      const sentence = snippetObstacleText(error.obstacle, english);
      throw new CommandError('no-snippet', `--kind ${kind}: ${sentence}`, '--kind list says what can be had');
    }
    throw error;
  }
}
