import type { FindingView, NoteView } from '../protocol/messages';
import type { Translate } from '../wording/translate';
import type { DiskState } from './document';

/** The bar above the tree that says how the file on disk stands to what is shown; null when there is nothing to say. */
export function diskNote(disk: DiskState, shown: string, t: Translate): NoteView | null {
  const reload = { label: t('Reload'), action: 'reload' } as const;
  switch (disk) {
    case 'same':
      return null;
    case 'changing':
      return {
        icon: 'info',
        text: t('The file is being written. Showing the state of {0}.', shown),
        actions: [],
        foot: t('Reloads when the file is complete'),
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
        foot: t('Reloads when the file is back'),
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
