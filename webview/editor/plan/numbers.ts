/** Whether a typed text is a whole number from `least` on, and one that is exact. */
export function isCount(text: string, least: number): boolean {
  const number = Number(text);
  return /^\d{1,15}$/.test(text) && Number.isSafeInteger(number) && number >= least;
}
