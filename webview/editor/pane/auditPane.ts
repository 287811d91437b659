import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { AuditImport, AuditView } from '../../../src/protocol/messages';
import { formatExact } from '../../../src/wording/format';
import { button, icon, linkButton } from '../../components/controls';
import { keyText, shownText } from '../../components/fileText';
import { doNothing } from '../../components/doNothing';
import { LightElement } from '../../components/lightElement';
import { codeBlock } from '../../components/pythonCode';
import { t } from '../../strings';
import type { TreeIndex } from '../model/treeIndex';
import { moved, moveOfKey } from '../model/moves';
import type { EditorStore } from '../store';
import { section, type PaneContent } from './paneFrame';

type Verdict = AuditImport['verdict'];

/** Imports that one group lists: a hostile file may name millions. */
const mostListed = 500;
const verdicts: readonly Verdict[] = ['dangerous', 'unknown', 'allowed'];

export function auditPane(store: EditorStore, index: TreeIndex, goToRow: (row: number) => void): PaneContent {
  const { audit } = store;
  return {
    icon: 'shield',
    title: t('Import Audit'),
    copyText: audit === null ? null : () => auditText(audit),
    body:
      audit === null
        ? { scrolled: nothing }
        : {
            scrolled: html`${verdictLine(audit)}
              <ce-audit .audit=${audit} .index=${index} .goToRow=${goToRow}></ce-audit>
              ${blockerList(audit, goToRow)}${audit.python === null ? nothing : allowingCode(store, audit.python)}`,
            below: audit.python === null ? nothing : actionBar(store, audit.python),
          },
  };
}

function allowingCode(store: EditorStore, python: string): TemplateResult {
  return section(
    t('Load with these imports allowed'),
    html`<div class="in code-in">
      ${codeBlock(python, (code) => {
        store.copy(code);
      })}
    </div>`,
  );
}

function verdictLine({ verdict, sentence, loads, imports }: AuditView): TemplateResult {
  const dangerous = imports.some((each) => each.verdict === 'dangerous');
  const line = dangerous ? 'err-line' : loads ? '' : 'warn-line';
  return html`<div class="verdict ${line}">
    <div class="strong">${verdict}</div>
    <div>${sentence}</div>
  </div>`;
}

function actionBar(store: EditorStore, python: string): TemplateResult {
  return html`<div class="abar">
    <ce-toolbar aria-label=${t('Actions')}
      >${button(t('Copy Python'), 'secondary', () => {
        store.copy(python);
      })}</ce-toolbar
    >
  </div>`;
}

function blockerList({ blockers }: AuditView, goToRow: (row: number) => void): TemplateResult | typeof nothing {
  return blockers.length === 0
    ? nothing
    : section(
        t('What stops weights_only=True'),
        html`<ul class="in blockers">
          ${blockers.slice(0, mostListed).map(({ text, rows }) => {
            const [row] = rows;
            return html`<li>
              <span class="file-text">${shownText(text)}</span>${
                row === undefined
                  ? nothing
                  : linkButton(t('Show'), () => {
                      goToRow(row);
                    })
              }
            </li>`;
          })}
        </ul>`,
      );
}

function auditText({ verdict, sentence, imports }: AuditView): string {
  const lines = imports.map(({ name, verdict: of, uses, neededBy }) => [of, name, uses, neededBy].join('\t'));
  return [verdict, sentence, '', ...lines].join('\n');
}

type Line =
  | { readonly kind: 'group'; readonly verdict: Verdict; readonly count: number }
  | { readonly kind: 'import'; readonly import: AuditImport };

