import { dtypes } from '../checkpoint/dtypes';
import { countOf } from '../init/distributions';
import type { DrawStream } from '../init/drawStream';
import { castTargets } from '../tensor/castTargets';
import type { StorageContent } from '../write/storageContent';
import { editError } from './editError';

/**
 * The bytes of a step of a stream in a dtype. All numbers are drawn in float32 and rounded, as `nn.Linear(…).to(dtype)` has
 * them; ints, which nothing draws, are constants.
 * @throws EditError where numbers of another dtype would have to be drawn.
 */
export function drawnContent(stream: DrawStream, step: number, dtype: string): StorageContent {
  const content: StorageContent = { kind: 'drawn', stream, step };
  if (dtype === 'float32') {
    return content;
  }
  const { shape = [], draw } = stream.steps[step] ?? {};
  if (castTargets.includes(dtype)) {
    return { kind: 'cast', from: content, fromDtype: 'float32', toDtype: dtype, elements: countOf(shape) };
  }
  const found = dtypes.get(dtype);
  if (draw?.kind !== 'constant' || (found?.class !== 'int' && found?.class !== 'bool')) {
    throw editError('edit-unsupported', 'layer-not-float', [], dtype);
  }
  return { kind: 'bytes', data: repeatedInt(draw.value, found.size, countOf(shape)) };
}

function repeatedInt(value: number, size: number, count: number): Uint8Array {
  const data = new Uint8Array(size * count);
  if (value !== 0) {
    const bits = BigInt.asUintN(size * 8, BigInt(Math.trunc(value)));
    for (let at = 0; at < data.length; at++) {
      data[at] = Number((bits >> BigInt((at % size) * 8)) & 0xffn);
    }
  }
  return data;
}
