/** What a callback of a component is until its parent has given it one. */
export function doNothing(): void {
  // Nothing to do.
}
