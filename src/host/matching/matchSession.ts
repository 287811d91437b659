import { isSameForm } from './forms';
import type { Catalogue } from '../../core/catalogue/catalogue';
import type { KeyAction, MatchResult, Source } from '../../core/match/match';
import { MatchError } from '../../core/match/match';
import { CheckpointError } from '../../core/errors';
import type { MatchDecision, MatchForm, MatchGroup, MatchProblem } from '../../protocol/match';
import type { Translate } from '../../wording/translate';
import type { EditState } from '../../core/edit/state';
import type { ShownState } from '../editing/editPanel';
import { pathId } from '../rowPaths';
import { branchPath, sourceAt } from './branches';
import {
  computeMatch,
  groupLength,
  rowAt,
  rowKey,
  withActions,
  type ComputedMatch,
  type NamedMatch,
} from './computedMatch';
import { Decisions } from './decisions';
import type { MatchEnvironment } from './environment';
import { matchProblem } from './matchProblem';
import { isEmpty, readTarget, type ReadTarget } from './targets';

const emptyForm: MatchForm = { kind: 'file', text: '', classes: '', branch: '', targetBranch: '' };

/** The architecture that the file was recognised as. */
export type Recognised = ReturnType<Catalogue['recognise']>;

/** The match of one state of the document. */
interface Found {
  readonly edit: EditState;
  readonly match: NamedMatch | null;
  readonly problem: MatchProblem | null;
}