/** The imports in three groups: one tab stop, arrows inside. */
@customElement('ce-audit')
export class AuditElement extends LightElement {
  @property({ attribute: false }) accessor audit: AuditView | null = null;
  @property({ attribute: false }) accessor index: TreeIndex | null = null;
  @property({ attribute: false }) accessor goToRow: (row: number) => void = doNothing;
  @state() accessor #closed: ReadonlySet<Verdict> = new Set();
  @state() accessor #at = -1;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('audit')) {
      const lines = this.#lines();
      this.#at = Math.max(
        0,
        lines.findIndex((line) => line.kind === 'import'),
      );
    }
  }

  #lines(): Line[] {
    return verdicts.flatMap((verdict): Line[] => {
      const imports = this.audit?.imports.filter((each) => each.verdict === verdict) ?? [];
      const listed = this.#closed.has(verdict) ? [] : imports.slice(0, mostListed);
      return [
        { kind: 'group', verdict, count: imports.length },
        ...listed.map((each): Line => ({ kind: 'import', import: each })),
      ];
    });
  }

  protected override render(): TemplateResult {
    const lines = this.#lines();
    const chosen = lines[this.#at];
    return html`<div
        class="tbl"
        role="grid"
        tabindex="0"
        aria-label=${t('Imports')}
        aria-activedescendant=${`ce-import-${this.#at}`}
        @keydown=${this.#onKeyDown}
      >
        <div class="hd" role="row">
          <div role="columnheader">${t('Import')}</div>
          <div role="columnheader" class="num">${t('Uses')}</div>
          <div role="columnheader" class="needed">${t('Needed by')}</div>
        </div>
        ${lines.map((line, at) => (line.kind === 'group' ? this.#group(line, at) : this.#import(line.import, at)))}
      </div>
      ${chosen?.kind === 'import' && chosen.import.reason !== '' ? reasonOf(chosen.import) : nothing}`;
  }

  #classes(at: number): string {
    return at === this.#at ? 'row sel foc' : 'row';
  }

  #group({ verdict, count }: Extract<Line, { kind: 'group' }>, at: number): TemplateResult {
    const closed = this.#closed.has(verdict);
    return html`<div
      role="row"
      id=${`ce-import-${at}`}
      class="gr ${this.#classes(at)} ${count === 0 ? 'none' : ''}"
      aria-selected=${String(at === this.#at)}
      @click=${() => {
        this.#at = at;
        this.#toggle(verdict, count);
      }}
    >
      <div role="gridcell" class="gi" aria-expanded=${count === 0 ? nothing : String(!closed)}>
        ${count === 0 ? nothing : icon('chevron-down', closed ? 'closed' : '')}<span class=${count === 0 ? 'dim' : 'b'}
          >${groupTitle(verdict)}</span
        ><span class="dim">${formatExact(count)}</span>
      </div>
    </div>`;
  }

  #import(used: AuditImport, at: number): TemplateResult {
    const { verdict, name, uses } = used;
    return html`<div
      role="row"
      id=${`ce-import-${at}`}
      class=${this.#classes(at)}
      aria-selected=${String(at === this.#at)}
      @click=${() => {
        this.#at = at;
      }}
    >
      <div role="gridcell" class="gi" title=${shownText(name)}>
        ${verdictIcon(verdict)}<span class="name mono">${keyText(name)}</span>
      </div>
      <div role="gridcell" class="num">${formatExact(uses)}</div>
      <div role="gridcell" class="need">${this.#neededBy(used)}</div>
    </div>`;
  }

  /** The first entry as a link, where the text names it; how many others need it, behind. */
  #neededBy({ rows, neededBy }: AuditImport): TemplateResult {
    const [row] = rows;
    const key = row === undefined ? '' : (this.index?.key(row) ?? '');
    if (row === undefined || key === '' || !neededBy.startsWith(key)) {
      return html`<span class="ell dim file-text">${shownText(neededBy)}</span>`;
    }
    return html`${linkButton(
        shownText(key),
        () => {
          this.goToRow(row);
        },
        key,
      )}<span class="dim nowrap">${neededBy.slice(key.length)}</span>`;
  }

  #toggle(verdict: Verdict, count: number): void {
    if (count > 0) {
      const closed = new Set(this.#closed);
      if (!closed.delete(verdict)) {
        closed.add(verdict);
      }
      this.#closed = closed;
    }
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const lines = this.#lines();
    const move = moveOfKey(event.key);
    const line = lines[this.#at];
    if (move !== undefined) {
      this.#at = moved(move, this.#at, lines.length, 10);
      void this.updateComplete.then(() => {
        this.querySelector(`#ce-import-${this.#at}`)?.scrollIntoView({ block: 'nearest' });
      });
    } else if (event.key === 'Enter' && line?.kind === 'import' && line.import.rows[0] !== undefined) {
      this.goToRow(line.import.rows[0]);
    } else if (['Enter', 'ArrowLeft', 'ArrowRight'].includes(event.key) && line?.kind === 'group') {
      const open = !this.#closed.has(line.verdict);
      if (event.key === 'Enter' || open === (event.key === 'ArrowLeft')) {
        this.#toggle(line.verdict, line.count);
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

function groupTitle(verdict: Verdict): string {
  switch (verdict) {
    case 'dangerous':
      return t('Dangerous');
    case 'unknown':
      return t('Outside torch’s allow-list');
    case 'allowed':
      return t('On torch’s allow-list');
  }
}

function verdictIcon(verdict: Verdict): TemplateResult {
  switch (verdict) {
    case 'dangerous':
      return icon('error', 'err');
    case 'unknown':
      return icon('warning', 'warn');
    case 'allowed':
      return icon('check', 'dim');
  }
}

function reasonOf({ name, reason, section: record }: AuditImport): TemplateResult {
  return section(
    html`<span class="mono">${shownText(name)}</span>`,
    html`<div class="in reason">
      ${reason}${record === '' ? nothing : html` <span class="dim">${t('In {0}.', shownText(record))}</span>`}
    </div>`,
  );
}
