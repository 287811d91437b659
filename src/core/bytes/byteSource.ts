/** What tells two states of one file apart without reading it. */
export interface SourceIdentity {
  readonly size: number;
  /** Modification time in milliseconds since the epoch; null where there is no such thing. */
  readonly modified: number | null;
  /** Device and inode, where the file system has them: a replaced file of equal size and time still differs. */
  readonly file: string | null;
}

/**
 * Bytes that can be read from anywhere, never as a whole: a file, a slice of one, or memory.
 * All file access of `core` goes through this interface, so a counting source can prove what opening costs.
 */
export interface ByteSource {
  /** In bytes. Fixed when the source is opened. */
  readonly size: number;
  readonly identity: SourceIdentity;
  /**
   * Fills the whole of `target` with the bytes from `offset` on.
   * @throws CheckpointError `truncated` when the range goes past the end, `file-changed` when the file has become
   * shorter than `size`, `io` when the system says no. Never a short read.
   */
  read(offset: number, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
