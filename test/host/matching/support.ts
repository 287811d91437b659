import { openCheckpoint } from '../../../src/core/checkpoint/open';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import { memorySource } from '../../../src/core/bytes/memorySource';
import { loadCatalogue } from '../../../src/core/catalogue/loadCatalogue';
import { CheckpointError } from '../../../src/core/errors';
import { startState } from '../../../src/core/edit/state';
import type { MatchEnvironment } from '../../../src/host/matching/environment';
import type { ComputedMatch } from '../../../src/host/matching/computedMatch';
import { MatchPanel, type MatchActions } from '../../../src/host/matching/matchPanel';
import { MatchSession } from '../../../src/host/matching/matchSession';
import { filtered } from '../../../src/host/matching/outcome';
import type { MatchForm, MatchIntent, MatchResultView, MatchView } from '../../../src/protocol/match';
import { english } from '../../../src/wording/translate';
import { expandedFile, type Named } from '../../core/match/support';
import { TestPanel } from '../editing/support';

/** The file of a state dict with these keys. */
export function fileOf(keys: readonly Named[]): Promise<Checkpoint> {
  return openCheckpoint(memorySource(expandedFile(keys)), {});
}

export const noForm: MatchForm = { kind: 'file', text: '', classes: '', branch: '', targetBranch: '' };

/** What a test puts in the place of files, Python and dialogs. */
export type Surroundings = Partial<MatchEnvironment> & {
  /** Other files by name. */
  readonly files?: Readonly<Record<string, Checkpoint>>;
};

export function environmentOf({ files = {}, ...others }: Surroundings): MatchEnvironment {
  return {
    openFile: (name) => {
      const checkpoint = files[name];
      return checkpoint === undefined
        ? Promise.reject(new CheckpointError('file-missing'))
        : Promise.resolve({ name, resource: `/files/${name}`, checkpoint });
    },
    catalogue: loadCatalogue,
    buildFactory: () => Promise.reject(new Error('no Python in this test')),
    noPython: () => '',
    factories: () => [],
    browse: () => Promise.resolve(null),
    ...others,
  };
}

/** The match of one document, as one panel shows it, without VS Code. */
export class MatchedDocument {
  readonly panel: TestPanel;
  readonly session: MatchSession;
  readonly match: MatchPanel;
  readonly views: MatchView[] = [];
  readonly written: { readonly kind: 'filtered' | 'updated'; readonly match: ComputedMatch }[] = [];
  readonly copied: string[] = [];

  constructor(checkpoint: Checkpoint, surroundings: Surroundings = {}) {
    this.panel = new TestPanel(startState(checkpoint));
    const { panel, views } = this;
    this.session = new MatchSession(() => panel.shown, environmentOf(surroundings), english);
    const shownPanel = {
      document: panel.document,
      selection: [],
      get shown() {
        return panel.shown;
      },
      get version() {
        return panel.version;
      },
      webview: { ...panel.webview, match: (view: MatchView) => void views.push(view) },
    };
    this.match = new MatchPanel(shownPanel, this.session, this.#actions(), english);
  }

  #actions(): MatchActions {
    const { history } = this.panel;
    return {
      apply: (match) => {
        for (const operation of filtered(match, true)) {
          history.apply(operation);
        }
        return '';
      },
      writeFiltered: (match) => {
        this.written.push({ kind: 'filtered', match });
        return Promise.resolve();
      },
      writeUpdated: (match) => {
        this.written.push({ kind: 'updated', match });
        return Promise.resolve();
      },
      copy: (text) => {
        this.copied.push(text);
        return Promise.resolve();
      },
      python: ({ result }) => `# ${result.target.name}`,
    };
  }

  async run(...intents: readonly MatchIntent[]): Promise<MatchView> {
    for (const intent of intents) {
      await this.match.run(intent);
    }
    return this.view;
  }

  /** Against a file of the surroundings. */
  against(text: string): Promise<MatchView> {
    return this.run({ kind: 'open' }, { kind: 'target', form: { ...noForm, text } });
  }

  /** The one that was sent last. */
  get view(): MatchView {
    const view = this.views.at(-1);
    if (view === undefined) {
      throw new Error('nothing was sent');
    }
    return view;
  }

  get result(): MatchResultView {
    const { result } = this.view;
    if (result === null) {
      throw new Error(this.view.problem?.sentence ?? 'there is no match');
    }
    return result;
  }
}
