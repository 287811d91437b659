import type { PositionGrid } from '../tensor/interpolate';
import { elementsOf, lastName } from './match';

const embeddings = /(?:^|[._])(?:pos|position|positional|patch_pos)_?(?:emb|embed|embedding|embeddings)?$/;
const table = 'relative_position_bias_table';

/** Elements that interpolation holds at once. Seen: 4 million, of 64 × 64 places. */
const maxElements = 1 << 26;

/** How one tensor becomes the other by interpolation; null where neither name nor shapes say that they are positions. */
export function positionGrid(
  key: string,
  source: readonly number[] | null,
  target: readonly number[] | null,
): PositionGrid | null {
  const name = lastName(key) === 'weight' ? lastName(key.slice(0, -'.weight'.length)) : lastName(key);
  const isTable = name === table;
  if (source === null || target === null || source.length !== target.length || !(isTable || embeddings.test(name))) {
    return null;
  }
  if (Math.max(elementsOf(source), elementsOf(target)) > maxElements || elementsOf(source) === 0) {
    return null;
  }
  return source.length === 4 ? imageGrid(source, target) : sequenceGrid(source, target, isTable);
}

function imageGrid(source: readonly number[], target: readonly number[]): PositionGrid | null {
  const [batch, channels = 0, height = 0, width = 0] = source;
  const [targetBatch, targetChannels, targetHeight = 0, targetWidth = 0] = target;
  return batch === 1 && targetBatch === 1 && channels === targetChannels && targetHeight * targetWidth > 0
    ? { tokens: 0, from: [height, width], to: [targetHeight, targetWidth], channels, channelsFirst: true }
    : null;
}

/** Tokens before the grid that are tried: none, a class token, one for distillation too. */
const tokenCounts = [0, 1, 2];

function sequenceGrid(source: readonly number[], target: readonly number[], isTable: boolean): PositionGrid | null {
  const [length = 0, channels = 0] = source.slice(-2);
  const [targetLength = 0, targetChannels] = target.slice(-2);
  const isPlain = source.length === 2 || (source.length === 3 && source[0] === 1 && target[0] === 1);
  if (!isPlain || channels !== targetChannels) {
    return null;
  }
  // A bare matrix may hold the places of a text: the token in front tells an image.
  const counts = isTable ? [0] : source.length === 2 ? [1] : tokenCounts;
  for (const tokens of counts) {
    const from = Math.sqrt(length - tokens);
    const to = Math.sqrt(targetLength - tokens);
    if (Number.isInteger(from) && Number.isInteger(to) && from > 0 && to > 0) {
      return { tokens, from: [from, from], to: [to, to], channels, channelsFirst: false };
    }
  }
  return null;
}
