import { lastName } from './match';

/** Names that other frameworks give what a norm of torch has. */
const normNames: ReadonlyMap<string, string> = new Map([
  ['gamma', 'weight'],
  ['beta', 'bias'],
  ['moving_mean', 'running_mean'],
  ['moving_variance', 'running_var'],
  ['moving_var', 'running_var'],
]);

/** The keys with the last names that torch would give them. `gamma` alone may be a scale of any kind: a norm has `beta` too. */
export function canonicalKeys(keys: readonly { readonly key: string }[]): readonly string[] {
  if (!keys.some(({ key }) => hasOtherName(key))) {
    return keys.map(({ key }) => key);
  }
  const all = new Set(keys.map(({ key }) => key));
  return keys.map(({ key }) => {
    const last = lastName(key);
    const name = normNames.get(last);
    const module = key.slice(0, -last.length);
    const other = last === 'gamma' ? 'beta' : last === 'beta' ? 'gamma' : last;
    return name === undefined || !all.has(module + other) ? key : module + name;
  });
}

/** Most files have none: told without cutting each key. */
function hasOtherName(key: string): boolean {
  return key.endsWith('a') ? key.endsWith('gamma') || key.endsWith('beta') : key.includes('moving_');
}
