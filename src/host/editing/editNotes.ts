import { keyOf } from '../../core/checkpoint/path';
import { coarseCounters, type CoarseCounters } from '../../core/edit/consequences';
import type { EditState } from '../../core/edit/state';
import { CheckpointError } from '../../core/errors';
import type { NoteView } from '../../protocol/messages';
import { formatCount, formatExact } from '../../wording/format';
import type { Translate } from '../../wording/translate';
import type { EditPanel } from './editPanel';
import { meaningText, optimizerChanges, type OptimizerChange } from './optimizers';
import { countOverflow, isCounted, overflowOf, rangeOf } from './overflow';

/** A note, and what it is about: it is shown until it was dismissed, and again when that has changed. */
interface EditNote {
  readonly about: string;
  readonly view: NoteView;
}

/** What edits mean beyond what they change: notes for the bar above the tree of one panel. */
export class EditNotes {
  readonly #dismissed = new Set<string>();
  #counting: EditState | undefined;
  #counters:
    { readonly before: EditState; readonly state: EditState; readonly coarse: CoarseCounters | null } | undefined;

  constructor(
    private readonly panel: EditPanel,
    private readonly t: Translate,
    /** Something has become known that a note says. */
    private readonly changed: () => void,
  ) {}

  /** The note to show now; null where there is nothing to say. */
  get current(): NoteView | null {
    const note = this.#notes().find(({ about }) => !this.#dismissed.has(about));
    return note?.view ?? null;
  }

  /** The note that is shown has been read. */
  dismiss(): void {
    const note = this.#notes().find(({ about }) => !this.#dismissed.has(about));
    if (note !== undefined) {
      this.#dismissed.add(note.about);
    }
  }

  #notes(): EditNote[] {
    const { history } = this.panel.document;
    if (history?.dirty !== true) {
      return [];
    }
    const { baseIndex, current } = history;
    // What the file holds has been said before it was saved.
    const changes = optimizerChanges(history, baseIndex);
    this.#count(current);
    const before = history.all[baseIndex]?.state ?? current;
    return [this.#optimizerNote(changes), this.#counterNote(before, current), this.#overflowNote(current)].filter(
      (note) => note !== null,
    );
  }

  #optimizerNote(all: readonly OptimizerChange[]): EditNote | null {
    const { t } = this;
    const changes = all.filter(({ changes: each }) => each.length > 0);
    const worst = changes.find(({ refused }) => refused) ?? changes.find(({ breaks }) => breaks) ?? changes[0];
    if (worst === undefined) {
      return null;
    }
    const text = meaningText(worst, t);
    const dismiss = { label: t('Dismiss'), action: 'dismiss' } as const;
    const isBad = worst.refused || worst.breaks;
    return {
      about: `optimizer ${JSON.stringify(changes.map(({ pathNow, changes: each }) => [pathNow, each]))}`,
      view: {
        icon: isBad ? 'warning' : 'info',
        text:
          changes.length === 1 ? text : `${text} ${t('{0} optimizers are concerned.', formatCount(changes.length))}`,
        actions: isBad ? [{ label: t('Update Optimizer…'), action: 'updateOptimizer' }, dismiss] : [dismiss],
        foot: null,
      },
    };
  }

  /** A cast that an optimizer cannot go on with. */
  #counterNote(before: EditState, state: EditState): EditNote | null {
    const { t } = this;
    const coarse = this.#coarse(before, state);
    const [first] = coarse?.paths ?? [];
    if (coarse === null || first === undefined) {
      return null;
    }
    return {
      about: `counters ${coarse.dtype} ${String(coarse.paths.length)}`,
      view: {
        icon: 'warning',
        text: t(
          '“{0}” counts steps, and {1} cannot count beyond {2}. Undo, and cast the weights alone.',
          keyOf(first),
          coarse.dtype,
          formatExact(coarse.limit),
        ),
        actions: [{ label: t('Dismiss'), action: 'dismiss' }],
        foot: null,
      },
    };
  }

  /** Looked for once a state: what is shown changes more often. */
  #coarse(before: EditState, state: EditState): CoarseCounters | null {
    if (this.#counters?.before !== before || this.#counters.state !== state) {
      this.#counters = { before, state, coarse: coarseCounters(before, state) };
    }
    return this.#counters.coarse;
  }

  #overflowNote(state: EditState): EditNote | null {
    const { t } = this;
    const overflow = [...overflowOf(state)];
    if (overflow.length === 0) {
      return null;
    }
    const sentences = overflow.map(([dtype, count]) => {
      const becomes = rangeOf(dtype)?.becomes ?? 'inf';
      return count === 1
        ? t('1 number is too large for {0} and becomes {1}.', dtype, becomes)
        : t('{0} numbers are too large for {1} and become {2}.', formatCount(count), dtype, becomes);
    });
    return {
      about: `overflow ${JSON.stringify(overflow)}`,
      view: {
        icon: 'warning',
        text: sentences.join(' '),
        actions: [{ label: t('Dismiss'), action: 'dismiss' }],
        foot: null,
      },
    };
  }

  /** Counts in the background what casts overflow; a state that cannot be read has nothing said of it. */
  #count(state: EditState): void {
    if (this.#counting === state || isCounted(state)) {
      return;
    }
    this.#counting = state;
    countOverflow(state).then(
      () => {
        if (this.panel.document.history?.current === state && overflowOf(state).size > 0) {
          this.changed();
        }
      },
      (error: unknown) => {
        if (!(error instanceof CheckpointError)) {
          throw error;
        }
      },
    );
  }
}
