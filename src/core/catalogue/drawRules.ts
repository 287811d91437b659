import type { Draw } from '../init/draw';
import { defaultBias, defaultWeight } from '../init/layerParameters';
import type { DrawRule } from './catalogueData';

/**
 * The draw that a rule stands for at this shape, its numbers computed in the order in which torch computes them.
 * @param weight Shape of the tensor called `weight` in the same module, on which the default of a bias depends.
 */
export function drawOfRule(rule: DrawRule, shape: readonly number[], weight: readonly number[] | null): Draw {
  switch (rule.kind) {
    case 'constant':
    case 'uniform':
    case 'normal':
    case 'truncNormal':
      return rule;
    case 'layerDefault':
      return shape.length > 1 ? defaultWeight(shape) : defaultBias(weight ?? shape);
    case 'xavierUniform':
      return symmetric(Math.sqrt(3) * Math.sqrt(2 / (fan(shape, 'in') + fan(shape, 'out'))));
    case 'rowsUniform':
      return symmetric(1 / Math.sqrt(shape[0] ?? 1));
    case 'kaimingUniform':
      return symmetric(Math.sqrt(3) * (rule.gain / Math.sqrt(fan(shape, rule.fan))));
    case 'kaimingNormal':
      return { kind: 'normal', mean: 0, std: rule.gain / Math.sqrt(fan(shape, rule.fan)) };
    case 'kaimingTruncNormal': {
      const std = rule.gain / Math.sqrt(fan(shape, rule.fan));
      return { kind: 'truncNormal', mean: 0, std, low: rule.low, high: rule.high };
    }
    case 'varianceNormal':
      return { kind: 'normal', mean: 0, std: Math.sqrt(rule.gain / fan(shape, rule.fan)) };
  }
}

function symmetric(bound: number): Draw {
  return { kind: 'uniform', low: -bound, high: bound };
}

/** fan_in and fan_out as `torch.nn.init` has them: channels times the receptive field. */
function fan([rows = 1, columns = 1, ...field]: readonly number[], which: 'in' | 'out'): number {
  return field.reduce((product, size) => product * size, which === 'in' ? columns : rows);
}
