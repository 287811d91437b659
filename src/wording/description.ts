import type { Description, DescriptionText } from '../core/checkpoint/layers';
import { formatCount } from './format';
import type { Translate } from './translate';

/** What stands behind the key of a row: for `buildTree`. */
export function describeIn(t: Translate): DescriptionText {
  return (description) => describe(description, t);
}

function describe(description: Description, t: Translate): string {
  switch (description.kind) {
    case 'layer':
      return description.text;
    case 'shares':
      return t('shares {0}', description.key);
    case 'optimizer':
      return describeOptimizer(description, t);
  }
}

/** `SGD, 161 parameters, 1 group`; `Adam or AdamW, …` where the file leaves it open. */
function describeOptimizer(
  { candidates, parameters, groups }: Extract<Description, { kind: 'optimizer' }>,
  t: Translate,
): string {
  const [first, second] = candidates;
  const name = first === undefined ? t('Optimizer') : second === undefined ? first : t('{0} or {1}', first, second);
  const count = parameters === 1 ? t('1 parameter') : t('{0} parameters', formatCount(parameters));
  const groupCount = groups === 1 ? t('1 group') : t('{0} groups', formatCount(groups));
  return t('{0}, {1}, {2}', name, count, groupCount);
}
