import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { PlanAction } from '../../../src/core/plan/plan';
import type { PlanGroupView, PlanIntent, ShownPlanView } from '../../../src/protocol/plan';
import { formatExact } from '../../../src/wording/format';
import { planActionText } from '../../../src/wording/plan';
import { icon } from '../../components/controls';
import { doNothing } from '../../components/doNothing';
import { dragPointer } from '../../components/drag';
import { shownText } from '../../components/fileText';
import { LightElement } from '../../components/lightElement';
import { styleValues } from '../../components/styleValues';
import { t } from '../../strings';
import { moved, moveOfKey } from '../model/moves';
import { actionColumns, actionOf, canBe, lineId, linesOf, shortName, splitAtClasses, type Line } from './groupLines';
import { isCount } from './numbers';

/** Groups of layers and what becomes of each: one tab stop; arrows move, Space chooses, Alt with up and down moves k. */
@customElement('ce-plan-groups')
export class GroupsTable extends LightElement {
  @property({ attribute: false }) accessor plan: ShownPlanView | null = null;
  @property({ attribute: false }) accessor run: (intent: PlanIntent) => void = doNothing;
  /** Name of the focused row; its column: 0 is the name, 1 to 4 are the actions. */
  @state() accessor #row = '';
  @state() accessor #column = 0;
  @query('.tbl') accessor #table: HTMLElement | null = null;

