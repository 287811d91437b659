/** A pause longer than this starts a new word. In milliseconds. */
const pause = 800;

/** Finds rows by the first letters of their labels, as typed. */
export class TypeAhead {
  #typed = '';
  #last = -Infinity;

  /**
   * Position of the row to go to, or −1. A letter typed alone or repeated goes on from the row behind `from`; a longer
   * word may stay on it. `now` is in milliseconds.
   */
  find(letter: string, now: number, from: number, count: number, labelAt: (position: number) => string): number {
    this.#typed = now - this.#last > pause ? letter : this.#typed + letter;
    this.#last = now;
    const repeated = this.#typed.replaceAll(letter, '') === '';
    const wanted = (repeated ? letter : this.#typed).toLowerCase();
    const start = repeated ? from + 1 : from;
    for (let step = 0; step < count; step++) {
      const position = (Math.max(start, 0) + step) % count;
      if (labelAt(position).toLowerCase().startsWith(wanted)) {
        return position;
      }
    }
    return -1;
  }

  /** A word is being typed: Space belongs to it. */
  isTyping(now: number): boolean {
    return this.#typed !== '' && now - this.#last <= pause;
  }
}
