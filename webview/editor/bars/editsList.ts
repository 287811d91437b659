import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { EditsView, EditStepView } from '../../../src/protocol/edits';
import { formatSize, formatSizeChange } from '../../../src/wording/format';
import { icon, iconButton, linkButton } from '../../components/controls';
import { shownText } from '../../components/fileText';
import { LightElement } from '../../components/lightElement';
import { openPopoverAt, popover } from '../../components/popover';
import { t } from '../../strings';
import { moved, moveOfKey } from '../model/moves';
import type { EditorStore } from '../store';

export const editsButtonId = 'ce-edits-button';
const listId = 'ce-edits';
/** Rows that PageUp and PageDown move by. */
const page = 10;

export function openEditsList(): void {
  openPopoverAt(listId, document.getElementById(editsButtonId));
}

/** Opened by the button of the summary line. */
export function editsPopover(store: EditorStore): TemplateResult {
  return popover(
    listId,
    t('Edits since the last save'),
    html`<ce-edits .store=${store} .edits=${store.editing.edits}></ce-edits>`,
    (open) => {
      store.editing.listOpen = open;
      store.changed();
    },
  );
}

type Line =
  | { readonly kind: 'step'; readonly step: EditStepView; readonly at: number }
  | { readonly kind: 'saved' | 'opened'; readonly at: number };

/** Edits, the latest first, down to the file as it was opened; each with the number of steps that hold at it. */
function linesOf({ steps, saved }: EditsView): Line[] {
  const lines: Line[] = [];
  for (let at = steps.length; at >= 0; at--) {
    if (at === saved) {
      lines.push({ kind: 'saved', at });
    } else if (at === 0) {
      lines.push({ kind: 'opened', at });
    }
    const step = steps[at - 1];
    if (step !== undefined) {
      lines.push({ kind: 'step', step, at });
    }
  }
  return lines;
}

/** The list of edits: one tab stop, arrows inside, Enter goes to the row. */
@customElement('ce-edits')
export class EditsList extends LightElement {
  @property({ attribute: false }) accessor store: EditorStore | null = null;
  @property({ attribute: false }) accessor edits: EditsView | null = null;
  @state() accessor #focused = 0;

  protected override render(): TemplateResult {
    const { edits } = this;
    const lines = edits === null ? [] : linesOf(edits);
    const at = Math.min(this.#focused, Math.max(lines.length - 1, 0));
    return html`<div class="pt"><span class="grow">${t('Edits since the last save')}</span>${this.#undoAll(edits)}</div>
      ${
        lines.length === 0
          ? html`<div class="pf dim">${t('Nothing has been edited.')}</div>`
          : html`<div
              class="tbl edits"
              role="grid"
              tabindex="0"
              data-first
              aria-label=${t('Edits')}
              aria-activedescendant=${`ce-edit-${at}`}
              @keydown=${this.#onKeyDown}
            >
              ${edits === null ? nothing : lines.map((line, place) => this.#line(edits, line, place, place === at))}
            </div>`
      }
      ${edits === null ? nothing : this.#end(edits)}`;
  }

  #undoAll(edits: EditsView | null): TemplateResult | typeof nothing {
    return edits === null || edits.saved === null || edits.current <= edits.saved
      ? nothing
      : iconButton({
          icon: 'clear-all',
          label: t('Undo All'),
          onClick: () => {
            this.#goTo(edits.saved ?? 0);
          },
        });
  }

  #line({ current, savedAt, savedBytes }: EditsView, line: Line, place: number, focused: boolean): TemplateResult {
    const { at } = line;
    const step = line.kind === 'step' ? line.step : null;
    const text = step?.text ?? (line.kind === 'saved' ? t('Saved {0}', savedAt) : t('Opened'));
    const bytes = step === null ? (line.kind === 'saved' ? savedBytes : null) : step.bytes;
    const classes = [focused ? 'sel foc' : '', at > current ? 'undone' : '', step === null ? 'base' : ''].join(' ');
    const size = bytes === null ? '' : step === null ? formatSize(bytes) : formatSizeChange(bytes);
    return html`<div
      class="row ${classes}"
      role="row"
      id=${`ce-edit-${place}`}
      aria-selected=${String(focused)}
      aria-current=${at === current ? 'step' : nothing}
      @click=${() => {
        this.#focused = place;
      }}
      @dblclick=${() => {
        this.#goTo(at);
      }}
    >
      <div role="gridcell" class="gi" title=${shownText(text)}>
        ${icon(step?.icon ?? (line.kind === 'saved' ? 'save' : 'go-to-file'), 'dim')}<span class="ell file-text"
          >${shownText(text)}</span
        >${at > current ? html`<span class="said">${t('undone')}</span>` : nothing}
      </div>
      <div role="gridcell" class="num dim s">${size}</div>
      <div role="gridcell" class="go">${at === current ? nothing : this.#goButton(at, current)}</div>
    </div>`;
  }

  #goButton(at: number, current: number): TemplateResult {
    return iconButton({
      icon: at > current ? 'redo' : 'discard',
      label: at > current ? t('Redo up to Here') : t('Go Back to Here'),
      tabStop: false,
      onClick: () => {
        this.#goTo(at);
      },
    });
  }

  #end({ bytes, savedBytes, keptBytes }: EditsView): TemplateResult {
    const { store } = this;
    return html`${
        keptBytes === 0
          ? nothing
          : html`<div class="pf dim kept">
              ${t('{0} of the old file are kept on the disk for undo.', formatSize(keptBytes))}
            </div>`
      }
      <div class="psep"></div>
      <div class="pf">
        <span class="dim">${t('After saving')}</span
        ><span class="b"
          >${bytes === null ? '—' : formatSize(store?.editing.isDirty === true ? bytes : savedBytes)}</span
        ><span class="grow"></span>${linkButton(t('Copy as Python'), () => {
          store?.run(store.host.copyEditsAsPython());
        })}
      </div>`;
  }

  #goTo(current: number): void {
    const { store } = this;
    if (store !== null && current !== this.edits?.current) {
      store.run(store.host.goToEdit(current));
      this.querySelector<HTMLElement>('[role=grid]')?.focus();
    }
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const lines = this.edits === null ? [] : linesOf(this.edits);
    const move = moveOfKey(event.key);
    const line = lines[this.#focused];
    if (move !== undefined) {
      this.#focused = moved(move, this.#focused, lines.length, page);
      void this.updateComplete.then(() => {
        this.querySelector(`#ce-edit-${this.#focused}`)?.scrollIntoView({ block: 'nearest' });
      });
    } else if (event.key === 'Enter' && line !== undefined) {
      this.#goTo(line.at);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}
