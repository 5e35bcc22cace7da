import { Tile } from "./wire";

/** A place in the picture. */
export interface Place { x: number; y: number; width: number; height: number }

/** A part of a frame: docs/web-front.md. */
export interface Part extends Place {
  tile: number;
  /** Of a copy: where it was. */
  fromX: number;
  fromY: number;
  /** A colour, pixels as ExactCodec writes them, or a JPEG. */
  data: Uint8Array<ArrayBuffer>;
}

/** The parts of a frame's message from `at` on, in their order. */
export function partsOf(bytes: Uint8Array<ArrayBuffer>, at: number): Part[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (offset: number) => view.getUint16(at + offset, true);
  const parts: Part[] = [];
  while (at < bytes.length) {
    const tile = bytes[at];
    if (tile === Tile.copy) {
      parts.push({ tile, fromX: u16(1), fromY: u16(3), x: u16(5), y: u16(7), width: u16(9), height: u16(11), data: bytes.subarray(at, at) });
      at += 13;
      continue;
    }
    if (tile !== Tile.solid && tile !== Tile.exact && tile !== Tile.photograph) throw new RangeError(`unknown tile ${tile}`);
    const [from, length] = tile === Tile.solid ? [at + 9, 3] : [at + 13, view.getUint32(at + 9, true)];
    parts.push({ tile, fromX: 0, fromY: 0, x: u16(1), y: u16(3), width: u16(5), height: u16(7), data: bytes.subarray(from, from + length) });
    at = from + length;
  }
  return parts;
}

/** Whether two places have a pixel in common. */
export function overlap(one: Place, other: Place): boolean {
  return one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;
}

export function contains(outer: Place, inner: Place): boolean {
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;
}

/** The smallest place around two. */
export function union(one: Place, other: Place): Place {
  const [x, y] = [Math.min(one.x, other.x), Math.min(one.y, other.y)];
  return { x, y, width: Math.max(one.x + one.width, other.x + other.width) - x, height: Math.max(one.y + one.height, other.y + other.height) - y };
}

export function area(place: Place): number { return place.width * place.height; }
