import { html, nothing, type TemplateResult } from 'lit';
import { icon, iconButton } from '../../components/controls';
import { dragPointer } from '../../components/drag';
import { styleValues } from '../../components/styleValues';
import { t } from '../../strings';
import type { EditorStore, Tool } from '../store';
import { menuContext } from '../../components/nativeMenu';

const defaultWidths: Readonly<Record<Tool, number>> = { details: 320, audit: 512 };
const smallestWidth = 240;
const smallestTree = 320;
const defaultHeights: Readonly<Record<Tool, number>> = { details: 196, audit: 280 };
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
  readonly body: TemplateResult;
}

export function paneFrame(store: EditorStore, place: PanePlace, content: PaneContent): TemplateResult {
  const { tool } = store.pane;
  return html`<aside
    class="pane"
    aria-label=${tool === 'audit' ? t('Import Audit') : t('Details')}
    data-vscode-context=${menuContext('pane')}
    ${styleValues({ '--w': `${place.width}px`, '--h': `${place.height}px` })}
  >
    ${sash(store, place)}
    <div class="ph">
      ${content.icon === null ? nothing : icon(content.icon)}
      <h2 class="grow ell">${content.title}</h2>
      <ce-toolbar aria-label=${t('Pane')}
        >${content.copyText === null ? nothing : copyButton(store, content.copyText)}${iconButton({
          icon: store.enlarged ? 'screen-normal' : 'screen-full',
          label: store.enlarged ? t('Restore Size') : t('Enlarge'),
          onClick: () => {
            store.toggleEnlarged();
          },
        })}${iconButton({
          icon: 'close',
          label: t('Close'),
          onClick: () => {
            store.closePane();
          },
        })}</ce-toolbar
      >
    </div>
    ${content.body}
  </aside>`;
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
