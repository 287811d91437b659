import { reportFailure, UsageError } from './failure';
import { commandHelp, generalHelp } from './help';
import { done, type Terminal } from './terminal';

/** Runs one command line. @returns the exit status; never throws. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [command, ...rest] = args;
  try {
    return await dispatch(command, rest, terminal);
  } catch (error) {
    return await reportFailure(error, { file: null, json: rest.includes('--json') }, terminal);
  }
}

async function dispatch(command: string | undefined, args: readonly string[], terminal: Terminal): Promise<number> {
  switch (command) {
    case 'inspect': {
      const { inspect } = await import('./inspect');
      return await inspect(args, terminal);
    }
    case 'edit': {
      const { edit } = await import('./edit');
      return await edit(args, terminal);
    }
    case 'export': {
      const { exportCommand } = await import('./export');
      return await exportCommand(args, terminal);
    }
    case 'plan': {
      const { planCommand } = await import('./plan');
      return await planCommand(args, terminal);
    }
    case 'snippet': {
      const { snippetCommand } = await import('./snippet');
      return await snippetCommand(args, terminal);
    }
    case 'match': {
      const { matchCommand } = await import('./match');
      return await matchCommand(args, terminal);
    }
    case '--help':
    case '-h':
      await terminal.print(generalHelp);
      return done;
    case 'help':
      await terminal.print(commandHelp(args[0]) ?? generalHelp);
      return done;
    case undefined:
      throw new UsageError('no command given');
    default:
      throw new UsageError(`no such command: ${command}`);
  }
}
