import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { DetailsFact, DetailsSection, DetailsView } from '../../../src/protocol/messages';
import { linkButton } from '../../components/controls';
import { keyText, shownText } from '../../components/fileText';
import { codeBlock } from '../../components/pythonCode';
import { shapeText } from '../../components/shape';
import { t } from '../../strings';
import type { EditorStore } from '../store';
import { section, type PaneContent } from './paneFrame';

const tokenClasses: Readonly<Record<NonNullable<DetailsFact['token']>, string>> = {
  number: 'v-num',
  string: 'v-str',
  boolean: 'v-bool',
  name: 'v-kw',
};

/** Everything known of one entry. */
export function detailsPane(store: EditorStore, details: DetailsView, goToRow: (row: number) => void): PaneContent {
  return {
    icon: null,
    title: html`<span title=${shownText(details.key)}>${keyText(details.key)}</span>`,
    copyText: () => detailsText(details),
    body: {
      above: details.description === '' && details.chips.length === 0 ? nothing : subtitle(details),
      scrolled: html`${
          details.python === ''
            ? nothing
            : html`<div class="in code-in">
                ${codeBlock(details.python, (code) => {
                  store.copy(code);
                })}
              </div>`
        }
        <div class="sections">
          ${repeat(
            details.sections,
            ({ id, title }) => `${id} ${title}`,
            (each) => detailsSection(each, goToRow),
          )}
        </div>`,
    },
  };
}

function subtitle({ description, chips }: DetailsView): TemplateResult {
  return html`<div class="sub">
    ${description === '' ? nothing : html`<div class="dim s ell file-text">${shownText(description)}</div>`}
    ${
      chips.length === 0
        ? nothing
        : html`<div class="tags">
            ${chips.map(
              (chip) =>
                html`<span class="chip tag"
                  ><span class="ell">${isShape(chip) ? shapeText(chip) : shownText(chip)}</span></span
                >`,
            )}
          </div>`
    }
  </div>`;
}

function isShape(chip: string): boolean {
  return /^\[[\d, ]*\]$/.test(chip);
}

function detailsSection({ title, facts }: DetailsSection, goToRow: (row: number) => void): TemplateResult {
  return section(title, factList(facts.map((fact) => ({ fact, value: factValue(fact, goToRow) }))));
}

function factValue({ value, token, rows }: DetailsFact, goToRow: (row: number) => void): TemplateResult {
  const [row] = rows ?? [];
  if (row !== undefined) {
    return linkButton(
      shownText(value),
      () => {
        goToRow(row);
      },
      value,
    );
  }
  return html`<span class="file-text ${token === undefined ? '' : tokenClasses[token]}">${shownText(value)}</span>`;
}

/** Labels at the left, values at the right. */
export function factList(
  rows: readonly { readonly fact: Pick<DetailsFact, 'label' | 'secondary'>; readonly value: TemplateResult }[],
): TemplateResult {
  return html`<dl class="props">
    ${rows.map(
      ({ fact, value }) =>
        html`<dt title=${fact.label}>${fact.label}</dt>
          <dd>
            ${value}${fact.secondary === undefined ? nothing : html`<span class="dim">${fact.secondary}</span>`}
          </dd>`,
    )}
  </dl>`;
}

/** As plain text, for the clipboard. */
function detailsText({ key, python, sections }: DetailsView): string {
  const facts = sections.flatMap(({ title, facts: list }) => [
    '',
    title,
    ...list.map(({ label, value, secondary }) => `${label}: ${value}${secondary === undefined ? '' : ` ${secondary}`}`),
  ]);
  return [key, python, ...facts].join('\n');
}

export function noDetails(text: string): PaneContent {
  return {
    icon: null,
    title: t('Details'),
    copyText: null,
    body: { scrolled: html`<div class="in dim">${text}</div>` },
  };
}
