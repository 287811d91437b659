/**
 * The codes of the audit. Their sentences stand in `src/wording/audit.ts`; both sides are checked against each other by the
 * compiler, since wording switches over these unions.
 */

/** What a dangerous name lets a file do when it is loaded. */
export type DangerReason =
  | 'runs-code'
  | 'runs-commands'
  | 'imports-modules'
  | 'reaches-attributes'
  | 'builds-calls'
  | 'loads-pickles'
  | 'native-code'
  | 'network'
  | 'files'
  | 'starts-processes'
  | 'installs-packages'
  | 'changes-interpreter'
  | 'extends-pickle'
  | 'disarms-scanners'
  // The operands of STACK_GLOBAL are no strings, or the name was read by a pickle that broke off.
  | 'hides-name';

/** What there is to say of a name that is not dangerous. */
export type ImportNote =
  // Allowed, but only once that module has been imported.
  | 'needs-import-distributed-tensor'
  | 'needs-import-dynamo'
  // Allowed by 2.13, unknown to 2.6.
  | 'not-allowed-by-2.6'
  // Unknown to 2.13, allowed by 2.14.
  | 'allowed-by-2.14'
  // A legacy checkpoint inside this one; its own imports are listed by themselves.
  | 'nested-checkpoint';

export type ImportReason = DangerReason | ImportNote;

/** What stops `torch.load(weights_only=True)`. `name` is what the comment says. */
export type BlockerReason =
  // The container, as `ContainerKind` names it; `gzip` and `zlib` for a file that is packed as a whole.
  | 'container'
  // A finding of severity `error`: its code. torch refuses such a file whatever is in its pickle.
  | 'broken-file'
  // The record that holds no pickle, or none that can be read.
  | 'no-pickle'
  // A record that torch asks for: `version`.
  | 'record-missing'
  // The opcode, as pickletools names it.
  | 'opcode'
  // The import. `add_safe_globals` would let it pass, except from sys, os, posix and nt (`blocked-module`).
  | 'global'
  | 'blocked-module'
  // What is called, instantiated, given a state, appended to, given items: a type or an import.
  | 'call'
  | 'new-object'
  | 'build'
  | 'append'
  | 'set-item'
  // The type of the persistent id, or of what it begins with.
  | 'persistent-id'
  // The protocol-2 opcode of Python 2 strings, with bytes that are no UTF-8.
  | 'byte-string'
  // The import that a persistent id gives as the storage's class.
  | 'storage-class'
  // The storage's key.
  | 'storage-missing'
  | 'storage-size'
  // What the value graph cannot hold, as the reader's note says it.
  | 'unusual-pickle';

/** Findings of the audit. */
export type AuditFindingCode =
  // `entry`: the record. `args[0]`: the extension code.
  | 'pickle-extension'
  // Bytes behind the STOP of a pickle that are a pickle themselves. `entry`: the record.
  | 'pickle-after-stop'
  // An opcode across the end of its FRAME: CPython's readers differ. `entry`: the record.
  | 'frame-crossing'
  // A pickle in a record where none is expected. `entry`: the record.
  | 'hidden-pickle'
  // A pickle that broke off: what it named before is listed. `entry`: the record, `offset`: where.
  | 'broken-pickle'
  // Something packed in a way that was not looked into. `entry`: the record, `args[0]`: how.
  | 'unscanned-record';
