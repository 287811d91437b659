import type { CheckpointDocument, DiskState, DocumentState } from './document';
import type { OpenDocuments } from './openDocuments';

/** What tests in the extension host see; handed out in test mode only. */
export interface TestApi {
  /** The active panel; undefined when another editor is active. */
  readonly active: () => TestPanel | undefined;
  readonly panels: () => readonly TestPanel[];
}

export interface TestPanel {
  /** Path of the URI. */
  readonly file: string;
  /** The webview has loaded and been told what to show. */
  readonly ready: boolean;
  readonly document: CheckpointDocument;
  readonly state: DocumentState;
  readonly disk: DiskState;
  readonly selection: readonly number[];
  readonly treeFocused: boolean;
}

export function testApi(open: OpenDocuments): TestApi {
  const panels = (): TestPanel[] =>
    open.sessions.map(({ document, ready, selection, treeFocused }) => ({
      file: document.uri.path,
      ready,
      document,
      state: document.state,
      disk: document.disk,
      selection,
      treeFocused,
    }));
  return {
    panels,
    active: () => {
      const at = open.sessions.findIndex((session) => session === open.active);
      return panels()[at];
    },
  };
}
