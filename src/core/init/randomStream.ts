import { Mt19937 } from './mt19937';

/** What torch's generator is, between two draws. */
export class RandomStream {
  constructor(
    readonly words: Mt19937,
    /** Draws of fewer than 16 normal numbers make two at a time: the second, for a mean of 0 and a std of 1. */
    public spareNormal: number | null = null,
  ) {}

  /** As it is after `torch.manual_seed(seed)`. */
  static seeded(seed: number): RandomStream {
    return new RandomStream(Mt19937.seeded(seed));
  }

  /** One that goes on by itself from here. */
  clone(): RandomStream {
    return new RandomStream(this.words.clone(), this.spareNormal);
  }
}
