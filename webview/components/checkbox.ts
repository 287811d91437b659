/** Whether the toolkit's checkbox that an event comes from is on. */
export function isChecked(event: Event): boolean {
  const box = event.currentTarget;
  return box instanceof HTMLElement && 'checked' in box && box.checked === true;
}
