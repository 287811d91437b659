/**
 * Pickles written opcode by opcode, as text: one character a byte. What Python's own pickler would never write can be
 * written so too.
 */
export function pickleBytes(...opcodes: readonly string[]): Uint8Array {
  return Uint8Array.from(opcodes.join(''), (character) => {
    const byte = character.charCodeAt(0);
    if (byte > 0xff) {
      throw new RangeError(`not a byte: ${character}`);
    }
    return byte;
  });
}

export const proto = (protocol: number): string => `\x80${String.fromCharCode(protocol)}`;
export const global = (module: string, name: string): string => `c${module}\n${name}\n`;
/** A call of a global with these arguments. */
export const call = (module: string, name: string, ...args: readonly string[]): string =>
  `${global(module, name)}(${args.join('')}tR`;
export const stop = '.';

/** BINUNICODE. */
export function text(value: string): string {
  const bytes = Buffer.from(value, 'utf8');
  return `X${uint32(bytes.length)}${bytes.toString('latin1')}`;
}

/** SHORT_BINUNICODE, protocol 4. */
export const shortText = (value: string): string => `\x8c${String.fromCharCode(value.length)}${value}`;

/** BINBYTES, protocol 3. */
export const binbytes = (bytes: Uint8Array): string =>
  `B${uint32(bytes.length)}${Buffer.from(bytes).toString('latin1')}`;

/** BININT1. */
export const int = (value: number): string => `K${String.fromCharCode(value)}`;

/** A dict with these keys and values. */
export const dict = (...entries: readonly (readonly [key: string, value: string])[]): string =>
  `}(${entries.map(([key, value]) => text(key) + value).join('')}u`;

/** `_rebuild_tensor_v2` of a float32 vector whose storage has this key. */
export function tensor(key: string, elements: number): string {
  const storage = `(${text('storage')}${global('torch', 'FloatStorage')}${text(key)}${text('cpu')}${int(elements)}tQ`;
  const hooks = `${global('collections', 'OrderedDict')})R`;
  return `${global('torch._utils', '_rebuild_tensor_v2')}(${storage}${int(0)}${int(elements)}\x85${int(1)}\x85\x89${hooks}tR`;
}

function uint32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('latin1');
}
