import { memorySource } from '../../src/core/bytes/memorySource';
import type { Container } from '../../src/core/container/container';
import { openContainer } from '../../src/core/container/detect';
import { CheckpointError } from '../../src/core/errors';
import { defaultLimits } from '../../src/core/limits';

export function openBytes(bytes: Uint8Array, limits = defaultLimits): Promise<Container> {
  return openContainer(memorySource(bytes), { limits });
}

/** Severity and code of each finding: `error two-directories`. */
export function said(container: Container): string[] {
  return container.findings.map(({ severity, code }) => `${severity} ${code}`);
}

/** The error that `core` throws on purpose; a result, or any other error, fails the test. */
export async function errorOf(promise: Promise<unknown>): Promise<CheckpointError> {
  const result = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (result instanceof CheckpointError) return result;
  throw new Error(`no CheckpointError: ${String(result)}`);
}

/** Position of the directory, as the end record of an archive without comment and of less than 4 GiB says. */
export function directoryOffsetOf(archive: Buffer): number {
  return archive.readUInt32LE(archive.length - 22 + 16);
}
