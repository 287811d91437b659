import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { formatCount } from '../../../src/wording/format';
import type { SummaryView } from '../../../src/protocol/messages';
import { icon } from '../../components/controls';
import { shownText } from '../../components/fileText';
import { openPopoverAt, popover } from '../../components/popover';
import { controlAria } from '../../components/controlAria';
import { isChecked } from '../../components/checkbox';
import { t } from '../../strings';
import { facetCount, facetGroups, facetsInBar, type Facet } from '../model/facets';
import type { TreeView } from '../model/treeView';
import type { EditorStore } from '../store';

/** Pixels of the bar that are not the facets': margins and the chip of the imports. */
const margins = 24;
const importsWidths: Readonly<Record<ImportsText, number>> = { whole: 230, short: 150, count: 60 };
/** In a bar narrower than this the chip of the imports is an icon and a number. */
const importsTextFrom = 480;

/** How much the chip of the imports says. */
type ImportsText = 'whole' | 'short' | 'count';

/** What the bar needs beyond the store. */
export interface FacetBarPlace {
  /** Of the bar, in pixels. */
  readonly width: number;
  readonly narrow: boolean;
  readonly toggleAudit: () => void;
}

export function facetLabel({ group, name }: Facet): string {
  if (group !== 'kind') {
    return shownText(name);
  }
  switch (name) {
    case 'shared':
      return t('shared');
    case 'parameter':
      return t('parameters');
    case 'buffer':
      return t('buffers');
    case 'optimizer':
      return t('optimizer');
    case 'view':
      return t('views');
    case 'sparse':
      return t('sparse');
    case 'quantized':
      return t('quantized');
    default:
      return name;
  }
}

export function facetBar(
  store: EditorStore,
  view: TreeView | null,
  summary: SummaryView,
  { width, narrow, toggleAudit }: FacetBarPlace,
): TemplateResult {
  const says = width < importsTextFrom ? 'count' : narrow ? 'short' : 'whole';
  const chip = importsChip(store, summary, says, toggleAudit);
  const room = width - margins - (chip === nothing ? 0 : importsWidths[says]);
  return html`<div class="facets">
    <ce-toolbar aria-label=${t('Facets')}>
      <span class="list">${view === null ? nothing : facetGroupsIn(store, view, room)}</span>${chip}
    </ce-toolbar>
  </div>`;
}

function facetGroupsIn(store: EditorStore, view: TreeView, room: number): TemplateResult[] {
  const groups = facetGroups
    .map((group) => view.facets.filter((facet) => facet.group === group))
    .filter((facets) => facets.length > 0);
  const texts = groups.map((facets) => facets.map((facet) => `${facetLabel(facet)} ${countText(view, facet)}`));
  const shown = facetsInBar(texts, room);
  return groups.map(
    (facets, at) =>
      html`${at > 0 ? html`<span class="vsep"></span>` : nothing}${facetGroup(store, view, facets, shown[at] ?? 0)}`,
  );
}

function countText(view: TreeView, facet: Facet): string {
  return formatCount(facetCount(view.result.facets, facet));
}

function facetGroup(store: EditorStore, view: TreeView, facets: readonly Facet[], most: number): TemplateResult {
  const rest = facets.slice(most);
  const id = `ce-facets-${facets[0]?.group ?? ''}`;
  return html`${repeat(
    facets.slice(0, most),
    (facet) => facet.id,
    (facet) => chip(store, view, facet),
  )}${
    rest.length === 0
      ? nothing
      : html`<vscode-button
            appearance="secondary"
            class="chip ${rest.some((facet) => view.chosen.has(facet.id)) ? 'on' : ''}"
            data-stop
            aria-label=${t('{0} more', rest.length)}
            aria-haspopup="dialog"
            @click=${(event: MouseEvent) => {
              openPopoverAt(id, event.currentTarget);
            }}
            >+${rest.length}</vscode-button
          >${popover(id, t('{0} more', rest.length), restList(store, view, rest))}`
  }`;
}

function chip(store: EditorStore, view: TreeView, facet: Facet): TemplateResult {
  const count = facetCount(view.result.facets, facet);
  const on = view.chosen.has(facet.id);
  return html`<vscode-button
    appearance="secondary"
    class="chip ${on ? 'on' : ''} ${count === 0 ? 'zero' : ''}"
    data-stop
    data-facet=${facet.id}
    ${controlAria({ 'aria-pressed': String(on) })}
    @click=${(event: MouseEvent) => {
      view.toggleFacet(facet.id, event.altKey);
      store.changed();
    }}
    >${facet.name === 'shared' && facet.group === 'kind' ? icon('link') : nothing}<span>${facetLabel(facet)}</span
    ><span class="n">${countText(view, facet)}</span></vscode-button
  >`;
}

function restList(store: EditorStore, view: TreeView, rest: readonly Facet[]): TemplateResult {
  return html`${rest.map(
    (facet) =>
      html`<vscode-checkbox
        .checked=${view.chosen.has(facet.id)}
        @change=${(event: Event) => {
          const checked = isChecked(event);
          if (checked !== view.chosen.has(facet.id)) {
            view.toggleFacet(facet.id, false);
            store.changed();
          }
        }}
        >${facetLabel(facet)}<span class="n dim">${countText(view, facet)}</span></vscode-checkbox
      >`,
  )}`;
}

/** No facet: it opens the audit. */
function importsChip(
  store: EditorStore,
  { imports }: SummaryView,
  says: ImportsText,
  toggleAudit: () => void,
): TemplateResult | typeof nothing {
  const { unknown, dangerous } = imports;
  if (unknown + dangerous === 0) {
    return nothing;
  }
  const open = store.pane.open && store.pane.tool === 'audit';
  const whole = importsText(unknown, dangerous, false);
  return html`<vscode-button
    appearance="secondary"
    class="chip flag ${dangerous > 0 ? 'bad' : ''} ${open ? 'open' : ''}"
    data-stop
    title=${says === 'count' ? whole : nothing}
    ${controlAria({ 'aria-expanded': String(open), 'aria-label': says === 'count' ? whole : null })}
    @click=${toggleAudit}
    >${icon(dangerous > 0 ? 'error' : 'warning')}<span
      >${says === 'count' ? formatCount(dangerous > 0 ? dangerous : unknown) : importsText(unknown, dangerous, says === 'short')}</span
    ></vscode-button
  >`;
}

function importsText(unknown: number, dangerous: number, narrow: boolean): string {
  if (dangerous > 0) {
    return dangerous === 1 ? t('1 dangerous import') : t('{0} dangerous imports', formatCount(dangerous));
  }
  if (narrow) {
    return unknown === 1 ? t('1 import') : t('{0} imports', formatCount(unknown));
  }
  return unknown === 1
    ? t('1 import outside the allow-list')
    : t('{0} imports outside the allow-list', formatCount(unknown));
}
