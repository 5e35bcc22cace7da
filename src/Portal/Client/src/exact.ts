// Exact pixels (Gateway/Fronts/Web/ExactCodec.cs says how they are told). Pixels are 0xAABBGGRR, which is RGBA in memory.

const opaque = 0xff000000;
const cache = new Uint32Array(64);

/** Fills `out`, row by row, from `bytes`. Throws a RangeError when the bytes are no such picture. */
export function decodeExact(bytes: Uint8Array, out: Uint32Array, width: number): void {
  cache.fill(0);
  const end = out.length;
  let before = opaque;
  let at = 0;
  let x = 0;
  while (x < end) {
    if (at >= bytes.length) throw new RangeError("exact: too short");
    const code = bytes[at++];
    const kind = code >> 6;
    const low = code & 63;
    if (kind === 0) {
      before = out[x++] = cache[low];
    } else if (kind === 3) {
      if (low === 0) {
        before = opaque | (bytes[at + 2] << 16) | (bytes[at + 1] << 8) | bytes[at];
        at += 3;
      } else {
        const green = low - 32;
        const more = bytes[at++];
        const red = green + (more >> 4) - 8;
        const blue = green + (more & 15) - 8;
        before = opaque | ((((before >>> 16) + blue) & 255) << 16) | ((((before >>> 8) + green) & 255) << 8) | ((before + red) & 255);
      }
      before >>>= 0;
      cache[Math.imul(before, 0x9e3779b1) >>> 26] = before;
      out[x++] = before;
    } else {
      let run = low + 1;
      if (low === 63) {
        run = 64 + (bytes[at] | (bytes[at + 1] << 8));
        at += 2;
      }
      if (x + run > end) throw new RangeError("exact: too long");
      if (kind === 1) {
        out.fill(before, x, x + run);
      } else {
        if (x < width) throw new RangeError("exact: nothing above");
        if (run <= 16) for (let i = 0; i < run; i++) out[x + i] = out[x + i - width];
        else out.copyWithin(x, x - width, x - width + run);
        before = out[x + run - 1];
      }
      x += run;
    }
  }
  if (at !== bytes.length) throw new RangeError("exact: bytes left over");
}
