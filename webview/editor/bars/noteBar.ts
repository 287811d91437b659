import { html, nothing, type TemplateResult } from 'lit';
import type { NoteView } from '../../../src/protocol/messages';
import { icon, iconButton, linkButton } from '../../components/controls';
import { t } from '../../strings';
import type { EditorStore } from '../store';

const icons: Readonly<Record<NoteView['icon'], string>> = {
  info: 'info',
  lock: 'lock',
  shield: 'workspace-untrusted',
  warning: 'warning',
  sync: 'sync',
};

/** The one bar that may appear between filter and tree. */
export function noteBar(store: EditorStore, note: NoteView | null): TemplateResult | typeof nothing {
  if (note === null) {
    return nothing;
  }
  const dismiss = note.actions.find(({ action }) => action === 'dismiss');
  return html`<div class="note" role="status">
    ${icon(icons[note.icon], note.icon === 'warning' ? 'warn' : 'info')}<span class="ell">${note.text}</span
    ><span class="grow"></span>${note.actions
      .filter((action) => action !== dismiss)
      .map(({ label, action }) =>
        linkButton(label, () => {
          store.run(store.host.noteAction(action));
        }),
      )}${
      dismiss === undefined
        ? nothing
        : iconButton({
            icon: 'close',
            label: dismiss.label || t('Dismiss'),
            onClick: () => {
              store.run(store.host.noteAction('dismiss'));
            },
          })
    }
  </div>`;
}
