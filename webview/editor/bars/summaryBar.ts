import { html, nothing, type TemplateResult } from 'lit';
import type { SummaryView } from '../../../src/protocol/messages';
import { formatExact, formatSize } from '../../../src/wording/format';
import { containerName, kindName, parameterCount, tensorCount } from '../../../src/wording/summary';
import { iconButton, textButton } from '../../components/controls';
import { menuContext, openNativeMenu } from '../../components/nativeMenu';
import { t } from '../../strings';
import type { EditorStore } from '../store';
import { editsButtonId, openEditsList } from './editsList';

/** The sentence that answers what the file is: kind first, then container, tensors, parameters, size. */
export function summaryBar(
  store: EditorStore,
  summary: SummaryView,
  narrow: boolean,
  toggleMatch: () => void,
): TemplateResult {
  const { kind, container, counts } = summary;
  return html`<header class="summary">
    <h1 class="facts ell">
      <span class="strong">${kind === null ? containerName(container, t) : kindName(kind, t)}</span
      >${kind === null || narrow ? nothing : html`<span>${containerName(container, t)}</span>`}${
        counts === null
          ? nothing
          : html`<span title=${formatExact(counts.tensors)}>${tensorCount(counts.tensors, t)}</span
              ><span title=${formatExact(counts.parameters)}>${parameterCount(counts.parameters, t)}</span>`
      }${sizeFact(store, summary)}
    </h1>
    <ce-toolbar class="grow" aria-label=${t('Actions')}
      >${editsButton(store)}<span class="grow"></span>${matchButton(store, narrow, toggleMatch)}<span
        data-vscode-context=${menuContext('summary')}
        >${iconButton({ icon: 'ellipsis', label: t('More Actions…'), onClick: openNativeMenu })}</span
      ></ce-toolbar
    >
  </header>`;
}

/** Of the file on disk; with edits the size that it will have, and the one that it has. */
function sizeFact({ editing }: EditorStore, { fileBytes }: SummaryView): TemplateResult {
  const { edits } = editing;
  if (edits === null || edits.bytes === null || !editing.isDirty) {
    return html`<span title=${t('{0} bytes', formatExact(fileBytes))}>${formatSize(fileBytes)}</span>`;
  }
  const { bytes, savedBytes } = edits;
  return html`<span title=${t('{0} bytes', formatExact(bytes))}
    >${formatSize(bytes)} <span class="dim">${t('(was {0})', formatSize(savedBytes))}</span></span
  >`;
}

function editsButton({ editing }: EditorStore): TemplateResult | typeof nothing {
  const { edits } = editing;
  if (edits === null || edits.steps.length === 0) {
    return nothing;
  }
  return html`<span id=${editsButtonId}
    >${textButton({
      text: editsText(edits.current - (edits.saved ?? 0)),
      icon: 'edit',
      open: editing.listOpen,
      onClick: openEditsList,
    })}</span
  >`;
}

/** In a narrow editor its label drops. */
function matchButton(store: EditorStore, narrow: boolean, onClick: () => void): TemplateResult | typeof nothing {
  if (store.view === null) {
    return nothing;
  }
  const open = store.isMatching;
  return narrow
    ? iconButton({ icon: 'target', label: t('Match…'), open, onClick })
    : textButton({ text: t('Match…'), icon: 'target', open, onClick });
}

/** Edits that the file on disk does not have; negative where some of its own have been undone. */
function editsText(count: number): string {
  if (count === 0) {
    return t('Edits');
  }
  if (count < 0) {
    return count === -1 ? t('1 edit undone') : t('{0} edits undone', formatExact(-count));
  }
  return count === 1 ? t('1 edit') : t('{0} edits', formatExact(count));
}
