import { kernel, type Kernel } from './kernel';

/** Words of the state. */
const size = 624;
const middle = 397;
/** Numbers for which going through a kernel is worth its while. */
export const worthwhile = 2_048;

/**
 * The generator of `torch.manual_seed` on the CPU: Matsumoto and Nishimura's MT19937, 32 bits a word.
 * http://www.math.sci.hiroshima-u.ac.jp/m-mat/MT/MT2002/emt19937ar.html
 */
export class Mt19937 {
  private readonly state = new Int32Array(size);
  private at = size;

  /** @param seed an int as `torch.manual_seed` takes it: the lower 32 bits count. */
  static seeded(seed: number): Mt19937 {
    const made = new Mt19937();
    const { state } = made;
    // A negative seed stands for 2⁶⁴ more.
    state[0] = (((seed % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000) | 0;
    for (let index = 1; index < size; index++) {
      const before = state[index - 1] ?? 0;
      state[index] = (Math.imul(1812433253, before ^ (before >>> 30)) + index) | 0;
    }
    return made;
  }

  /** One that goes on by itself from here. */
  clone(): Mt19937 {
    const made = new Mt19937();
    made.become(this);
    return made;
  }

  /** Goes on where another one is. */
  become(other: Mt19937): void {
    this.state.set(other.state);
    this.at = other.at;
  }

  /** The next word, from 0 to 2³² − 1. */
  word(): number {
    if (this.at === size) {
      this.twist();
    }
    return tempered(this.state[this.at++] ?? 0) >>> 0;
  }

  /**
   * Fills with `float32(x · width + low)`, where x are the lower 24 bits of a word as a fraction: one word an element.
   * The product and the sum are exact enough in double to be rounded once, as a fused multiply-add is.
   */
  fractions(target: Float32Array, low: number, width: number): void {
    const fast = target.length < worthwhile ? null : kernel();
    if (fast === null) {
      this.plainFractions(target, low, width);
    } else {
      this.fillKernel(fast, target.length, low, width);
      target.set(fast.numbers.subarray(0, target.length));
    }
  }

  /** The same into the numbers of a kernel. */
  fillKernel(fast: Kernel, count: number, low: number, width: number): void {
    fast.state.set(this.state);
    for (let done = 0; done < count;) {
      if (this.at === size) {
        fast.twist();
        this.at = 0;
      }
      const part = Math.min(size - this.at, count - done);
      fast.uniform(this.at, part, done, width / 0x100_0000, low);
      this.at += part;
      done += part;
    }
    this.state.set(fast.state);
  }

  private plainFractions(target: Float32Array, low: number, width: number): void {
    const { state } = this;
    const scale = width / 0x100_0000;
    for (let done = 0; done < target.length;) {
      if (this.at === size) {
        this.twist();
      }
      const count = Math.min(size - this.at, target.length - done);
      const shift = this.at - done;
      for (let index = done; index < done + count; index++) {
        target[index] = (tempered(state[index + shift] ?? 0) & 0xff_ffff) * scale + low;
      }
      this.at += count;
      done += count;
    }
  }

  /** Leaves out words: several times cheaper than drawing them. */
  skip(words: number): void {
    let left = words;
    while (left > size - this.at) {
      left -= size - this.at;
      this.twist();
    }
    this.at += left;
  }

  private twist(): void {
    const { state } = this;
    let current = state[0] ?? 0;
    for (let index = 0; index < size - middle; index++) {
      const next = state[index + 1] ?? 0;
      state[index] = (state[index + middle] ?? 0) ^ mixed(current, next);
      current = next;
    }
    for (let index = size - middle; index < size - 1; index++) {
      const next = state[index + 1] ?? 0;
      state[index] = (state[index + middle - size] ?? 0) ^ mixed(current, next);
      current = next;
    }
    state[size - 1] = (state[middle - 1] ?? 0) ^ mixed(current, state[0] ?? 0);
    this.at = 0;
  }
}

function mixed(current: number, next: number): number {
  const joined = (current & 0x8000_0000) | (next & 0x7fff_ffff);
  return (joined >>> 1) ^ (-(next & 1) & 0x9908_b0df);
}

function tempered(word: number): number {
  let mixing = word ^ (word >>> 11);
  mixing ^= (mixing << 7) & 0x9d2c_5680;
  mixing ^= (mixing << 15) & 0xefc6_0000;
  return mixing ^ (mixing >>> 18);
}
