import { startState } from '../../../src/core/edit/state';
import { buildTree } from '../../../src/core/tree/buildTree';
import { MatchPanel, type MatchActions } from '../../../src/host/matching/matchPanel';
import { MatchSession } from '../../../src/host/matching/matchSession';
import { english } from '../../../src/wording/translate';
import { layer, type Named } from '../../core/match/support';
import { environmentOf, fileOf, type Surroundings } from '../../host/matching/support';
import type { Shown } from './fakeHost';
import type { WebviewPage } from './webviewPage';

/** A file, and the model that is to load it: the same backbone under a prefix, another first convolution, another head. */
const backbone = (prefix: string, channels: number): Named[] => [
  ...layer.conv(`${prefix}conv1`, channels, 64, 7),
  ...layer.batchNorm(`${prefix}bn1`, 64),
  ...Array.from({ length: 6 }, (_, at) => layer.conv(`${prefix}layer1.${String(at)}.conv1`, 64, 64)).flat(),
];
export const fileKeys: readonly Named[] = [...backbone('', 3), ...layer.linear('fc', 64, 102)];
export const modelKeys: readonly Named[] = [...backbone('backbone.', 4), ...layer.linear('head', 64, 120)];

/** Which buttons of the footer were pressed. */
export interface MatchHost {
  readonly shown: Shown;
  readonly pressed: string[];
  /** Puts the extension's own match behind a page. */
  attach(view: WebviewPage): void;
}

/** The extension's own match of a small file, without VS Code. */
export async function matchHost(surroundings: Surroundings = {}): Promise<MatchHost> {
  const checkpoint = await fileOf(fileKeys);
  const edit = startState(checkpoint);
  const shown = { edit, checkpoint, tree: buildTree(checkpoint), removed: [] };
  const pressed: string[] = [];
  const files = { 'model.pt': await fileOf(modelKeys) };
  const session = new MatchSession(() => shown, environmentOf({ files, ...surroundings }), english);
  return {
    shown: { fileName: 'file.pt', checkpoint, tree: shown.tree },
    pressed,
    attach: ({ host }) => {
      const panel = {
        document: {
          fileName: 'file.pt',
          history: null,
          readOnly: null,
          resources: new Map(),
          savedBytes: 0,
          keptBytes: 0,
          apply: () => undefined,
          goTo: () => Promise.resolve(),
        },
        shown,
        selection: [],
        get version() {
          return host.version;
        },
        webview: host.webview,
      };
      const match = new MatchPanel(panel, session, actionsInto(pressed), english);
      host.answers = {
        ...host.answers,
        match: (intent) => void match.run(intent),
        matchRows: (range) => match.rows(range),
      };
    },
  };
}

function actionsInto(pressed: string[]): MatchActions {
  const note = (what: string): Promise<void> => {
    pressed.push(what);
    return Promise.resolve();
  };
  return {
    apply: () => {
      pressed.push('apply');
      return '';
    },
    writeFiltered: () => note('writeFiltered'),
    writeUpdated: () => note('writeUpdated'),
    copy: () => note('copy'),
    python: () => '',
  };
}
