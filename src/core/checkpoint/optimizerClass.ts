/** Which optimizers of torch.optim a state may be of, by the keys of its groups. */

interface Signature {
  readonly name: string;
  /** Keys that every group has. */
  readonly keys: readonly string[];
  /** Keys that no group has. */
  readonly without?: readonly string[];
  /** A key that the state of a parameter has, where there is any state. */
  readonly state?: string;
}

// The most telling first. Adam and AdamW are told apart below.
const signatures: readonly Signature[] = [
  { name: 'SGD', keys: ['momentum', 'dampening', 'nesterov'] },
  { name: 'NAdam', keys: ['betas', 'momentum_decay'] },
  { name: 'Adam', keys: ['betas', 'amsgrad'] },
  { name: 'Adamax', keys: ['betas', 'eps', 'weight_decay'], without: ['amsgrad', 'momentum_decay'], state: 'exp_inf' },
  {
    name: 'RAdam',
    keys: ['betas', 'eps', 'weight_decay'],
    without: ['amsgrad', 'momentum_decay'],
    state: 'exp_avg_sq',
  },
  { name: 'SparseAdam', keys: ['betas', 'eps'], without: ['weight_decay', 'amsgrad'], state: 'exp_avg' },
  { name: 'RMSprop', keys: ['alpha', 'centered'] },
  { name: 'Adagrad', keys: ['lr_decay', 'initial_accumulator_value'] },
  { name: 'Adadelta', keys: ['rho'] },
  { name: 'Rprop', keys: ['etas', 'step_sizes'] },
  { name: 'ASGD', keys: ['lambd', 't0'] },
  { name: 'LBFGS', keys: ['history_size', 'tolerance_grad'] },
  { name: 'Adafactor', keys: ['beta2_decay'] },
  { name: 'Muon', keys: ['ns_steps', 'ns_coefficients'] },
];

export interface OptimizerGroup {
  readonly keys: ReadonlySet<string>;
  /** `decoupled_weight_decay`, which torch 2.7 and later write; null where it is missing. */
  readonly decoupled: boolean | null;
  /** `weight_decay`; null where it is missing. */
  readonly weightDecay: number | null;
}

/**
 * Names of classes, the likeliest first; empty when none fits.
 * @param stateKeys keys of the state of one parameter; null when no parameter has any.
 */
export function optimizerCandidates(
  groups: readonly OptimizerGroup[],
  stateKeys: ReadonlySet<string> | null,
): string[] {
  const [first] = groups;
  if (first === undefined) {
    return [];
  }
  const fits = ({ keys, without = [], state }: Signature): boolean =>
    groups.every((group) => keys.every((key) => group.keys.has(key)) && !without.some((key) => group.keys.has(key))) &&
    (state === undefined || stateKeys === null || stateKeys.has(state));
  const found = signatures.filter(fits).map(({ name }) => name);
  return found[0] === 'Adam' ? adamOrAdamW(first) : found;
}

/** Both have the same groups; since torch 2.7 a key tells, before it only AdamW's default weight decay hints. */
function adamOrAdamW({ decoupled, weightDecay }: OptimizerGroup): string[] {
  if (decoupled !== null) {
    return [decoupled ? 'AdamW' : 'Adam'];
  }
  return weightDecay === null || weightDecay === 0 ? ['Adam', 'AdamW'] : ['AdamW', 'Adam'];
}
