import { flow, isNumbered, isSameShape, layer, type Context, type Layer } from './layer';

/** `ConvTranspose2d`, whatever its shape allows beside it. */
const transposedName = /transpose|deconv|upconv|conv_?t(?:r|_|\d|$)/i;
/** As often a plain convolution behind an interpolation. */
const upName = /(?:^|_)up(?:_|\d|sampl|$)/i;
const depthwiseName = /depth_?wise|(?:^|_)dw(?:_|\d|conv|$)/i;
const bilinearName = /bilin|^bil$/i;
/** A weight of three dimensions may be many things: a `Bilinear`, a stack of matrices. */
const convolutionName = /conv|cnn|proj|down|short|skip|stem|patch|^\d+$/i;

/** How the weight [first, second, kernel …] is to be read. */
type Direction = 'forward' | 'transposed' | 'unknown';

/**
 * The convolution (or `Bilinear`) of a weight [out, in / groups, …], or of a transposed one [in, out / groups, …]; null
 * where neither is certain.
 */
export function convolution(
  name: string,
  weight: readonly number[],
  bias: readonly number[] | undefined,
  context: Context,
): Layer | null {
  const [first = 0, second = 0, ...kernel] = weight;
  if (kernel.length === 1 && bilinearName.test(name)) {
    return layer('Bilinear', `${String(second)}, ${String(kernel[0] ?? 0)} → ${String(first)}`, null, first);
  }
  if (kernel.length === 1 && !convolutionName.test(name) && !transposedName.test(name)) {
    return null;
  }
  if (bias !== undefined && bias.length !== 1) {
    return null;
  }
  const output = bias?.[0] ?? normedOutput(first, second, context);
  const suffix = `${String(kernel.length)}d`;
  switch (directionOf(name, [first, second], output, context)) {
    case 'forward':
      return forward(`Conv${suffix}`, name, weight, context);
    case 'transposed':
      return layer(
        `ConvTranspose${suffix}`,
        `${flow(first, output ?? second)}, ${kernel.join('×')}`,
        first,
        output ?? second,
      );
    case 'unknown':
      return null;
  }
}

/** Output channels by the norm behind a convolution without bias; null where that one is not its own. */
function normedOutput(first: number, second: number, { next }: Context): number | null {
  return next > 0 && (next === first || next === second) ? next : null;
}

function directionOf(
  name: string,
  [first, second]: readonly [number, number],
  output: number | null,
  { channels }: Context,
): Direction {
  if (output !== null && output !== first) {
    return output % second === 0 && first % (output / second) === 0 ? 'transposed' : 'unknown';
  }
  if (transposedName.test(name) || (upName.test(name) && (output === null || first === second))) {
    return 'transposed';
  }
  // In a Sequential no name tells, and the shapes of both ways are the same without a bias or a norm.
  if (output !== null || !isNumbered(name) || channels === second || channels === 0) {
    return 'forward';
  }
  return 'unknown';
}

/** A group of channels of the input is what the weight says, and the number of groups leaves no trace. */
function forward(type: string, name: string, weight: readonly number[], { channels }: Context): Layer {
  const [first = 0, second = 0, ...kernel] = weight;
  const size = kernel.join('×');
  if (second === 1 && first > 1 && (first === channels || depthwiseName.test(name))) {
    return layer(type, `${String(first)}, ${size}, depthwise`, first, first);
  }
  const groups = channels / second;
  const isPointwise = isSameShape(kernel, new Array<number>(kernel.length).fill(1));
  const mayBeGrouped = groups > 1 && Number.isInteger(groups) && first % groups === 0 && !isPointwise;
  const input = mayBeGrouped || (second === 1 && channels > 1) ? null : second;
  return layer(type, `${flow(input, first)}, ${size}`, input, first);
}
