import type { Checkpoint, Path } from '../../core/checkpoint/checkpoint';
import type { EditState } from '../../core/edit/state';
import { sourceOf } from '../../core/match/source';
import { planArchitecture, type PlanArchitecture } from '../../core/plan/architecture';
import { withSituation } from '../../core/plan/changes';
import type { NamedPlan, Plan, PlanAction, Situation } from '../../core/plan/plan';
import { planOf } from '../../core/plan/planOf';
import { parseSavedPlans, restorePlan, savedPlans, type SavedPlan } from '../../core/plan/saved';
import type { Catalogue } from '../../core/catalogue/catalogue';
import { formatExact } from '../../wording/format';
import type { Translate } from '../../wording/translate';
import type { ShownState } from '../editing/editPanel';
import { branchPath } from '../matching/branches';
import { matchProblem } from '../matching/matchProblem';
import { pathId } from '../rowPaths';
import type { PlanEnvironment, PlanFile } from './environment';
import {
  isKept,
  isResized,
  matchedLayers,
  withFreshHeads,
  withHeadOfSituation,
  withLayers,
  withMovedK,
} from './planChanges';

/** Plans that stand side by side at most. */
const mostPlans = 50;

/** A plan beside others. */
export interface HeldPlan extends NamedPlan {
  /** It has its part in the script of several. */
  readonly isChosen: boolean;
}

/** What is planned for a version of the document. */
export interface Planned {
  readonly edit: EditState;
  readonly checkpoint: Checkpoint;
  readonly path: Path;
  readonly architecture: PlanArchitecture | null;
}

