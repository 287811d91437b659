import { auditView } from '../../../src/host/auditView';
import { detailsViews } from '../../../src/host/details/detailsViews';
import { textColumn } from '../../../src/host/textColumn';
import { summaryView } from '../../../src/host/views';
import { hostContract, webviewContract } from '../../../src/protocol/checks';
import type {
  DevicesView,
  EditIntent,
  EditOutcome,
  EditPreview,
  MapLocationView,
  PrefixView,
} from '../../../src/protocol/edits';
import type { LayersView } from '../../../src/protocol/layers';
import type { MatchIntent, MatchRange, MatchRowView } from '../../../src/protocol/match';
import type { HostMethods, SummaryView, WebviewMethods } from '../../../src/protocol/messages';
import type { PlanIntent } from '../../../src/protocol/plan';
import { connect, type Connection, type Handlers, type Transport } from '../../../src/protocol/rpc';
import { english } from '../../../src/wording/translate';
import type { Checkpoint } from '../../../src/core/checkpoint/checkpoint';
import type { TreeColumns } from '../../../src/core/tree/treeColumns';

/** A file as the host holds it. */
export interface Shown {
  readonly fileName: string;
  readonly tree: TreeColumns;
  /** null: a made tree, which has no details. */
  readonly checkpoint: Checkpoint | null;
  /** Of a made tree. */
  readonly summary?: SummaryView;
}

/** What the webview has asked for, in order: method and arguments. */
export interface Asked {
  readonly method: keyof HostMethods;
  readonly parameters: readonly unknown[];
}

/** What the host says of edits; a test puts in what it is about. */
export interface EditAnswers {
  edit(intent: EditIntent): EditOutcome | Promise<EditOutcome>;
  preview(intent: EditIntent): EditPreview | Promise<EditPreview>;
  devices(rows: readonly number[] | null): DevicesView;
  mapLocation(text: string): MapLocationView;
  prefixes(): readonly PrefixView[];
  layers(row: number | null): LayersView;
  applyReview(): string;
  match(intent: MatchIntent): void;
  matchRows(range: MatchRange): readonly MatchRowView[];
  plan(intent: PlanIntent): void;
}

export const noPreview: EditPreview = {
  sentence: '',
  notes: [],
  warnings: [],
  problem: '',
  changes: [],
  changeCount: 0,
  python: '',
};

const plainAnswers: EditAnswers = {
  edit: () => ({ problem: '', focus: null }),
  preview: () => noPreview,
  devices: () => ({ devices: [], targets: [], elsewhere: [], elsewhereCount: 0 }),
  mapLocation: () => ({ map: {}, problem: '' }),
  prefixes: () => [],
  layers: () => ({ layers: [], count: 0, meant: null }),
  applyReview: () => '',
  match: () => undefined,
  matchRows: () => [],
  plan: () => undefined,
};

/** The host's end without VS Code: what it says of a file is made by the extension's own functions. */
export class FakeHost {
  readonly asked: Asked[] = [];
  readonly problems: string[] = [];
  shown: Shown | null = null;
  /** Of the tree that is shown: rises with each. */
  version = 0;
  /** Translations that the webview is started with. */
  strings: Readonly<Record<string, string>> = {};
  locale = 'en';
  answers: EditAnswers = { ...plainAnswers };
  readonly #connection: Connection<WebviewMethods>;
  readonly ready: Promise<void>;
  #isReady: () => void = () => undefined;

  constructor(transport: Transport) {
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
    this.#connection = connect<HostMethods, WebviewMethods>({
      transport,
      serves: hostContract,
      handlers: this.#handlers(),
      calls: webviewContract,
      timer: (run, milliseconds) => {
        const timer = setTimeout(run, milliseconds);
        return () => {
          clearTimeout(timer);
        };
      },
      onProblem: (problem, cause) => this.problems.push(`${problem} ${cause instanceof Error ? cause.message : ''}`),
    });
  }

  get webview(): WebviewMethods {
    return this.#connection.remote;
  }

  show(shown: Shown, keepView = false): void {
    this.shown = shown;
    this.webview.show({ summary: summaryOf(shown), tree: shown.tree, keepView, version: ++this.version });
  }

  askedFor(method: keyof HostMethods): readonly (readonly unknown[])[] {
    return this.asked.filter((call) => call.method === method).map(({ parameters }) => parameters);
  }

  dispose(): void {
    this.#connection.dispose();
  }

  #note(method: keyof HostMethods, ...parameters: readonly unknown[]): void {
    this.asked.push({ method, parameters });
  }

  #require(): { fileName: string; checkpoint: Checkpoint; tree: TreeColumns } {
    if (this.shown === null || this.shown.checkpoint === null) {
      throw new Error('no file is shown');
    }
    const { fileName, checkpoint, tree } = this.shown;
    return { fileName, checkpoint, tree };
  }

  #handlers(): Handlers<HostMethods> {
    const noted =
      (method: keyof HostMethods) =>
      (...parameters: readonly unknown[]): void => {
        this.#note(method, ...parameters);
      };
    return {
      ready: () => {
        this.#note('ready');
        this.webview.initialize({
          strings: this.strings,
          locale: this.locale,
          settings: { treeOrder: 'file' },
        });
        this.#isReady();
      },
      details: (rows) => {
        this.#note('details', rows);
        return this.shown === null || this.shown.checkpoint === null
          ? []
          : detailsViews(this.#require(), rows, english);
      },
      audit: () => {
        this.#note('audit');
        const shown = this.#require();
        return auditView(shown, shown.fileName, english);
      },
      column: (name) => {
        this.#note('column', name);
        return textColumn(this.#require(), name);
      },
      selection: noted('selection'),
      treeFocused: noted('treeFocused'),
      copy: noted('copy'),
      copyText: noted('copyText'),
      execute: noted('execute'),
      noteAction: noted('noteAction'),
      brokenAction: noted('brokenAction'),
      cancelLoading: noted('cancelLoading'),
      edit: (intent, version) => {
        this.#note('edit', intent, version);
        return this.answers.edit(intent);
      },
      preview: (intent, version) => {
        this.#note('preview', intent, version);
        return this.answers.preview(intent);
      },
      devices: (rows, version) => {
        this.#note('devices', rows, version);
        return this.answers.devices(rows);
      },
      mapLocation: (text) => {
        this.#note('mapLocation', text);
        return this.answers.mapLocation(text);
      },
      prefixes: () => {
        this.#note('prefixes');
        return this.answers.prefixes();
      },
      layers: (row, version) => {
        this.#note('layers', row, version);
        return this.answers.layers(row);
      },
      goToEdit: noted('goToEdit'),
      copyEditsAsPython: noted('copyEditsAsPython'),
      applyReview: (id, choice) => {
        this.#note('applyReview', id, choice);
        return this.answers.applyReview();
      },
      match: (intent) => {
        this.#note('match', intent);
        this.answers.match(intent);
      },
      matchRows: (range) => {
        this.#note('matchRows', range);
        return this.answers.matchRows(range);
      },
      plan: (intent) => {
        this.#note('plan', intent);
        this.answers.plan(intent);
      },
      cancelSaving: noted('cancelSaving'),
    };
  }
}

export function summaryOf({ checkpoint, fileName, summary }: Shown): SummaryView {
  if (checkpoint !== null) {
    return summaryView(checkpoint, fileName, english);
  }
  if (summary === undefined) {
    throw new Error('a made tree needs a summary');
  }
  return summary;
}
