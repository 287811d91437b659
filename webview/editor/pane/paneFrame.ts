import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { icon, iconButton, type IconButton } from '../../components/controls';
import { dragPointer } from '../../components/drag';
import { styleValues } from '../../components/styleValues';
import { t } from '../../strings';
import type { EditorStore, Tool } from '../store';
import { menuContext } from '../../components/nativeMenu';

const defaultWidths: Readonly<Record<Tool, number>> = {
  details: 320,
  audit: 512,
  devices: 384,
  rename: 384,
  cast: 384,
  replace: 384,
  review: 384,
  match: 672,
  plan: 504,
};
/** Tools that gain nothing from a whole page. */
const fixedSize: readonly Tool[] = ['devices', 'cast', 'replace', 'match'];
const smallestWidth = 240;
const smallestTree = 320;
const defaultHeights: Readonly<Record<Tool, number>> = {
  details: 196,
  audit: 280,
  devices: 280,
  rename: 280,
  cast: 280,
  replace: 400,
  review: 280,
  match: 400,
  plan: 240,
};
const smallestHeight = 96;
/** Editors narrower than this have the pane below the tree. */
const stackedBelow = 900;

/** Where the pane stands, and how large it is, in pixels. */
export interface PanePlace {
  readonly stacked: boolean;
  readonly width: number;
  readonly height: number;
}

export function placePane(store: EditorStore, width: number, height: number): PanePlace {
  const { tool, widths } = store.pane;
  const stacked = width < Math.max(stackedBelow, smallestTree + smallestWidth);
  const wanted = store.enlarged ? width : (widths[tool] ?? defaultWidths[tool]);
  const wantedHeight = store.enlarged ? height : (widths[`${tool}.height`] ?? defaultHeights[tool]);
  return {
    stacked,
    width: Math.max(smallestWidth, Math.min(wanted, width - smallestTree)),
    height: Math.max(smallestHeight, Math.min(wantedHeight, Math.floor(height * 0.6))),
  };
}

export interface PaneContent {
  /** codicon of a tool; null for the details. */
  readonly icon: string | null;
  readonly title: TemplateResult | string;
  /** Text that the copy button in the head copies; null while there is nothing. */
  readonly copyText: (() => string) | null;
  /** Further buttons in the head, before those that every pane has. */
  readonly buttons?: readonly IconButton[];
  readonly body: TemplateResult | ScrolledBody;
}

/** What scrolls, between what stays: its element is the same for every content of one tool, so that it keeps the focus. */
interface ScrolledBody {
  readonly above?: TemplateResult | typeof nothing;
  readonly scrolled: TemplateResult | typeof nothing;
  readonly below?: TemplateResult | typeof nothing;
}

export function paneFrame(store: EditorStore, place: PanePlace, content: PaneContent): TemplateResult {
  const { tool } = store.pane;
  return html`<aside
    class="pane"
    aria-label=${content.icon !== null && typeof content.title === 'string' ? content.title : t('Details')}
    data-vscode-context=${menuContext(tool === 'details' ? 'pane' : 'tool')}
    ${styleValues({ '--w': `${place.width}px`, '--h': `${place.height}px` })}
  >
    ${sash(store, place)}
    <div class="ph">
      ${content.icon === null ? nothing : icon(content.icon)}
      <h2 class="grow ell">${content.title}</h2>
      <ce-toolbar aria-label=${t('Pane')}
        >${(content.buttons ?? []).map(iconButton)}${content.copyText === null ? nothing : copyButton(store, content.copyText)}${
          fixedSize.includes(tool) ? nothing : enlargeButton(store)
        }${iconButton({
          icon: 'close',
          label: t('Close'),
          onClick: () => {
            store.closePane();
          },
        })}</ce-toolbar
      >
    </div>
    ${keyed(tool, 'scrolled' in content.body ? scrolledBody(content.body) : content.body)}
  </aside>`;
}

function scrolledBody({ above = nothing, scrolled, below = nothing }: ScrolledBody): TemplateResult {
  return html`${above}
    <div class="scroll" tabindex="-1">${scrolled}</div>
    ${below}`;
}

function enlargeButton(store: EditorStore): TemplateResult {
  return iconButton({
    icon: store.enlarged ? 'screen-normal' : 'screen-full',
    label: store.enlarged ? t('Restore Size') : t('Enlarge'),
    onClick: () => {
      store.toggleEnlarged();
    },
  });
}

function copyButton(store: EditorStore, text: () => string): TemplateResult {
  return iconButton({
    icon: 'copy',
    label: t('Copy'),
    onClick: () => {
      store.copy(text());
    },
  });
}

function sash(store: EditorStore, { stacked, width, height }: PanePlace): TemplateResult {
  const { tool } = store.pane;
  const place = stacked ? `${tool}.height` : tool;
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

/** A part of a pane that can be closed. */
export function section(title: string | TemplateResult, content: TemplateResult): TemplateResult {
  return html`<details open>
    <summary class="sh">${icon('chevron-down')}<span class="ell">${title}</span></summary>
    ${content}
  </details>`;
}
