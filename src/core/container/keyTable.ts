const zero = 0x30;
const mostDigits = 7;

/** The number that a key is, written without leading zeros and in at most seven digits; −1 for any other key. */
function numberOf(key: string): number {
  const { length } = key;
  if (length === 0 || length > mostDigits || (length > 1 && key.charCodeAt(0) === zero)) return -1;
  let number = 0;
  for (let index = 0; index < length; index++) {
    const digit = key.charCodeAt(index) - zero;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** A map by key. torch's keys are the numbers from 0 on: they are found by number, without hashing a hundred thousand texts. */
export class KeyTable<T> {
  private readonly numbered: (T | undefined)[] = [];
  private readonly named = new Map<string, T>();

  get(key: string): T | undefined {
    const number = numberOf(key);
    return number < 0 ? this.named.get(key) : this.numbered[number];
  }

  set(key: string, value: T): void {
    const number = numberOf(key);
    if (number < 0) this.named.set(key, value);
    else this.numbered[number] = value;
  }
}
