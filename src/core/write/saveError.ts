import { CheckpointError, type ErrorCode } from '../errors';

const codeOfSystemError: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'save-no-space',
  EDQUOT: 'save-no-space',
  EACCES: 'save-no-permission',
  EPERM: 'save-no-permission',
  EROFS: 'save-no-permission',
  EISDIR: 'save-is-a-folder',
  ENOENT: 'save-no-folder',
  ENOTDIR: 'save-no-folder',
};

/** What the system says while a file is written, as one of our errors; one that is none stays what it is. */
export function saveError(error: unknown): unknown {
  if (error instanceof CheckpointError || !(error instanceof Error)) {
    return error;
  }
  const systemCode = systemCodeOf(error);
  const code = systemCode === undefined ? undefined : codeOfSystemError[systemCode];
  return new CheckpointError(code ?? 'save-failed', { detail: systemCode ?? error.message, cause: error });
}

/** `ENOENT` and the like; undefined for what is no error of the system. */
export function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
