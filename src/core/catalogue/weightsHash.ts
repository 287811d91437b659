/** As torch.hub: `HASH_REGEX = re.compile(r"-([a-f0-9]*)\.")`, the first place where it is found. */
const hashInName = /-([a-f0-9]*)\./;

/** The first digits of a file's SHA-256, which torch.hub takes from its name and checks; null where it has none. */
export function hashPrefixOf(fileName: string): string | null {
  const digits = hashInName.exec(fileName)?.[1] ?? '';
  return digits === '' ? null : digits;
}