  #lines(): readonly Line[] {
    return this.plan === null ? [] : linesOf(this.plan);
  }

  /** Index of the focused row. */
  get #at(): number {
    return Math.max(
      0,
      this.#lines().findIndex((line) => lineId(line) === this.#row),
    );
  }

  protected override render(): TemplateResult | typeof nothing {
    const { plan } = this;
    if (plan === null) {
      return nothing;
    }
    const largest = Math.max(1, ...plan.groups.map(({ parameters }) => parameters));
    const at = this.#at;
    return html`<div
        class="tbl form groups"
        role="treegrid"
        tabindex="0"
        aria-label=${t('Layers, first to last')}
        aria-activedescendant=${cellId(at, this.#column)}
        @keydown=${this.#onKeyDown}
        @pointerdown=${this.#onPointerDown}
      >
        ${header()}${this.#rows(plan, largest)}${totalRow(plan)}
      </div>
      <div class="said" role="status">${kText(plan)}</div>`;
  }

  #rows(plan: ShownPlanView, largest: number): readonly TemplateResult[] {
    const line = this.#kLine(plan);
    const lines = this.#lines();
    const rows = lines.map((each, at) =>
      isCut(each, lines[at + 1])
        ? html`${this.#line(plan, each, at, largest)}${moreRow(each.group.layerCount - each.group.layers.length)}`
        : this.#line(plan, each, at, largest),
    );
    const place = lines.findIndex((each) => each.kind === 'group' && each.at >= plan.k);
    const after = place < 0 ? rows.length : place;
    return [...rows.slice(0, after), line, ...rows.slice(after)];
  }

  /** Where the frozen groups end. In `S3` nothing is frozen. */
  #kLine(plan: ShownPlanView): TemplateResult {
    return plan.situation === 'S3' || plan.maxK === 0
      ? html``
      : html`<div class="kline" aria-hidden="true" title=${t('Drag, or press Alt+Up and Alt+Down in the table')}>
          <span class="dim">${kText(plan)}</span>${icon('gripper')}
        </div>`;
  }

  #line(plan: ShownPlanView, line: Line, at: number, largest: number): TemplateResult {
    const isFocused = at === this.#at;
    const isGroup = line.kind === 'group';
    const { parameters } = isGroup ? line.group : line.layer;
    return html`<div
      class="row ${isFocused ? 'sel foc' : ''} ${isGroup ? '' : 'layer'}"
      role="row"
      data-at=${at}
      aria-level=${isGroup ? 1 : 2}
      aria-expanded=${isGroup ? String(line.group.isOpen) : nothing}
      aria-selected=${String(isFocused)}
    >
      <div role="gridcell" class="gi" id=${cellId(at, 0)}>
        ${isGroup ? icon('chevron-right', line.group.isOpen ? 'twistie open' : 'twistie') : nothing}${lineName(line)}${
          isGroup && line.group.isHead ? this.#headText(plan, line.group) : lineText(line)
        }
      </div>
      <div role="gridcell" class="num">${formatExact(parameters)}</div>
      <div role="gridcell" class="share">${isGroup ? shareBar(line.group, largest) : nothing}</div>
      ${actionColumns.map((action, column) => this.#radio(line, action, at, column + 1))}
    </div>`;
  }

  /** Of a head the number of classes is a field. */
  #headText({ classes, fileClasses, groups }: ShownPlanView, { name, text, isOpen }: PlanGroupView): TemplateResult {
    const split = splitAtClasses(text, fileClasses);
    const isLast = groups.findLast(({ isHead }) => isHead)?.name === name;
    if (classes === null || !isLast) {
      return html`<span class="dim s ell file-text">${shownText(text)}</span>`;
    }
    return html`<span class="dim s ell file-text"
        >${shownText(split?.before ?? text)}${
          split === null || classes === fileClasses ? nothing : html`<span class="was">${fileClasses}</span>`
        }</span
      ><ce-draft-field
        class="count tight"
        .label=${t('Number of classes')}
        .value=${String(classes)}
        .isValid=${(typed: string) => isCount(typed, 1)}
        .onInput=${(typed: string) => {
          this.run({ kind: 'classes', classes: Number(typed) });
        }}
      ></ce-draft-field
      >${split === null || split.after === '' || isOpen ? nothing : html`<span class="dim s">${split.after}</span>`}`;
  }

  #radio(line: Line, action: PlanAction, at: number, column: number): TemplateResult {
    const isOn = actionOf(line) === action;
    const isPossible = canBe(line, action);
    const isFocused = at === this.#at && column === this.#column;
    const text = planActionText(action, t);
    return html`<div role="gridcell" class="choice">
      <span
        id=${cellId(at, column)}
        class="radio ${isOn ? 'on' : ''} ${isFocused ? 'foc' : ''} ${isPossible ? '' : 'off'}"
        role="radio"
        data-action=${action}
        aria-checked=${String(isOn)}
        aria-disabled=${isPossible ? nothing : 'true'}
        aria-label=${`${line.kind === 'group' ? line.group.title : line.layer.name}: ${text}`}
        title=${isPossible ? text : t('A head for other classes begins afresh')}
      ></span>
    </div>`;
  }

  readonly #onPointerDown = (event: PointerEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.button !== 0 || target === null || target.closest('ce-draft-field') !== null) {
      return;
    }
    if (target.closest('.kline') !== null) {
      this.#dragK(event);
      return;
    }
    const row = target.closest<HTMLElement>('[data-at]');
    const line = this.#lines()[Number(row?.dataset['at'] ?? -1)];
    if (line === undefined) {
      return;
    }
    event.preventDefault();
    this.#table?.focus({ preventScroll: true });
    const action = actionColumns.find((each) => each === target.closest<HTMLElement>('.radio')?.dataset['action']);
    this.#row = lineId(line);
    this.#column = action === undefined ? 0 : actionColumns.indexOf(action) + 1;
    if (action !== undefined) {
      this.#choose(line, action);
    } else if (line.kind === 'group' && target.closest('.gi') !== null) {
      this.run({ kind: 'expand', group: line.group.name, isOpen: !line.group.isOpen });
    }
  };

  #choose(line: Line, action: PlanAction): void {
    if (canBe(line, action) && actionOf(line) !== action) {
      this.run({
        kind: 'action',
        group: line.group.name,
        layer: line.kind === 'group' ? null : line.layer.name,
        action,
      });
    }
  }

  #setK(k: number): void {
    if (this.plan !== null && this.plan.situation !== 'S3' && k !== this.plan.k && k >= 0 && k <= this.plan.maxK) {
      this.run({ kind: 'k', k });
    }
  }

  /** The line goes where a group ends: to the nearest such place. */
  #dragK(event: PointerEvent): void {
    const rows = [...this.querySelectorAll<HTMLElement>('[data-at]')];
    const lines = this.#lines();
    const ends = lines.flatMap((line, at) => {
      const box = rows[at]?.getBoundingClientRect();
      const isEnd = lines[at + 1]?.kind !== 'layer';
      return box === undefined || (line.kind === 'group' && line.group.isHead) || !isEnd ? [] : [box.bottom];
    });
    const places = [rows[0]?.getBoundingClientRect().top ?? 0, ...ends];
    const start = event.clientY;
    dragPointer(event, 'dragged', ({ y }) => {
      const distances = places.map((place) => Math.abs(place - (start + y)));
      this.#setK(distances.indexOf(Math.min(...distances)));
    });
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const lines = this.#lines();
    const line = lines[this.#at];
    if (event.target !== this.#table || line === undefined || event.ctrlKey || event.metaKey) {
      return;
    }
    if (event.altKey) {
      if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') {
        return;
      }
      this.#setK((this.plan?.k ?? 0) + (event.key === 'ArrowUp' ? -1 : 1));
    } else if (!this.#moveOrChoose(event.key, line, lines)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  /** @returns whether the key means something here. */
  #moveOrChoose(key: string, line: Line, lines: readonly Line[]): boolean {
    const move = moveOfKey(key);
    if (move !== undefined) {
      this.#row = lineId(lines[moved(move, this.#at, lines.length, 10)] ?? line);
      void this.updateComplete.then(() => {
        this.querySelector('.row.foc')?.scrollIntoView({ block: 'nearest' });
      });
      return true;
    }
    const action = actionColumns[this.#column - 1];
    switch (key) {
      case 'ArrowRight':
        this.#right(line);
        return true;
      case 'ArrowLeft':
        this.#left(line);
        return true;
      case ' ':
      case 'Enter':
        if (action !== undefined) {
          this.#choose(line, action);
        } else if (line.kind === 'group') {
          this.run({ kind: 'expand', group: line.group.name, isOpen: !line.group.isOpen });
        }
        return true;
      default:
        return false;
    }
  }

  /** On the name it opens first. */
  #right(line: Line): void {
    if (this.#column === 0 && line.kind === 'group' && !line.group.isOpen) {
      this.run({ kind: 'expand', group: line.group.name, isOpen: true });
    } else {
      this.#column = Math.min(this.#column + 1, actionColumns.length);
    }
  }

  /** On the name it closes, and goes to the group. */
  #left(line: Line): void {
    if (this.#column > 0) {
      this.#column--;
    } else if (line.kind === 'layer') {
      this.#row = line.group.name;
    } else if (line.group.isOpen) {
      this.run({ kind: 'expand', group: line.group.name, isOpen: false });
    }
  }
}

