import type { Path } from '../../checkpoint/checkpoint';
import { stringLiteral } from '../../checkpoint/pythonText';
import type { Draw } from '../../init/draw';
import type { Initialisation } from '../../init/initialisation';
import { layerText } from '../../init/layerCall';
import { layerParameters } from '../../init/layerParameters';
import { findLayer } from '../layerGroups';
import type { Reinitialise, ReplaceLayer, Resize } from '../operations';
import { planReinitialise } from '../operations/reinitialise';
import { planResize } from '../operations/resize';
import { statements, type Scope, type Statements } from './scope';

export function replaceLayerLines({ context, reach }: Scope, operation: ReplaceLayer): Statements | null {
  const { path, layer, seed, keepOverlap = false } = operation;
  const place = findLayer(context, path);
  const { above, prefix } = place.names;
  const made = [
    `torch.manual_seed(${String(seed)})`,
    `layer = torch.${layerText(layer)}`,
    ...initialisationLines(operation),
  ];
  const name = stringLiteral(prefix.replace(/\.$/, ''));
  const call = `replace_layer(${reach.at(above)}, ${name}, layer${keepOverlap ? ', keep_overlap=True' : ''})`;
  // A module that stands by itself is put in its place; one within another is set there.
  const isAlone = place.kind === 'module' && prefix === '';
  return statements([...made, isAlone ? reach.assigned(path, call) : call], 'replaceLayer');
}

/** The numbers of another initialisation are drawn from the seed, not behind those of the constructor. */
function initialisationLines({ layer, initialisation, seed }: ReplaceLayer): readonly string[] {
  const { kind } = initialisation;
  const isDrawn = layerParameters(layer).some(({ draw }) => draw.kind !== 'constant');
  if (kind === 'default' || (kind !== 'zeros' && !isDrawn)) {
    return [];
  }
  if (kind === 'zeros') {
    return ['for tensor in layer.parameters():\n    torch.nn.init.zeros_(tensor)'];
  }
  return [
    `torch.manual_seed(${String(seed)})`,
    [
      'for tensor in layer.parameters():',
      '    if tensor.dim() > 1:',
      `        torch.nn.init.${initialiser(initialisation)}`,
      '    else:',
      '        torch.nn.init.zeros_(tensor)',
    ].join('\n'),
  ];
}

function initialiser(initialisation: Exclude<Initialisation, { kind: 'default' }>): string {
  switch (initialisation.kind) {
    case 'zeros':
      return 'zeros_(tensor)';
    case 'xavierUniform':
      return 'xavier_uniform_(tensor)';
    case 'xavierNormal':
      return 'xavier_normal_(tensor)';
    case 'kaimingUniform':
      return `kaiming_uniform_(tensor, mode="${initialisation.mode}", nonlinearity="relu")`;
    case 'kaimingNormal':
      return `kaiming_normal_(tensor, mode="${initialisation.mode}", nonlinearity="relu")`;
    case 'normal':
      return `normal_(tensor, ${String(initialisation.mean)}, ${String(initialisation.std)})`;
    case 'truncNormal': {
      const { mean, std, low, high } = initialisation;
      return `trunc_normal_(tensor, ${[mean, std, low, high].map(String).join(', ')})`;
    }
    case 'orthogonal':
      return 'orthogonal_(tensor)';
  }
}

export function resizeLines({ context, reach }: Scope, operation: Resize): Statements | null {
  const { draw, entry } = planResize(context, operation);
  const [module] = reach.withinModule(operation.path);
  if (module !== null) {
    return null;
  }
  const fresh = drawText(draw, `torch.empty(${tupleText(operation.shape)})`);
  return statements(
    [
      `torch.manual_seed(${String(operation.seed)})`,
      reach.assigned(operation.path, `resized(${reach.tensor(entry)}, ${fresh})`),
    ],
    'resized',
  );
}

export function reinitialiseLines({ context, reach }: Scope, operation: Reinitialise): Statements | null {
  // Says of what cannot be drawn.
  planReinitialise(context, operation);
  const entries = new Map(context.checkpoint.entries.map((entry) => [JSON.stringify(entry.path), entry]));
  const at = (path: Path): string => {
    const entry = entries.get(JSON.stringify(path));
    return entry?.kind === 'tensor' ? reach.tensor(entry) : reach.at(path);
  };
  const lines = operation.steps.map((step) =>
    step.path === null
      ? drawText(step.draw, `torch.empty(${tupleText(step.shape)})`)
      : `fill(${at(step.path)}, lambda new: ${drawText(step.draw, 'new')})`,
  );
  return statements([`torch.manual_seed(${String(operation.seed)})`, ...lines], 'fill');
}

/** An expression that fills a tensor and is that tensor. */
function drawText(draw: Draw, tensor: string): string {
  switch (draw.kind) {
    case 'constant':
      return `${tensor}.fill_(${String(draw.value)})`;
    case 'uniform':
      return `${tensor}.uniform_(${String(draw.low)}, ${String(draw.high)})`;
    case 'normal': {
      const filled = `${tensor}.normal_(${String(draw.mean)}, ${String(draw.std)})`;
      return draw.zeroRow === undefined
        ? filled
        : `${filled}.index_fill_(0, torch.tensor([${String(draw.zeroRow)}]), 0)`;
    }
    case 'truncNormal': {
      const numbers = [draw.mean, draw.std, draw.low, draw.high].map(String).join(', ');
      return `torch.nn.init.trunc_normal_(${tensor}, ${numbers})`;
    }
    case 'orthogonal':
      return `torch.nn.init.orthogonal_(${tensor}, ${String(draw.gain)})`;
  }
}

function tupleText(shape: readonly number[]): string {
  return `(${shape.map(String).join(', ')}${shape.length === 1 ? ',' : ''})`;
}
