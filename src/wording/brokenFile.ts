import { ForeignFileError, type ForeignFile } from '../core/container/foreign';
import type { CheckpointError } from '../core/errors';
import { errorDetails, errorText } from './errors';
import { foreignText } from './foreign';
import type { ForeignFact } from './foreignFacts';
import { formatExact } from './format';
import type { Translate } from './translate';

export type BrokenFileAction =
  'runInTerminal' | 'openAsText' | 'openWithDefault' | 'retry' | 'openFolder' | 'copyDetails';

/** The page for a file that cannot be shown as a tree. Same shape as `BrokenView` of the protocol. */
export interface BrokenFile {
  readonly what: string;
  readonly title: string;
  readonly sentence: string;
  /** codicon name. */
  readonly icon: string;
  readonly facts: readonly ForeignFact[];
  readonly command: { readonly intro: string; readonly line: string } | null;
  readonly primary: BrokenFileAction | null;
  readonly secondary: readonly BrokenFileAction[];
  readonly details: string;
}

/** Where a Git LFS pointer lies. */
export interface Repository {
  /** Path of the file below the top of its repository, with `/`. */
  readonly path: string;
  /** The object is in `.git/lfs/objects` already; only the working file is still a pointer. */
  readonly hasObject: boolean;
}

/** @param repository null where the file lies in no Git repository; only looked at for Git LFS pointers. */
export function brokenFile(error: CheckpointError, repository: Repository | null, t: Translate): BrokenFile {
  return error instanceof ForeignFileError ? foreignPage(error, repository, t) : damagedPage(error, t);
}

function damagedPage(error: CheckpointError, t: Translate): BrokenFile {
  const { title, sentence, remedy } = errorText(error, t);
  const facts: ForeignFact[] = [];
  if (error.offset !== undefined) {
    facts.push({ label: t('Position'), value: formatExact(error.offset) });
  }
  if (error.entry !== undefined) {
    facts.push({ label: t('Record'), value: error.entry });
  }
  return {
    what: title,
    title,
    sentence: `${sentence} ${remedy}`,
    icon: error.code === 'no-permission' ? 'lock' : error.code === 'is-a-folder' ? 'folder' : 'warning',
    facts,
    command: null,
    primary: error.code === 'is-a-folder' ? 'openFolder' : 'retry',
    secondary: [],
    details: errorDetails(error, t),
  };
}

function foreignPage(error: ForeignFileError, repository: Repository | null, t: Translate): BrokenFile {
  const { foreign } = error;
  const { what, title, sentence, remedy, facts } = foreignText(foreign, t);
  const page = { what, title, facts, details: errorDetails(error, t) };
  if (foreign.kind === 'git-lfs-pointer' && repository !== null) {
    return { ...page, ...pullFromRepository(repository, facts, sentence, t) };
  }
  const hint = foreign.kind === 'git-lfs-pointer' ? t('Download the file itself from where it was published.') : remedy;
  return { ...page, sentence: `${sentence} ${hint}`, icon: iconOf(foreign), command: null, ...actionsOf(foreign) };
}

function pullFromRepository(
  repository: Repository,
  facts: readonly ForeignFact[],
  sentence: string,
  t: Translate,
): Pick<BrokenFile, 'sentence' | 'icon' | 'facts' | 'command' | 'primary' | 'secondary'> {
  const store = repository.hasObject ? t('found in .git/lfs/objects') : t('not found in .git/lfs/objects');
  // Beside the object and its size, before the pointer's own version.
  const place = Math.max(facts.length - 1, 0);
  return {
    sentence,
    icon: 'cloud-download',
    facts: [...facts.slice(0, place), { label: t('Local LFS store'), value: store }, ...facts.slice(place)],
    command: {
      intro: t('Run this in the repository, then the file opens here by itself:'),
      line: pullCommand(repository),
    },
    primary: 'runInTerminal',
    secondary: ['openAsText', 'retry'],
  };
}

/**
 * The path goes to a shell as it stands. One that any shell might read otherwise, or that git would take for a pattern,
 * is left out: then all of the repository's objects are pulled.
 */
function pullCommand({ path, hasObject }: Repository): string {
  const verb = hasObject ? 'checkout' : 'pull';
  if (!/^[\p{L}\p{N}_./ +@-]+$/u.test(path) || path.startsWith('-')) {
    return `git lfs ${verb}`;
  }
  return hasObject ? `git lfs ${verb} "${path}"` : `git lfs ${verb} --include "${path}"`;
}

function iconOf(foreign: ForeignFile): string {
  switch (foreign.kind) {
    case 'git-lfs-pointer':
      return 'cloud-download';
    case 'web-page':
      return 'globe';
    case 'text':
      return 'file-text';
    case 'archive':
    case 'zip-archive':
      return 'file-zip';
    case 'encrypted-zip':
      return 'lock';
    case 'image':
      return 'file-media';
    case 'folder':
      return 'folder';
    case 'distributed-shard':
    case 'model':
    case 'document':
    case 'program':
    case 'unknown':
      return 'file-binary';
    case 'empty':
    case 'zeros':
    case 'cut-zip':
    case 'cut-header':
    case 'failed-save':
      return 'warning';
  }
}

function actionsOf(foreign: ForeignFile): Pick<BrokenFile, 'primary' | 'secondary'> {
  switch (foreign.kind) {
    case 'git-lfs-pointer':
    case 'web-page':
    case 'text':
      return { primary: 'openAsText', secondary: ['retry'] };
    case 'folder':
      return { primary: 'openFolder', secondary: [] };
    case 'image':
    case 'document':
      return { primary: 'openWithDefault', secondary: ['retry'] };
    case 'unknown':
      return { primary: 'openWithDefault', secondary: ['openAsText', 'retry'] };
    case 'empty':
    case 'zeros':
    case 'cut-zip':
    case 'cut-header':
    case 'distributed-shard':
    case 'failed-save':
    case 'encrypted-zip':
    case 'zip-archive':
    case 'archive':
    case 'model':
    case 'program':
      return { primary: 'retry', secondary: [] };
  }
}
