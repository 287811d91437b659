/** Run-time checks of untrusted values, built from small ones. A guard never throws. */
export type Guard<T> = (value: unknown) => value is T;

export const isString: Guard<string> = (value) => typeof value === 'string';
export const isBoolean: Guard<boolean> = (value) => typeof value === 'boolean';
export const isNumber: Guard<number> = (value): value is number => typeof value === 'number' && !Number.isNaN(value);
/** A row, a count, an offset: whole, not negative, exact in a double. */
export const isIndex: Guard<number> = (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
/** What a method without a result answers; JSON has no `undefined`. */
export const isNothing: Guard<void> = (value): value is undefined => value === undefined || value === null;

export function isNullOr<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

export function isOptional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value);
}

export function isOneOf<const T extends readonly (string | number)[]>(...values: T): Guard<T[number]> {
  const known: ReadonlySet<unknown> = new Set(values);
  return (value): value is T[number] => known.has(value);
}

/** Every member of a union, named as keys: the compiler finds one that was forgotten. */
export function isKeyOf<K extends string>(members: Readonly<Record<K, true>>): Guard<K> {
  return (value): value is K => isString(value) && Object.hasOwn(members, value);
}

export function isEither<A, B>(first: Guard<A>, second: Guard<B>): Guard<A | B> {
  return (value): value is A | B => first(value) || second(value);
}

/** `most` bounds what the other side can make us walk over. */
export function isArrayOf<T>(guard: Guard<T>, most = Infinity): Guard<readonly T[]> {
  return (value): value is readonly T[] =>
    Array.isArray(value) && value.length <= most && value.every((item) => guard(item));
}

/** An argument list or another array of fixed length. */
export function isTuple<T extends readonly unknown[]>(...guards: { readonly [K in keyof T]: Guard<T[K]> }): Guard<T> {
  return (value): value is T =>
    Array.isArray(value) && value.length === guards.length && guards.every((guard, index) => guard(value[index]));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isRecordOf<T>(guard: Guard<T>): Guard<Readonly<Record<string, T>>> {
  return (value): value is Readonly<Record<string, T>> =>
    isRecord(value) && Object.values(value).every((item) => guard(item));
}

/** Exactly typed fields; fields that are not named are let through and ignored. */
export function isShape<T extends object>(fields: { readonly [K in keyof T]-?: Guard<T[K]> }): Guard<T> {
  const checks: [string, Guard<unknown>][] = Object.entries(fields);
  return (value): value is T => isRecord(value) && checks.every(([name, guard]) => guard(value[name]));
}
