import { exportFormatOf, exportRows, type ExportFormat } from '../core/export/exportRows';
import { parse } from './arguments';
import { entriesNamed } from './entryNames';
import { reportFailure, UsageError } from './failure';
import { commandHelp } from './help';
import { replaceFile } from './replaceFile';
import { done, type Terminal } from './terminal';
import { withCheckpoint } from './withCheckpoint';

/** `ptckpt export FILE [KEY]… -o OUT`: the rows of the tree as a table. @returns the exit status. */
export async function exportCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = parse(args, {
    output: { type: 'string', short: 'o', multiple: true },
    json: { type: 'boolean' },
  });
  if (options.flag('help')) {
    await terminal.print(commandHelp('export') ?? '');
    return done;
  }
  const [file, ...keys] = options.positionals;
  const [output, ...others] = options.values('output');
  if (file === undefined || output === undefined || others.length > 0) {
    throw new UsageError('export takes a file, and one -o OUT');
  }
  const format = exportFormatOf(output);
  if (format === undefined) {
    throw new UsageError(`no export to ${output}: the suffix is one of .csv, .json and .md`);
  }
  try {
    await exportFile({ file, keys, output, format }, terminal);
    return done;
  } catch (error) {
    return await reportFailure(error, { file, json: options.flag('json') }, terminal);
  }
}

interface ExportRequest {
  readonly file: string;
  readonly keys: readonly string[];
  readonly output: string;
  readonly format: ExportFormat;
}

async function exportFile({ file, keys, output, format }: ExportRequest, terminal: Terminal): Promise<void> {
  await withCheckpoint(file, terminal, async (checkpoint) => {
    const rows = exportRows(entriesNamed(checkpoint, keys), format);
    await replaceFile(output, rows, terminal.signal);
  });
  terminal.progress('');
}
