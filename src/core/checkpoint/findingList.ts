import type { Finding } from '../findings';

/**
 * Findings of the checkpoint layer; their sentences stand in `src/wording/findings.ts`. `entry` is the key of the entry
 * or the storage's key, unless said otherwise.
 */
export type CheckpointFindingCode =
  // A tensor whose pickle makes no sense. `args[0]`: `UnreadableReason`.
  | 'tensor-unreadable'
  // `args`: bytes that the view reaches, bytes that its storage has.
  | 'view-past-storage'
  // The file lacks the bytes of storages. `args`: the first one's key, how many they are. `entry` needs the first.
  | 'storage-missing'
  // `args`: the storage's key, bytes that the pickle says, bytes that the record has.
  | 'storage-size'
  // Ids of storages are text, as protocol 0 writes them: torch itself cannot read them back. `entry`: the record.
  | 'persistent-id-text'
  // Not everything is listed: more entries than `Limits.entries`, or more text of paths than can be kept. `args[0]`: entries listed.
  | 'too-many-entries'
  // Shared structure that would show too often: `args[0]`: rows below what was met before.
  | 'shared-too-often'
  // Nesting deeper than `Limits.pathDepth`. `args[0]`: that depth.
  | 'nested-too-deep'
  // A checkpoint inside a pickle that cannot be read. `args[0]`: `ErrorCode`.
  | 'nested-unreadable'
  // A source file of a TorchScript archive cannot be read: its classes' parameters are listed as attributes.
  // `entry`: the record. `args[0]`: `ErrorCode`.
  | 'code-unreadable'
  // The places where imports are used are not all listed.
  | 'uses-incomplete'
  // There are more findings of a kind. `entry`: the code, `args[0]`: how many are left out.
  | 'more-findings';

/** Findings of one kind that are listed; a cut file may have one for each of a million tensors. */
const maxPerCode = 20;

export class FindingList {
  private readonly found: Finding[] = [];
  private readonly counts = new Map<string, number>();
  private missing: { readonly entry: string; readonly key: string; count: number } | null = null;

  add(
    severity: Finding['severity'],
    code: CheckpointFindingCode,
    details: { readonly entry?: string; readonly args?: readonly (string | number)[] } = {},
  ): void {
    const count = (this.counts.get(code) ?? 0) + 1;
    this.counts.set(code, count);
    if (count <= maxPerCode) {
      this.found.push({ severity, code, ...details });
    }
  }

  /** A cut file lacks half of its storages: one finding, with their number. */
  addMissingStorage(entry: string, key: string): void {
    this.missing ??= { entry, key, count: 0 };
    this.missing.count++;
  }

  all(): Finding[] {
    const more = [...this.counts].filter(([, count]) => count > maxPerCode);
    return [
      ...this.missingStorages(),
      ...this.found,
      ...more.map(([code, count]): Finding => ({
        severity: 'info',
        code: 'more-findings' satisfies CheckpointFindingCode,
        entry: code,
        args: [count - maxPerCode],
      })),
    ];
  }

  private missingStorages(): Finding[] {
    if (this.missing === null) {
      return [];
    }
    const { entry, key, count } = this.missing;
    return [{ severity: 'error', code: 'storage-missing' satisfies CheckpointFindingCode, entry, args: [key, count] }];
  }
}
