/** Turns the byte order of numbers of `unit` bytes, in place. */
export function swapBytes(bytes: Uint8Array, unit: number): void {
  for (let start = 0; unit > 1 && start < bytes.length; start += unit) {
    bytes.subarray(start, start + unit).reverse();
  }
}