/** The last layer that is listed of a group that has more. */
function isCut(line: Line, next: Line | undefined): boolean {
  return line.kind === 'layer' && next?.kind !== 'layer' && line.group.layerCount > line.group.layers.length;
}

function moreRow(count: number): TemplateResult {
  return html`<div class="row layer" role="row">
    <div role="gridcell" class="gi dim">${t('and {0} more', formatExact(count))}</div>
  </div>`;
}

function cellId(at: number, column: number): string {
  return `ce-plan-${at}-${column}`;
}

function kText({ k, situation }: ShownPlanView): string {
  if (situation === 'S3') {
    return '';
  }
  return k === 0 ? t('k = 0, nothing frozen above') : t('k = {0}, frozen above', k);
}

function header(): TemplateResult {
  return html`<div class="hd" role="row">
    <div role="columnheader">${t('Layers, first to last')}</div>
    <div role="columnheader" class="num">${t('Parameters')}</div>
    <div role="columnheader" class="share">${t('Share')}</div>
    ${actionColumns.map((action) => html`<div role="columnheader" class="choice">${actionTitle(action)}</div>`)}
  </div>`;
}

/** Short enough for its column. */
function actionTitle(action: PlanAction): string {
  return action === 'initialise' ? t('Re-init') : planActionText(action, t);
}

function lineName(line: Line): TemplateResult {
  const name = line.kind === 'group' ? line.group.title : line.layer.name;
  return html`<span class="ell file-text name" title=${shownText(name)}>${shownText(shortName(line))}</span>`;
}

function lineText(line: Line): TemplateResult | typeof nothing {
  const { text } = line.kind === 'group' ? line.group : line.layer;
  return text === '' ? nothing : html`<span class="dim s ell file-text">${shownText(text)}</span>`;
}

const barClasses: Readonly<Record<PlanAction, string>> = { freeze: 'n', keep: '', initialise: 'y', drop: 'gone' };

/** On one scale for all groups. */
function shareBar({ shares }: PlanGroupView, largest: number): TemplateResult {
  return html`<span class="bar"
    >${actionColumns
      .filter((action) => shares[action] > 0)
      .map((action) => {
        const width = `max(1px, ${(shares[action] / largest) * 100}%)`;
        return html`<i class=${barClasses[action]} ${styleValues({ width })}></i>`;
      })}</span
  >`;
}

function totalRow({ parameters, totals }: ShownPlanView): TemplateResult {
  return html`<div class="row b total" role="row">
    <div role="gridcell">${t('Model to train')}</div>
    <div role="gridcell" class="num">${formatExact(parameters)}</div>
    <div role="gridcell" class="share"></div>
    ${actionColumns.map((action) => html`<div role="gridcell" class="choice s">${formatExact(totals.groups[action])}</div>`)}
  </div>`;
}
