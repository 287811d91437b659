/**
 * Names that older files of torchvision have, and that its models rename when they load (`_load_state_dict` of densenet.py,
 * `_load_from_state_dict` of vision_transformer.py): the published weights of densenet and of vit still have them.
 */
const renamings: readonly (readonly [old: RegExp, now: string])[] = [
  [/^(.*denselayer\d+\.(?:norm|conv))\.([12]\.(?:weight|bias|running_mean|running_var))$/, '$1$2'],
  [/^(.*\.mlp)\.linear_1\.(weight|bias)$/, '$1.0.$2'],
  [/^(.*\.mlp)\.linear_2\.(weight|bias)$/, '$1.3.$2'],
];

/** The name that a key has in today's torchvision; null where it has not changed. */
export function modernKey(key: string): string | null {
  if (!key.includes('denselayer') && !key.includes('.linear_')) {
    return null;
  }
  for (const [old, now] of renamings) {
    if (old.test(key)) {
      return key.replace(old, now);
    }
  }
  return null;
}
