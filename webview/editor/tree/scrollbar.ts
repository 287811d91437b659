import { html, type TemplateResult } from 'lit';
import { styleValues } from '../../components/styleValues';
import { dragPointer } from '../../components/drag';

/** In pixels: what is seen, what there is, and where. */
export interface ScrollPosition {
  readonly view: number;
  readonly total: number;
  readonly top: number;
}

const smallestThumb = 20;

function thumb({ view, total, top }: ScrollPosition): { height: number; offset: number } {
  const height = Math.max(smallestThumb, (view * view) / Math.max(total, 1));
  const share = total > view ? top / (total - view) : 0;
  return { height, offset: share * (view - height) };
}

/** VS Code's overlay scrollbar: the native one would take room from the rows, and stops at some 33 million pixels. */
export function scrollbar(position: ScrollPosition, scrollTo: (top: number) => void): TemplateResult {
  const { height, offset } = thumb(position);
  const { view, total } = position;
  const perPixel = (total - view) / Math.max(view - height, 1);
  const drag = (event: PointerEvent): void => {
    event.stopPropagation();
    const start = position.top;
    dragPointer(event, 'dragged', ({ y }) => {
      scrollTo(start + y * perPixel);
    });
  };
  const jump = (event: PointerEvent): void => {
    event.preventDefault();
    if (event.button === 0) {
      scrollTo((event.offsetY - height / 2) * perPixel);
    }
  };
  return html`<div class="vbar" aria-hidden="true" ?hidden=${total <= view} @pointerdown=${jump}>
    <i ${styleValues({ height: `${height}px`, transform: `translateY(${offset}px)` })} @pointerdown=${drag}></i>
  </div>`;
}
