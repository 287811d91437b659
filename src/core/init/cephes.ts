const { fround } = Math;

/** Constants of Cephes' `logf`, `sinf` and `cosf`, in float32, as torch's AVX2 code has them. */
export const cephes = {
  twoPi: fround(2 * Math.PI),
  fourOverPi: fround(4 / Math.PI),
  rootOfHalf: fround(Math.SQRT1_2),
  log: [
    fround(7.0376836292e-2),
    fround(-1.151461031e-1),
    fround(1.167699874e-1),
    fround(-1.2420140846e-1),
    fround(1.4249322787e-1),
    fround(-1.6668057665e-1),
    fround(2.0000714765e-1),
    fround(-2.4999993993e-1),
    fround(3.3333331174e-1),
  ],
  /** ln 2 in two parts. */
  ln2: { low: fround(-2.1219444e-4), high: 0.693359375 },
  cosine: [fround(2.443315711809948e-5), fround(-1.388731625493765e-3), fround(4.166664568298827e-2)],
  sine: [fround(-1.9515295891e-4), fround(8.3321608736e-3), fround(-1.6666654611e-1)],
  /** −π/4 in three parts. */
  reductions: [fround(-0.78515625), fround(-2.4187564849853516e-4), fround(-3.774894977445941e-8)],
} as const;
