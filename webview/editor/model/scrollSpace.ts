/** A browser gives no element more than some 33 million pixels; far below that its layout is exact. */
const mostNative = 8_000_000;

/**
 * Maps a virtual height of any size to the native one of a scrolled element: a native window that is moved over the
 * virtual space when it comes near its own end. Up to 360,000 rows the two are the same.
 */
export class ScrollSpace {
  #total = 0;
  #view = 0;
  /** Virtual position of native 0. */
  #base = 0;

  /** Both in pixels: everything there is, and what is seen at once. */
  resize(total: number, view: number): void {
    this.#total = total;
    this.#view = view;
    this.#base = Math.min(this.#base, Math.max(0, total - this.nativeHeight));
  }

  get nativeHeight(): number {
    return Math.min(this.#total, mostNative);
  }

  get largestTop(): number {
    return Math.max(0, this.#total - this.#view);
  }

  clamp(top: number): number {
    return Math.min(Math.max(top, 0), this.largestTop);
  }

  toVirtual(nativeTop: number): number {
    return this.clamp(this.#base + nativeTop);
  }

  /** Native position for a virtual one; moves the window when it does not lie well inside. */
  toNative(top: number): number {
    const target = this.clamp(top);
    if (this.#total > mostNative && !this.#isInside(target)) {
      const centred = target - mostNative / 2;
      this.#base = Math.min(Math.max(centred, 0), this.#total - mostNative);
    }
    return target - this.#base;
  }

  #isInside(top: number): boolean {
    const margin = this.#view * 4;
    const native = top - this.#base;
    const startFits = this.#base === 0 || native >= margin;
    const endFits = this.#base + mostNative >= this.#total || native <= mostNative - this.#view - margin;
    return native >= 0 && native <= mostNative - this.#view && startFits && endFits;
  }
}
