import type { Command } from './command';

/** Writes what the match gives; where there is no match yet, the pane opens, where one is made. */
export function matchCommand(kind: 'writeFiltered' | 'writeUpdated'): Command {
  return async ({ open }) => {
    const session = open.active;
    if (session?.shown === undefined) {
      return;
    }
    if (session.matching.hasMatch) {
      await session.matching.run({ kind });
    } else {
      session.webview.run('match');
    }
  };
}
