import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { PlanAction } from '../../../src/core/plan/plan';
import type { PlanFactoryView, PlanIntent, PlanView, ShownPlanView } from '../../../src/protocol/plan';
import { formatExact } from '../../../src/wording/format';
import { planActionText } from '../../../src/wording/plan';
import { controlAria } from '../../components/controlAria';
import { button, icon, iconButton, textButton } from '../../components/controls';
import { doNothing } from '../../components/doNothing';
import { dragPointer } from '../../components/drag';
import { shownText } from '../../components/fileText';
import { LightElement } from '../../components/lightElement';
import { pythonText } from '../../components/pythonCode';
import { textField } from '../../components/textField';
import { t } from '../../strings';
import type { EditorStore } from '../store';
import { actionColumns } from './groupLines';
import { isCount } from './numbers';
import { plansTable } from './plansTable';
import { noteLines, totals } from './totals';

/** Plan Fine-Tuning: the plan at the left, the Python that carries it out at the right. */
@customElement('ce-plan')
export class PlanElement extends LightElement {
  @property({ attribute: false }) accessor store: EditorStore | null = null;
  @property({ attribute: false }) accessor revision = 0;
  @property({ attribute: false }) accessor close = doNothing;
  /** Size of the Python's part, in pixels. */
  @property({ attribute: false }) accessor code = { width: 0, height: 0, stacked: false };
  @state() accessor #pattern = '';
  @state() accessor #action: PlanAction = 'freeze';

  /** Escape is on its way to a list that is open: it closes that, not the plan. */
  #closesList = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('keydown', this.#beforeKey, true);
    this.addEventListener('keydown', this.#afterKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('keydown', this.#beforeKey, true);
    this.removeEventListener('keydown', this.#afterKey);
  }

  readonly #beforeKey = ({ key, target }: KeyboardEvent): void => {
    this.#closesList =
      key === 'Escape' && target instanceof Element && target.closest('vscode-dropdown[open]') !== null;
  };

