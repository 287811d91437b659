/** How far the pointer has moved since the drag began, in pixels. */
export interface Moved {
  readonly x: number;
  readonly y: number;
}

/** Follows the pointer until its button is released; the element that was pressed carries `className` meanwhile. */
export function dragPointer(start: PointerEvent, className: string, onMove: (moved: Moved) => void): void {
  const handle = start.currentTarget;
  if (start.button !== 0 || !(handle instanceof HTMLElement)) {
    return;
  }
  start.preventDefault();
  handle.setPointerCapture(start.pointerId);
  handle.classList.add(className);
  const move = (event: PointerEvent): void => {
    onMove({ x: event.clientX - start.clientX, y: event.clientY - start.clientY });
  };
  const stop = (): void => {
    handle.classList.remove(className);
    handle.removeEventListener('pointermove', move);
    handle.removeEventListener('lostpointercapture', stop);
  };
  handle.addEventListener('pointermove', move);
  handle.addEventListener('lostpointercapture', stop);
}
