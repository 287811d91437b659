// The gates of an LSTM or GRU, and query, key and value of an attention, as torch stacks them in one tensor.
const stacked = /(?:^|\.)(?:(?:weight|bias)_(?:ih|hh)(?:_l\d+)?(?:_reverse)?|in_proj_(?:weight|bias))$/;

/**
 * Whether a corner of the old tensor is none of the new one: several matrices stand below each other in it, so that another
 * number of rows moves all but the first.
 */
export function mixesGates(key: string, before: readonly number[], after: readonly number[]): boolean {
  return stacked.test(key) && before[0] !== after[0];
}