  readonly #afterKey = (event: KeyboardEvent): void => {
    if (this.#closesList) {
      event.stopPropagation();
    }
  };

  readonly #run = (intent: PlanIntent): void => {
    this.store?.planning.run(intent);
  };

  protected override render(): TemplateResult | typeof nothing {
    const { store } = this;
    if (store === null) {
      return nothing;
    }
    const { view } = store.planning;
    const plan = view?.plan ?? null;
    return html`<div class="plan-main">
        ${this.#head(view)}
        <div class="scroll" tabindex="-1">
          ${view === null || plan === null ? problemLine(view?.problem ?? '') : this.#content(view, plan)}
        </div>
        ${plan === null ? nothing : this.#actionBar(plan)}
      </div>
      ${plan === null ? nothing : this.#python(store, plan)}`;
  }

  #head(view: PlanView | null): TemplateResult {
    const plan = view?.plan ?? null;
    return html`<ce-toolbar class="ph" aria-label=${t('Pane')}
      >${iconButton({ icon: 'arrow-left', label: t('Back to the Tree'), onClick: this.close })}
      <h2>${t('Plan Fine-Tuning')}</h2>
      <span class="dim ell">${plan === null ? nothing : modelLine(plan)}</span
      >${view === null || view.branches.length < 2 ? nothing : this.#branches(view)}<span class="grow"></span
      >${iconButton({
        icon: 'folder-opened',
        label: t('Open Plans…'),
        onClick: () => {
          this.#run({ kind: 'load' });
        },
      })}${iconButton({ icon: 'close', label: t('Close'), onClick: this.close })}</ce-toolbar
    >`;
  }

  #branches({ branches, branch }: PlanView): TemplateResult {
    return html`<vscode-dropdown
      class="field branch"
      data-stop
      ${controlAria({ 'aria-label': t('State dict') })}
      aria-label=${t('State dict')}
      @change=${(event: Event) => {
        this.#run({ kind: 'branch', id: valueOf(event) });
      }}
    >
      ${branches.map(
        ({ id, label }) =>
          html`<vscode-option value=${id} .selected=${id === branch}>${shownText(label)}</vscode-option>`,
      )}
    </vscode-dropdown>`;
  }

  #content(view: PlanView, plan: ShownPlanView): TemplateResult {
    return html`<ce-situations
        .situation=${plan.situation}
        .isImageNet=${plan.isImageNet}
        .onChoose=${(situation: ShownPlanView['situation']) => {
          this.#run({ kind: 'situation', situation });
        }}
      ></ce-situations>
      <ce-plan-groups .plan=${plan} .run=${this.#run}></ce-plan-groups>
      ${
        plan.groupCount > plan.groups.length
          ? html`<div class="in dim s">${t('and {0} more', formatExact(plan.groupCount - plan.groups.length))}</div>`
          : nothing
      }
      ${this.#patternRow(plan)}${totals(plan)}${noteLines(plan.notes)}${plansTable(view, this.#run)}`;
  }

  #patternRow({ message, seed }: ShownPlanView): TemplateResult {
    const set = (): void => {
      if (this.#pattern !== '') {
        this.#run({ kind: 'pattern', pattern: this.#pattern, action: this.#action });
      }
    };
    return html`<div class="in pattern">
      <span class="dim s">${t('Set by pattern')}</span>${textField({
        label: t('Pattern for names of layers'),
        value: this.#pattern,
        placeholder: 'layer3.*',
        onInput: (text) => {
          this.#pattern = text;
        },
        onAccept: set,
      })}
      <vscode-dropdown
        class="field"
        ${controlAria({ 'aria-label': t('What to set') })}
        aria-label=${t('What to set')}
        @change=${(event: Event) => {
          this.#action = actionColumns.find((action) => action === valueOf(event)) ?? 'freeze';
        }}
      >
        ${actionColumns.map(
          (action) =>
            html`<vscode-option value=${action} .selected=${action === this.#action}
              >${planActionText(action, t)}</vscode-option
            >`,
        )}</vscode-dropdown
      >${button(t('Set'), 'secondary', set, this.#pattern === '')}<span class="dim s ell message" role="status"
        >${shownText(message)}</span
      ><span class="dim s seed">${t('Seed')}</span
      ><ce-draft-field
        class="count"
        .label=${t('Seed of fresh weights')}
        .value=${String(seed)}
        .isValid=${(typed: string) => isCount(typed, 0)}
        .onInput=${(typed: string) => {
          this.#run({ kind: 'seed', seed: Number(typed) });
        }}
      ></ce-draft-field>
    </div>`;
  }

  #actionBar({ apply: { edits, sentence, canApply, refusal } }: ShownPlanView): TemplateResult {
    const said = refusal === '' ? sentence : refusal;
    return html`<div class="abar">
      <ce-toolbar aria-label=${t('Actions')}
        >${button(
          applyText(edits),
          'primary',
          () => {
            this.#run({ kind: 'apply' });
          },
          !canApply,
        )}${button(t('Save Plan…'), 'secondary', () => {
          this.#run({ kind: 'save' });
        })}</ce-toolbar
      ><span class="s ell file-text said-last ${refusal === '' ? 'dim' : ''}" role="status" title=${shownText(said)}
        >${refusal === '' ? nothing : icon('error', 'err')}${shownText(said)}</span
      >
    </div>`;
  }

  #python(store: EditorStore, plan: ShownPlanView): TemplateResult {
    return html`<section class="plan-code" aria-label="Python">
      ${this.#sash(store)}
      <div class="ph">
        ${icon('python')}
        <h2>Python</h2>
        <span class="dim ell grow">${plan.pythonPlans > 1 ? t('for {0} plans', plan.pythonPlans) : nothing}</span
        ><ce-toolbar aria-label=${t('Python')}
          >${textButton({
            text: t('Copy'),
            icon: 'copy',
            onClick: () => {
              this.#run({ kind: 'copyPython' });
            },
          })}${textButton({
            text: t('Open'),
            icon: 'new-file',
            onClick: () => {
              this.#run({ kind: 'openPython' });
            },
          })}</ce-toolbar
        >
      </div>
      ${plan.factory === null ? nothing : this.#factory(plan.factory)}
      <div class="scroll python" tabindex="0" role="group" aria-label=${t('Python of the plan')}>
        <pre class="code plain"><code>${pythonText(plan.python)}</code></pre>
      </div>
    </section>`;
  }

  /** What makes a network of the person's own: Python cannot know. */
  #factory({ text, isWrong, offers }: PlanFactoryView): TemplateResult {
    return html`<div class="in factory">
      <span class="dim s">${t('Your model')}</span
      ><ce-combo
        class="grow"
        .label=${t('What makes your model')}
        .value=${text}
        .placeholder=${'package.module:Net(num_classes=2)'}
        .offers=${offers.map((offer) => ({ value: offer.text, secondary: offer.secondary }))}
        .wrong=${isWrong}
        .onInput=${(typed: string) => {
          this.#run({ kind: 'factory', text: typed });
        }}
      ></ce-combo>
    </div>`;
  }

  #sash(store: EditorStore): TemplateResult {
    const { width, height, stacked } = this.code;
    const place = stacked ? 'plan.height' : 'plan';
    return html`<div
      class="sash"
      @pointerdown=${(event: PointerEvent) => {
        dragPointer(event, 'dragged', ({ x, y }) => {
          store.resizePane(place, stacked ? height - y : width - x);
        });
      }}
      @dblclick=${() => {
        store.resizePane(place, null);
      }}
    ></div>`;
  }
}

function valueOf(event: Event): string {
  const control = event.currentTarget;
  return control instanceof HTMLElement && 'value' in control ? String(control.value) : '';
}

function applyText(edits: number): string {
  switch (edits) {
    case 0:
      return t('Apply to the File');
    case 1:
      return t('Apply 1 Edit to the File');
    default:
      return t('Apply {0} Edits to the File', edits);
  }
}

function modelLine({ model, savedIn }: ShownPlanView): string {
  return savedIn === '' ? model : t('{0} · saved in {1}', model, shownText(savedIn));
}

function problemLine(problem: string): TemplateResult | typeof nothing {
  return problem === '' ? nothing : html`<div class="verdict warn-line file-text">${shownText(problem)}</div>`;
}
