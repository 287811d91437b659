/**
 * A matrix with orthonormal columns, or rows where it is wider than high, made as `nn.init.orthogonal_` does: the Q of a QR
 * decomposition whose R has a positive diagonal. Unique, so that Householder's way in double gives LAPACK's numbers.
 * @param drawn the normal numbers, row by row; they are replaced.
 */
export function orthogonalise(drawn: Float32Array, rows: number, gain: number): void {
  const columns = drawn.length / rows;
  const isWide = rows < columns;
  const [long, short] = isWide ? [columns, rows] : [rows, columns];
  const place = (row: number, column: number): number => (isWide ? column * columns + row : row * columns + column);
  const vectors = Array.from({ length: short }, (_, column) => {
    const vector = new Float64Array(long);
    for (let row = 0; row < long; row++) {
      vector[row] = drawn[place(row, column)] ?? 0;
    }
    return vector;
  });
  for (const [column, vector] of orthonormal(vectors).entries()) {
    for (let row = 0; row < long; row++) {
      drawn[place(row, column)] = Math.fround(vector[row] ?? 0) * Math.fround(gain);
    }
  }
}

/** @returns Q, column by column. */
function orthonormal(columns: readonly Float64Array[]): readonly Float64Array[] {
  const signs = columns.map((column, index) => {
    const sign = reflector(column, index);
    for (const other of columns.slice(index + 1)) {
      reflect(other, column, index);
    }
    return sign;
  });
  const made = columns.map((column, index) => {
    const unit = new Float64Array(column.length);
    unit[index] = signs[index] ?? 1;
    return unit;
  });
  for (const [index, column] of [...columns.entries()].reverse()) {
    for (const vector of made.slice(index)) {
      reflect(vector, column, index);
    }
  }
  return made;
}

/** Makes a column the vector of the reflection that clears it below `from`. @returns the sign of R's diagonal there. */
function reflector(column: Float64Array, from: number): number {
  const norm = Math.sqrt(dot(column, column, from));
  const first = column[from] ?? 0;
  const sign = first < 0 ? -1 : 1;
  column[from] = first + sign * norm;
  const length = Math.sqrt(dot(column, column, from));
  for (let row = from; length > 0 && row < column.length; row++) {
    column[row] = (column[row] ?? 0) / length;
  }
  return -sign;
}

function reflect(vector: Float64Array, unit: Float64Array, from: number): void {
  const twice = 2 * dot(vector, unit, from);
  for (let row = from; row < vector.length; row++) {
    vector[row] = (vector[row] ?? 0) - twice * (unit[row] ?? 0);
  }
}

function dot(a: Float64Array, b: Float64Array, from: number): number {
  let sum = 0;
  for (let row = from; row < a.length; row++) {
    sum += (a[row] ?? 0) * (b[row] ?? 0);
  }
  return sum;
}
