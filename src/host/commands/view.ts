import type { WebviewCommand } from '../../protocol/messages';
import type { Command } from './command';

/** A command that the webview carries out on its own state: what is filtered, expanded, focused. */
export function viewCommand(webviewCommand: WebviewCommand): Command {
  return ({ open }) => {
    const session = open.active;
    if (session?.shown !== undefined) {
      session.webview.run(webviewCommand);
    }
  };
}