/** What is matched in one document: the target, and what was decided. It outlives the pane that shows it. */
export class MatchSession {
  form: MatchForm = emptyForm;
  target: ReadTarget | null = null;
  catalogue: Catalogue | null = null;
  recognised: Recognised = null;
  /** A target is being read. */
  isBusy = false;
  /** Another one with each match that is shown. */
  revision = 0;
  #problem: MatchProblem | null = null;
  readonly #decisions = new Decisions();
  readonly #actions = new Map<string, KeyAction>();
  #abort: AbortController | null = null;
  #found: Found | undefined;
  /** That of `#found`, with the actions. */
  #computed: ComputedMatch | null = null;
  #begun = false;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly shown: () => ShownState | undefined,
    readonly environment: MatchEnvironment,
    private readonly t: Translate,
  ) {}

  /** What is shown of the match has changed. @returns a function that ends the subscription. */
  onDidChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) {
        this.cancel();
      }
    };
  }

  #changed(): void {
    for (const listener of this.#listeners) {
      listener();
    }
  }

  /** The pane has been opened: a file that is a known architecture is matched against it at once. */
  async begin(): Promise<void> {
    if (this.#begun) {
      return;
    }
    this.#begun = true;
    this.catalogue = await this.environment.catalogue();
    const source = this.#source();
    this.recognised = source === null ? null : this.catalogue.recognise(source.keys);
    const { recognised } = this;
    if (recognised !== null && isEmpty(this.form)) {
      const { name, numClasses } = recognised;
      const isUsual = this.catalogue.architecture(name)?.numClasses === numClasses;
      const classes = isUsual || numClasses === null ? '' : String(numClasses);
      await this.setTarget({ ...this.form, kind: 'architecture', text: name, classes });
    } else {
      this.#changed();
    }
  }

  /** null: there is none, or `problem` says why. */
  match(): ComputedMatch | null {
    const match = this.#find()?.match ?? null;
    if (match === null) {
      return null;
    }
    if (this.#computed === null) {
      this.revision++;
      this.#computed = withActions(match, this.#actions);
    }
    return this.#computed;
  }

  get problem(): MatchProblem | null {
    return this.#problem ?? this.#find()?.problem ?? null;
  }

  /** Id of the state dict that is matched. */
  get branch(): string {
    const state = this.shown();
    try {
      return state === undefined ? '' : pathId(branchPath(state.checkpoint, this.form.branch));
    } catch (error) {
      if (error instanceof MatchError) {
        return '';
      }
      throw error;
    }
  }

  /** Id of the state dict of the other file; '' where the target is none. */
  get targetBranch(): string {
    const tensors = this.target?.target.tensors;
    return tensors === undefined ? this.form.targetBranch : pathId(tensors.path);
  }

  /** What the form says now. The same target is not read again. */
  async setTarget(form: MatchForm): Promise<void> {
    const isSame = isSameForm({ ...this.form, branch: this.branch, targetBranch: this.targetBranch }, form);
    this.form = form;
    if (isSame && (this.target !== null || this.isBusy)) {
      this.#forget();
      this.#changed();
      return;
    }
    this.#decisions.clear();
    this.#actions.clear();
    await this.#read(false);
  }

  async refresh(): Promise<void> {
    await this.#read(true);
  }

  /** What is being read is not waited for any longer. */
  cancel(): void {
    if (this.isBusy) {
      this.#abort?.abort(new CheckpointError('cancelled'));
      this.#abort = null;
      this.isBusy = false;
      this.#changed();
    }
  }

  /** @param id null: all that are open. */
  decide(id: string | null, decision: MatchDecision): void {
    for (const { proposal, state } of this.match()?.proposals ?? []) {
      if (id === null ? state === 'open' : proposal.id === id) {
        this.#decisions.decide(proposal, decision);
      }
    }
    this.#forget();
    this.#changed();
  }

  /** @param index null: all rows of the group that it can be done with. */
  setAction(group: MatchGroup, index: number | null, action: KeyAction): void {
    const result = this.match()?.result;
    if (result !== undefined) {
      for (const key of rowKeys(result, group, index)) {
        this.#actions.set(key, action);
      }
      this.#computed = null;
      this.#changed();
    }
  }

  async #read(again: boolean): Promise<void> {
    this.#abort?.abort(new CheckpointError('cancelled'));
    const abort = new AbortController();
    this.#abort = abort;
    this.#forget();
    this.#problem = null;
    this.target = null;
    if (isEmpty(this.form)) {
      this.isBusy = false;
      this.#changed();
      return;
    }
    this.isBusy = true;
    this.#changed();
    const { found, problem } = await this.#tryToRead(again, abort.signal);
    if (this.#abort === abort) {
      this.isBusy = false;
      this.target = found;
      this.#problem = problem;
      this.#forget();
      this.#changed();
    }
  }

  async #tryToRead(
    again: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly found: ReadTarget | null; readonly problem: MatchProblem | null }> {
    try {
      const state = this.shown();
      if (state === undefined) {
        return { found: null, problem: null };
      }
      const source = sourceAt(state.checkpoint, this.form.branch);
      const found = await readTarget(this.form, this.environment, { source, again, signal, t: this.t });
      return { found, problem: null };
    } catch (error) {
      return { found: null, problem: matchProblem(error, this.t) };
    }
  }

  /** null where the file has no state dict, which `problem` then says. */
  #source(): Source | null {
    const state = this.shown();
    try {
      return state === undefined ? null : sourceAt(state.checkpoint, this.form.branch);
    } catch (error) {
      this.#problem = matchProblem(error, this.t);
      return null;
    }
  }

  /** The match is another one from now on. */
  #forget(): void {
    this.#found = undefined;
    this.#computed = null;
  }

  #find(): Found | undefined {
    const state = this.shown();
    const { target } = this;
    if (state === undefined || target === null) {
      return undefined;
    }
    if (this.#found?.edit !== state.edit) {
      this.#forget();
      this.#found = { edit: state.edit, ...this.#findNow(state, target) };
    }
    return this.#found;
  }

  #findNow({ checkpoint }: ShownState, target: ReadTarget): Omit<Found, 'edit'> {
    try {
      const source = sourceAt(checkpoint, this.form.branch);
      return { match: computeMatch(source, target, this.#decisions), problem: null };
    } catch (error) {
      return { match: null, problem: matchProblem(error, this.t) };
    }
  }
}

function rowKeys(result: MatchResult, group: MatchGroup, index: number | null): readonly string[] {
  const indexes = index === null ? Array.from({ length: groupLength(result, group) }, (_, at) => at) : [index];
  return indexes.flatMap((at) => {
    const row = rowAt(result, group, at);
    return row === undefined ? [] : [rowKey(row)];
  });
}
