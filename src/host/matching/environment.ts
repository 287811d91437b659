import type { Checkpoint } from '../../core/checkpoint/checkpoint';
import type { Catalogue } from '../../core/catalogue/catalogue';
import type { FactoryReply } from '../../core/python/factory';
import type { MatchChoice, MatchTargetKind } from '../../protocol/match';

/** Another file, and the name that edits have to give it. */
export interface OpenedTarget {
  readonly name: string;
  readonly resource: string;
  readonly checkpoint: Checkpoint;
}

/** What a match needs of the world around the document. */
export interface MatchEnvironment {
  /**
   * Opens a file to be matched against.
   * @param path Absolute, or seen from the document's folder or the workspace's.
   * @param again It may have changed since it was opened last.
   * @throws CheckpointError as `openCheckpoint`.
   */
  openFile(path: string, again: boolean): Promise<OpenedTarget>;
  catalogue(): Promise<Catalogue>;
  /** @throws PythonError; CheckpointError `cancelled` */
  buildFactory(text: string, signal: AbortSignal): Promise<FactoryReply>;
  /** Why no factory can be built; '' where one can. */
  noPython(): string;
  /** What the open Python files offer: the text of a factory as id. */
  factories(): readonly MatchChoice[];
  /** Asks for a file. @returns what the form is to say; null where none was chosen. */
  browse(kind: MatchTargetKind): Promise<string | null>;
}
