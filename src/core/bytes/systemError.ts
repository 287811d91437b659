import { CheckpointError, type ErrorCode } from '../errors';

const codeOfSystemError: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'file-missing',
  ENOTDIR: 'file-missing',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
  EISDIR: 'is-a-folder',
};

/** An error of `node:fs` as one of ours; anything that is none stays what it is. */
export function fromSystem(error: unknown): unknown {
  if (error instanceof CheckpointError || !(error instanceof Error)) return error;
  const systemCode = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const code = systemCode === undefined ? undefined : codeOfSystemError[systemCode];
  return new CheckpointError(code ?? 'io', { detail: systemCode ?? error.message, cause: error });
}
