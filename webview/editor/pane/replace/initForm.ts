import { initialisations, type Initialisation } from '../../../../src/core/init/initialisation';

/** What the fields for the first numbers of a layer say. */
export interface InitForm {
  /** As in `initialisations`. */
  readonly name: string;
  readonly mode: 'fan_in' | 'fan_out';
  /** Texts of the fields, by name. */
  readonly numbers: Readonly<Record<string, string>>;
  readonly keepOverlap: boolean;
  readonly seed: string;
}

export const plainInit: InitForm = { name: 'default', mode: 'fan_in', numbers: {}, keepOverlap: false, seed: '0' };

const decimal = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** Numbers that an initialisation takes, with torch's own values, by the names of torch's arguments. */
export function numbersOf(name: string): readonly (readonly [name: string, usual: number])[] {
  const start = initialisations.get(name);
  switch (start?.kind) {
    case 'normal':
      return [
        ['mean', start.mean],
        ['std', start.std],
      ];
    case 'truncNormal':
      return [
        ['mean', start.mean],
        ['std', start.std],
        ['a', start.low],
        ['b', start.high],
      ];
    default:
      return [];
  }
}

export function hasMode(name: string): boolean {
  return name.startsWith('kaiming');
}

/** What a field shows. */
export function numberText({ numbers }: InitForm, name: string, usual: number): string {
  return Object.hasOwn(numbers, name) ? (numbers[name] ?? '') : String(usual);
}

/** Whether torch would not take the number: a spread below 0, an end that lies before the beginning. */
export function isWrongNumber(form: InitForm, name: string): boolean {
  const numbers = new Map(numbersOf(form.name).map(([each, usual]) => [each, numberText(form, each, usual)]));
  const text = numbers.get(name) ?? '';
  const isBefore = name === 'b' && Number(text) < Number(numbers.get('a'));
  return !decimal.test(text) || (name === 'std' && Number(text) < 0) || isBefore;
}

/** null where a number is none. */
export function initialisationOf(form: InitForm): Initialisation | null {
  const start = initialisations.get(form.name);
  const numbers = numbersOf(form.name);
  if (start === undefined || numbers.some(([name]) => isWrongNumber(form, name))) {
    return null;
  }
  const texts = new Map(numbers.map(([name, usual]) => [name, numberText(form, name, usual)]));
  const number = (name: string): number => Number(texts.get(name));
  switch (start.kind) {
    case 'kaimingUniform':
    case 'kaimingNormal':
      return { kind: start.kind, mode: form.mode };
    case 'normal':
      return { kind: 'normal', mean: number('mean'), std: number('std') };
    case 'truncNormal':
      return { kind: 'truncNormal', mean: number('mean'), std: number('std'), low: number('a'), high: number('b') };
    default:
      return start;
  }
}

/** null for what is no whole number that both sides hold exactly. */
export function seedOf({ seed }: InitForm): number | null {
  return /^\s*-?\d{1,15}\s*$/.test(seed) ? Number(seed) : null;
}
