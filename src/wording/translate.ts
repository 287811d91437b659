/**
 * Turns an English message with `{0}` placeholders into the reader's language: `vscode.l10n.t` in the host, plain
 * formatting in the command line. The English text is the key of the translation.
 */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** English, for the command line and for tests. */
export const english: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));
