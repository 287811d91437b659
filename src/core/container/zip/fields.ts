export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A little-endian 64-bit size or position. Beyond 2⁵³ rounded, which is past the end of every file. */
export function readUint64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 0x1_0000_0000 + view.getUint32(offset, true);
}

/** The 32-bit signature at `offset`, or 0 where fewer than four bytes are left. */
export function signatureAt(bytes: Uint8Array, offset: number): number {
  if (offset + 4 > bytes.length) return 0;
  return viewOf(bytes).getUint32(offset, true);
}
