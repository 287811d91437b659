import type { Checkpoint } from '../checkpoint/checkpoint';
import { describeCheckpoint } from '../checkpoint/describe';
import { graphOf } from '../checkpoint/graphObjects';
import type { ContainerKind } from '../container/container';
import type { PickleGraph, Value } from '../pickle/values';
import type { StorageContent } from '../write/storageContent';
import { editError, type EditError } from './editError';

/**
 * What an editor shows and would save. Immutable: an edit makes another one, which shares every node that it does not
 * change.
 */
export interface EditState {
  /** What the state holds, as if the file held it. Of an edited state it is found out when it is first asked for. */
  readonly checkpoint: Checkpoint;
  /** The file as it was opened. */
  readonly original: Checkpoint;
  /** What the main pickle holds. Formats without a pickle are given one (`portable.ts`) by their first edit. */
  readonly root: Value;
  /** Storages whose bytes are not simply those of the file's record of that key. */
  readonly contents: ReadonlyMap<string, StorageContent>;
  /** `__metadata__` of a `.safetensors`; as opened elsewhere. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Nothing was changed. */
  readonly pristine: boolean;
}

/** The state of a file as it was opened. */
export function startState(checkpoint: Checkpoint): EditState {
  return {
    checkpoint,
    original: checkpoint,
    root: checkpoint.container.sections[0]?.graph.root ?? null,
    contents: new Map(),
    metadata: checkpoint.container.metadata,
    pristine: true,
  };
}

export interface StateChange {
  readonly root?: Value;
  readonly contents?: ReadonlyMap<string, StorageContent>;
  readonly metadata?: ReadonlyMap<string, string>;
  /** Only keys and order changed: names, calls and storages are those of the state before. */
  readonly keepsObjects?: boolean;
}

export function nextState(before: EditState, change: StateChange): EditState {
  return new EditedState(before, change);
}

class EditedState implements EditState {
  readonly original: Checkpoint;
  readonly root: Value;
  readonly contents: ReadonlyMap<string, StorageContent>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly pristine = false;
  private described: Checkpoint | undefined;
  /** The graph before, when its objects are those of this one; let go of once it was used. */
  private objectsOf: EditState | undefined;

  constructor(before: EditState, change: StateChange) {
    this.original = before.original;
    this.root = change.root === undefined ? before.root : change.root;
    this.contents = change.contents ?? before.contents;
    this.metadata = change.metadata ?? before.metadata;
    this.objectsOf = change.keepsObjects === true ? before : undefined;
  }

  get checkpoint(): Checkpoint {
    if (this.described === undefined) {
      const { contents, metadata } = this;
      this.described = describeCheckpoint(this.original, { graph: this.graph(), contents, metadata });
      this.objectsOf = undefined;
    }
    return this.described;
  }

  private graph(): PickleGraph {
    const before = this.objectsOf?.pristine === false ? this.objectsOf.checkpoint.container.sections[0] : undefined;
    return before === undefined ? graphOf(this.root, protocolOf(this.original)) : { ...before.graph, root: this.root };
  }
}

/** Protocol that the names of the graph belong to. */
export function protocolOf(checkpoint: Checkpoint): number {
  return checkpoint.container.sections[0]?.graph.protocol ?? 2;
}

const editableKinds: ReadonlySet<ContainerKind> = new Set<ContainerKind>([
  'zip',
  'legacy',
  'tar',
  'pickle',
  'safetensors',
]);

/** Why a file cannot be edited, or written anew; null when it can. */
export function readOnlyReason({ container }: Checkpoint): EditError | null {
  if (!editableKinds.has(container.kind)) {
    return editError('edit-read-only', 'format-read-only', [], container.kind);
  }
  const [main] = container.sections;
  if (container.kind === 'safetensors') {
    return null;
  }
  if (main === undefined) {
    return editError('edit-read-only', 'no-pickle');
  }
  const note = main.graph.lossy.find(({ code }) => code !== 'frame-crossing');
  return note === undefined ? null : editError('edit-read-only', 'not-modelled', [], note.code, note.offset);
}
