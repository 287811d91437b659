/**
 * What can be wrong with a file, as a code. Codes are documented, stable and never reused; the sentences that people
 * read are made in `src/wording`, where they can be translated.
 */
export type ErrorCode =
  // The bytes do not follow their own format.
  | 'malformed-zip'
  | 'malformed-pickle'
  | 'malformed-legacy'
  | 'malformed-tar'
  | 'malformed-safetensors'
  | 'malformed-numpy'
  | 'truncated'
  | 'limit-exceeded'
  | 'missing-record'
  // The bytes are something else, or something this program does not read.
  | 'not-a-checkpoint'
  | 'unsupported'
  // The file system said no.
  | 'file-missing'
  | 'no-permission'
  | 'is-a-folder'
  | 'file-changed'
  | 'io'
  | 'cancelled'
  // An edit cannot be done; nothing was changed. `EditError` says more.
  | 'edit-no-match'
  | 'edit-collision'
  | 'edit-empty'
  | 'edit-invalid'
  | 'edit-unsupported'
  | 'edit-read-only'
  // A model cannot be matched with a file; `MatchError` says more.
  | 'match-invalid'
  // The user's own Python gave no model; `PythonError` says more.
  | 'python-unavailable'
  | 'python-factory'
  | 'python-stopped'
  // A file cannot be saved: the one that was there is as it was.
  | 'save-no-space'
  | 'save-no-permission'
  | 'save-is-a-folder'
  | 'save-no-folder'
  | 'save-hard-links'
  | 'save-owner'
  | 'save-changed'
  | 'save-source-changed'
  | 'save-unsupported'
  | 'save-failed';

export interface ErrorFields {
  /** Byte offset in the file, where it is known. */
  readonly offset?: number;
  /** Name of the record, entry or path that is concerned. */
  readonly entry?: string;
  /** What exactly: a short English technical note for "Reveal details" and logs, never shown alone. */
  readonly detail?: string;
  readonly cause?: unknown;
}

/** The one error that `core` throws on purpose. Everything else that escapes is a bug. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  readonly offset: number | undefined;
  readonly entry: string | undefined;
  readonly detail: string | undefined;

  constructor(
    readonly code: ErrorCode,
    fields: ErrorFields = {},
  ) {
    super(fields.detail === undefined ? code : `${code}: ${fields.detail}`, { cause: fields.cause });
    this.offset = fields.offset;
    this.entry = fields.entry;
    this.detail = fields.detail;
  }
}
