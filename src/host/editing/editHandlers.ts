import type { EditOutcome } from '../../protocol/edits';
import type { HostMethods } from '../../protocol/messages';
import type { Handlers } from '../../protocol/rpc';
import type { Translate } from '../../wording/translate';
import { devicesView } from './devicesView';
import type { EditPanel, ShownState } from './editPanel';
import { editsAsPython } from './editsAsPython';
import { focusAfter, operationOf } from './intents';
import { layersView } from './layersView';
import { mapLocationView } from './mapLocationView';
import { prefixViews } from './prefixes';
import { preview } from './previews';
import { problemOf } from './problems';
import { applyReview } from './openReviews';

export type EditMethods = Pick<
  HostMethods,
  | 'edit'
  | 'preview'
  | 'devices'
  | 'mapLocation'
  | 'prefixes'
  | 'layers'
  | 'goToEdit'
  | 'copyEditsAsPython'
  | 'applyReview'
>;

/**
 * What the webview asks of the host for editing.
 * @param copy Puts a text on the clipboard.
 */
export function editHandlers(
  panel: EditPanel,
  t: Translate,
  copy: (text: string) => Promise<void>,
): Handlers<EditMethods> {
  const shownAt = (version: number): ShownState => {
    const { shown } = panel;
    if (shown === undefined || version !== panel.version) {
      throw new Error(t('The document has changed meanwhile. Try again.'));
    }
    return shown;
  };
  return {
    edit: (intent, version): EditOutcome => {
      const shown = shownAt(version);
      const problem = problemOf(() => {
        panel.document.apply(operationOf(shown, intent));
      }, t);
      return { problem, focus: problem === '' ? focusAfter(shown, panel.shown, intent) : null };
    },
    preview: (intent, version) => preview(shownAt(version), intent, panel.document.fileName, t),
    devices: (rows, version) => devicesView(shownAt(version), rows, t),
    mapLocation: (text) => mapLocationView(text, panel.shown?.checkpoint, t),
    prefixes: () => (panel.shown === undefined ? [] : prefixViews(panel.shown.checkpoint)),
    layers: (row, version) => layersView(shownAt(version), row, t),
    goToEdit: (current) => panel.document.goTo(current),
    copyEditsAsPython: () => copy(editsAsPython(panel.document, t)),
    applyReview: (id, choice) => applyReview(panel, id, choice, t),
  };
}
