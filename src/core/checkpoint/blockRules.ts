import { flow, isNumbered, layer, layerText, type Layer } from './layer';

export type Children = ReadonlyMap<string, Layer>;

function isConvolution(found: Layer | undefined): found is Layer {
  return found?.name.startsWith('Conv2d') === true;
}

function residualBlock(children: Children): Layer | null {
  const [first, second, third] = [children.get('conv1'), children.get('conv2'), children.get('conv3')];
  if (!isConvolution(first) || !isConvolution(second) || !children.has('bn1') || !children.has('bn2')) {
    return null;
  }
  const last = isConvolution(third) && children.has('bn3') ? third : second;
  // The stem of a ResNet has conv1 and bn1 too, but stages of blocks beside them.
  if (children.has('layer1') || (third !== undefined && last !== third)) {
    return null;
  }
  const name = last === third ? 'Bottleneck' : 'BasicBlock';
  return layer(name, flow(first.input, last.output), first.input, last.output);
}

function transformerLayer(children: Children): Layer | null {
  const attention = children.get('self_attn');
  const isFeedForward = children.get('linear1')?.name === 'Linear' && children.get('linear2')?.name === 'Linear';
  if (attention?.name !== 'MultiheadAttention' || !isFeedForward) {
    return null;
  }
  const name = children.has('multihead_attn') ? 'TransformerDecoderLayer' : 'TransformerEncoderLayer';
  return layer(name, attention.sizes, attention.input, attention.output);
}

/** Layers in a row whose numbers are their names. */
function sequence(children: Children): Layer | null {
  const found = [...children.values()];
  const [first, ...others] = found;
  if (first === undefined || others.length === 0 || ![...children.keys()].every(isNumbered)) {
    return null;
  }
  const output = others.at(-1)?.output ?? first.output;
  if (others.every(({ name }) => name === first.name)) {
    return layer(`${String(found.length)} × ${first.name}`, '', first.input, output);
  }
  // `Conv2d 64 → 256, 1×1 + BatchNorm2d`: longer ones say nothing at a glance.
  const isShort = found.length <= 3 && found.every(({ name }) => !/[×+]/.test(name));
  return isShort
    ? layer([layerText(first), ...others.map(({ name }) => name)].join(' + '), '', first.input, output)
    : null;
}

/**
 * The block that the layers of a group imply.
 * @param complete every child of the group implies a layer.
 */
export function impliedBlock(children: Children, complete: boolean): Layer | null {
  return residualBlock(children) ?? transformerLayer(children) ?? (complete ? sequence(children) : null);
}
