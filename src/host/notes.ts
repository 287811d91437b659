import type { FindingView, NoteView } from '../protocol/messages';
import { formatSize } from '../wording/format';
import type { Translate } from '../wording/translate';
import type { Conflict, DiskState } from './documentState';

/**
 * The bar above the tree that says how the file on disk stands to what is shown; null when there is nothing to say.
 * `conflict` is said by `conflictNote`.
 * @param edited There are edits that the file lacks.
 */
export function diskNote(
  disk: Exclude<DiskState, 'conflict'>,
  shown: string,
  edited: boolean,
  t: Translate,
): NoteView | null {
  const reload = { label: t('Reload'), action: 'reload' } as const;
  switch (disk) {
    case 'same':
      return null;
    case 'changing':
      return {
        icon: 'info',
        text: t('The file is being written. Showing the state of {0}.', shown),
        actions: [],
        foot: edited ? null : t('Reloads when the file is complete'),
      };
    case 'incomplete':
      return {
        icon: 'warning',
        text: t('The file on disk is not complete. Showing the state of {0}.', shown),
        actions: [reload],
        foot: t('Reloads when the file is complete'),
      };
    case 'gone':
      return {
        icon: 'warning',
        text: t('The file has been moved or deleted. Showing the state of {0}.', shown),
        actions: [],
        foot: edited ? t('Saving writes the file anew') : t('Reloads when the file is back'),
      };
    case 'reloaded':
      return {
        icon: 'sync',
        text: t('The file changed on disk and was reloaded. Showing the state of {0}.', shown),
        actions: [{ label: t('Dismiss'), action: 'dismiss' }],
        foot: null,
      };
  }
}

/** Another version is on the disk, and there are edits that it lacks: nothing is done about it unasked. */
export function conflictNote(conflict: Conflict, t: Translate): NoteView {
  const again = { label: t('Make Edits Again'), action: 'overwrite' } as const;
  const foot = t('Reload discards the edits');
  const reload = { label: t('Reload'), action: 'reload' } as const;
  switch (conflict) {
    case 'overwritable':
      return {
        icon: 'warning',
        text: t('The file changed on disk, and your edits are not saved.'),
        actions: [{ label: t('Overwrite'), action: 'overwrite' }, reload],
        foot,
      };
    case 'rewritten':
      return {
        icon: 'warning',
        text: t('Another program wrote over the file, and your edits are not saved. Its new version can take them.'),
        actions: [again, reload],
        foot,
      };
    case 'unapplied':
      return {
        icon: 'warning',
        text: t('The file has changed since you edited it. The edits of the last session are not in it.'),
        actions: [again, { label: t('Discard Edits'), action: 'reload' }],
        foot: null,
      };
  }
}

/** Each edit is saved at once, which writes the whole file. */
export function autoSaveNote(bytes: number, t: Translate): NoteView {
  return {
    icon: 'info',
    text: t('Auto Save is on: each edit writes this file anew ({0}).', formatSize(bytes)),
    actions: [
      { label: t('Turn Off in This Workspace'), action: 'turnOffAutoSave' },
      { label: t('Dismiss'), action: 'dismiss' },
    ],
    foot: null,
  };
}

/** What Save As has opened. */
export function savedAsNote(t: Translate): NoteView {
  return {
    icon: 'info',
    text: t('This is the new file. Undo begins here; the edits that led to it are part of it.'),
    actions: [{ label: t('Dismiss'), action: 'dismiss' }],
    foot: null,
  };
}

/** The worst thing that was found in the file, and the way to the others; null where nothing is wrong with it. */
export function findingsNote(findings: readonly FindingView[], t: Translate): NoteView | null {
  const worst =
    findings.find(({ severity }) => severity === 'error') ?? findings.find(({ severity }) => severity === 'warning');
  if (worst === undefined) {
    return null;
  }
  const showAll = { label: t('Show All {0}', findings.length), action: 'showFindings' } as const;
  const dismiss = { label: t('Dismiss'), action: 'dismiss' } as const;
  return {
    icon: 'warning',
    text: worst.message,
    actions: findings.length > 1 ? [showAll, dismiss] : [dismiss],
    foot: null,
  };
}

/** A version from Git beside the working file. */
export function versionNote(t: Translate): NoteView {
  return { icon: 'lock', text: t('Read-only: a version from Git.'), actions: [], foot: null };
}

/** `14:02` today, with the date otherwise. */
export function shownTime(date: Date, now: Date, locale: string): string {
  const today = date.toDateString() === now.toDateString();
  const format = new Intl.DateTimeFormat(locale, {
    ...(today ? {} : { year: 'numeric', month: 'short', day: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return format.format(date);
}
