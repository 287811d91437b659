import type { Checkpoint } from '../../core/checkpoint/checkpoint';

/** Whether append saves have left bytes in the file that nothing refers to. */
export function hasDeadBytes({ findings }: Checkpoint): boolean {
  return findings.some(({ code }) => code === 'dead-bytes');
}
