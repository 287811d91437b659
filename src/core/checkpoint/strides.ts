/** Strides of a contiguous tensor, in elements: what torch gives a fresh one. */
export function contiguousStride(shape: readonly number[]): number[] {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    stride[dim] = step;
    step *= Math.max(shape[dim] ?? 1, 1);
  }
  return stride;
}

/** As `Tensor.is_contiguous()`: strides of dimensions of size 1 say nothing, and an empty tensor is contiguous. */
export function isContiguous(shape: readonly number[], stride: readonly number[]): boolean {
  let step = 1;
  let contiguous = true;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    const size = shape[dim] ?? 1;
    if (size === 0) {
      return true;
    }
    if (size !== 1) {
      contiguous &&= stride[dim] === step;
      step *= size;
    }
  }
  return contiguous;
}

/** Elements that a strided view reaches, counted from its storage's start: offset + Σ (size−1)·stride + 1; 0 when empty. */
export function reach(shape: readonly number[], stride: readonly number[], offset: number): number {
  let last = offset;
  for (let dim = 0; dim < shape.length; dim++) {
    const size = shape[dim] ?? 1;
    if (size === 0) {
      return 0;
    }
    last += (size - 1) * (stride[dim] ?? 0);
  }
  return last + 1;
}