/** The plans of one document. They outlive the panels that show them, and follow the document as it changes. */
export class PlanSession {
  /** What a person typed as the factory of their own network. */
  factory = '';
  /** What came of the last pattern or file; '' where there is nothing to say. */
  message = '';
  /** Why nothing can be planned; '' where something can. */
  problem = '';
  #branch = '';
  #plans: readonly HeldPlan[] = [];
  #current = 0;
  #planned: Planned | null = null;
  #catalogue: Catalogue | null = null;
  #begun = false;
  readonly #open = new Set<string>();
  /** Of the plan that is shown: what it was in other situations, so that looking at one loses nothing. */
  #others = new Map<Situation, Plan>();
  /** The plans as a file has them. */
  #saved: { readonly name: string; readonly text: string } | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly shown: () => ShownState | undefined,
    readonly environment: PlanEnvironment,
    private readonly t: Translate,
  ) {}

  /** @returns a function that ends the subscription. */
  onDidChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** There is something to be saved. */
  get hasPlan(): boolean {
    return this.#plans.length > 0;
  }

  get plans(): readonly HeldPlan[] {
    return this.#plans;
  }

  get currentIndex(): number {
    return this.#current;
  }

  get current(): HeldPlan | null {
    return this.#plans[this.#current] ?? null;
  }

  /** What is planned for; null until the first plan is there. */
  get planned(): Planned | null {
    return this.#planned;
  }

  /** Name of the file that has the plans as they are; '' where none has. */
  get savedIn(): string {
    return this.#saved !== null && this.#saved.text === this.#text() ? this.#saved.name : '';
  }

  isOpen(group: string): boolean {
    return this.#open.has(group);
  }

  /** Makes the first plan, or shows those that lie beside the file. */
  async begin(): Promise<void> {
    if (this.#begun) {
      this.follow();
      return;
    }
    this.#begun = true;
    this.#catalogue = await this.environment.catalogue();
    this.follow();
    const beside = await this.environment.readBeside();
    if (beside !== null) {
      this.#take(beside);
    }
    this.#changed();
  }

  /** To be called when the document has changed: plans are made for its new version. */
  follow(): void {
    const state = this.shown();
    if (state === undefined || this.#catalogue === null || this.#planned?.edit === state.edit) {
      return;
    }
    const saved = savedPlans(this.#plans, this.environment.fileName).plans;
    this.#others.clear();
    this.#plan(state, this.#catalogue, saved);
  }

  /** Plans for another state dict of the file, from the start. */
  setBranch(id: string): void {
    if (id !== this.#branch) {
      this.#branch = id;
      this.#planned = null;
      this.#plans = [];
      this.#current = 0;
      this.#open.clear();
      this.message = '';
      this.follow();
      this.#changed();
    }
  }

  #plan({ checkpoint, edit }: ShownState, catalogue: Catalogue, saved: readonly SavedPlan[]): void {
    this.problem = '';
    try {
      const path = branchPath(checkpoint, this.#branch);
      this.#branch = pathId(path);
      const architecture = planArchitecture(catalogue, sourceOf(checkpoint, path).keys);
      this.#planned = { edit, checkpoint, path, architecture };
      this.#plans =
        saved.length === 0
          ? [this.#firstPlan(planOf(checkpoint, path, architecture, { situation: 'S1' }))]
          : saved.map((each, at) => this.#restored(each, this.#plans[at]?.isChosen ?? false));
    } catch (error) {
      this.#planned = null;
      this.problem = matchProblem(error, this.t)?.sentence ?? '';
    }
  }

  #firstPlan(plan: Plan): HeldPlan {
    return { name: this.t('Plan {0}', 1), plan, result: '', isChosen: false };
  }

  #restored(saved: SavedPlan, isChosen: boolean): HeldPlan {
    const { checkpoint, path, architecture } = this.#require();
    const named = restorePlan(saved, checkpoint, path, architecture);
    return { ...named, plan: withFreshHeads(named.plan), isChosen };
  }

  #require(): Planned {
    if (this.#planned === null) {
      throw new Error('nothing is planned');
    }
    return this.#planned;
  }

  setSituation(situation: Situation): void {
    this.#change((plan) => {
      this.#others.set(plan.situation, plan);
      return this.#others.get(situation) ?? withSituation(plan, situation);
    });
  }

  setK(k: number): void {
    this.#change((plan) => withMovedK(plan, k));
  }

  /** Other classes give the head another shape. */
  setClasses(classes: number): void {
    if (classes > 0 && this.#planned !== null && this.current?.plan.fileClasses !== null) {
      this.#replan((saved) => ({ ...saved, classes }));
      this.#change(withHeadOfSituation);
    }
  }

  setSeed(seed: number): void {
    this.#others.clear();
    this.#change((plan) => ({ ...plan, seed }));
  }

  /** @param layer null: all layers of the group. */
  setAction(group: string, layer: string | null, action: PlanAction): void {
    const meant = new Set(
      this.current?.plan.groups
        .find(({ name }) => name === group)
        ?.layers.filter(({ name }) => name === (layer ?? name)),
    );
    this.#change((plan) => withLayers(plan, (each) => meant.has(each), action));
  }

  expand(group: string, isOpen: boolean): void {
    if (isOpen) {
      this.#open.add(group);
    } else {
      this.#open.delete(group);
    }
    this.#changed();
  }

  setPattern(pattern: string, action: PlanAction): void {
    const { current, t } = this;
    if (current === null) {
      return;
    }
    const matched = matchedLayers(current.plan, pattern);
    const fitting = new Set([...matched].filter((layer) => !(isResized(layer) && isKept(action))));
    this.message = patternText(pattern, matched.size, fitting.size, t);
    this.#change((plan) => withLayers(plan, (layer) => fitting.has(layer), action));
  }

  setFactory(text: string): void {
    this.factory = text;
    this.#changed();
  }

  /** A plan like the one that is shown, to be changed. */
  add(): void {
    const { current } = this;
    if (current !== null && this.#plans.length < mostPlans) {
      const plans = this.#plans.map((each, at) => (at === this.#current ? { ...each, isChosen: true } : each));
      this.#plans = [...plans, { ...current, name: this.#freeName(), result: '', isChosen: true }];
      this.show(this.#plans.length - 1);
    }
  }

  #freeName(): string {
    const names = new Set(this.#plans.map(({ name }) => name));
    let number = this.#plans.length + 1;
    while (names.has(this.t('Plan {0}', number))) {
      number++;
    }
    return this.t('Plan {0}', number);
  }

  show(index: number): void {
    if (index < this.#plans.length) {
      this.#current = index;
      this.#others.clear();
      this.message = '';
      this.#changed();
    }
  }

  /** The last one stays. */
  remove(index: number): void {
    if (this.#plans.length > 1 && index < this.#plans.length) {
      this.#plans = this.#plans.filter((_, at) => at !== index);
      this.show(
        Math.max(0, this.#current > index || this.#current >= this.#plans.length ? this.#current - 1 : this.#current),
      );
    }
  }

  /** @param change what a person wrote beside the plan, or that it is chosen. */
  note(index: number, change: Partial<Pick<HeldPlan, 'name' | 'result' | 'isChosen'>>): void {
    this.#plans = this.#plans.map((held, at) => (at === index ? { ...held, ...change } : held));
    this.#changed();
  }

  async save(): Promise<void> {
    const text = this.#text();
    const name = await this.environment.write(text);
    if (name !== null) {
      this.#saved = { name, text };
      this.#changed();
    }
  }

  /** Shows the plans of another file in place of these. */
  async load(): Promise<void> {
    const file = await this.environment.askForFile();
    if (file !== null) {
      this.#take(file);
      this.#changed();
    }
  }

  #take({ name, text }: PlanFile): void {
    const saved = parseSavedPlans(text);
    if (saved === null || saved.plans.length === 0) {
      this.message = this.t('{0} holds no plans.', name);
      return;
    }
    if (this.#planned !== null) {
      this.#plans = saved.plans.slice(0, mostPlans).map((each) => this.#restored(each, false));
      this.factory = saved.model ?? '';
      this.show(0);
      this.#saved = { name, text: this.#text() };
    }
  }

  #text(): string {
    return `${JSON.stringify(savedPlans(this.#plans, this.environment.fileName, this.factory), null, 2)}\n`;
  }

  #change(change: (plan: Plan) => Plan): void {
    const { current } = this;
    if (current !== null) {
      this.#plans = this.#plans.map((held) =>
        held === current ? { ...held, plan: withFreshHeads(change(held.plan)) } : held,
      );
      this.#changed();
    }
  }

  /** For what shapes depend on. */
  #replan(change: (saved: SavedPlan) => SavedPlan): void {
    const { current } = this;
    const [saved] = current === null ? [] : savedPlans([current], this.environment.fileName).plans;
    if (current !== null && saved !== undefined) {
      const restored = this.#restored(change(saved), current.isChosen);
      this.#others.clear();
      this.#plans = this.#plans.map((held) => (held === current ? restored : held));
      this.#changed();
    }
  }

  #changed(): void {
    this.#listeners.forEach((listener) => {
      listener();
    });
  }
}

function patternText(pattern: string, matched: number, fitting: number, t: Translate): string {
  if (matched === 0) {
    return t('No layer matches “{0}”.', pattern);
  }
  const done = fitting === 1 ? t('1 layer set.') : t('{0} layers set.', formatExact(fitting));
  return fitting === matched ? done : `${done} ${t('A head for other classes begins afresh.')}`;
}
