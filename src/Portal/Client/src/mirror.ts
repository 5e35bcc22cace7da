import { Place } from "./parts";

/** Side of a tile, as the node divides the picture. */
const tileSide = 64;

/**
 * The picture's pixels in memory, as the canvas has them. Moving and writing them here costs what moves; on a canvas, each copy from itself costs
 * a copy of all of it. Photographs are the browser's own and only on the canvas: the tiles that hold some are known, and are not true here.
 */
export class Mirror {
  readonly image: ImageData;
  readonly #pixels: Uint32Array;
  readonly #columns: number;
  readonly #photographs: Uint8Array;
  #photographCount = 0;

  constructor(readonly width: number, readonly height: number) {
    this.image = new ImageData(width, height);
    this.#pixels = new Uint32Array(this.image.data.buffer);
    this.#pixels.fill(0xff000000);
    this.#columns = Math.ceil(width / tileSide);
    this.#photographs = new Uint8Array(this.#columns * Math.ceil(height / tileSide));
  }

  /** Fills a place with a colour, 0xAABBGGRR. */
  fill(place: Place, colour: number): void {
    for (let y = place.y; y < place.y + place.height; y++) {
      const at = y * this.width + place.x;
      this.#pixels.fill(colour, at, at + place.width);
    }
    this.#forget(place);
  }

  /** Writes pixels, row by row, into a place. */
  write(place: Place, pixels: Uint32Array): void {
    for (let row = 0; row < place.height; row++) {
      this.#pixels.set(pixels.subarray(row * place.width, (row + 1) * place.width), (place.y + row) * this.width + place.x);
    }
    this.#forget(place);
  }

  /** Copies to a place what is in another one of the same size. */
  copy(fromX: number, fromY: number, to: Place): void {
    for (let i = 0; i < to.height; i++) {
      // In the direction in which no row is overwritten before it is read.
      const row = fromY > to.y ? i : to.height - 1 - i;
      const from = (fromY + row) * this.width + fromX;
      this.#pixels.copyWithin((to.y + row) * this.width + to.x, from, from + to.width);
    }
    this.#forget(to);
  }

  /** The pixels of a place in which no photograph is, each row handed to `take`. */
  read(place: Place, take: (row: Uint32Array) => void): void {
    for (let y = place.y; y < place.y + place.height; y++) {
      const at = y * this.width + place.x;
      take(this.#pixels.subarray(at, at + place.width));
    }
  }

  /** A photograph was drawn on the canvas. */
  remember(place: Place): void {
    this.#tiles(place, tile => {
      this.#photographCount += 1 - this.#photographs[tile];
      this.#photographs[tile] = 1;
      return true;
    });
  }

  /** Whether what is here may not be what is on the canvas. */
  hasPhotograph(place: Place): boolean {
    return this.#photographCount > 0 && !this.#tiles(place, tile => this.#photographs[tile] === 0);
  }

  /** Tiles that were written as a whole hold no photograph any more. */
  #forget(place: Place): void {
    if (this.#photographCount === 0) return;
    const [right, bottom] = [place.x + place.width, place.y + place.height];
    this.#tiles(place, (tile, x, y) => {
      if (place.x <= x && place.y <= y && Math.min(x + tileSide, this.width) <= right && Math.min(y + tileSide, this.height) <= bottom) {
        this.#photographCount -= this.#photographs[tile];
        this.#photographs[tile] = 0;
      }
      return true;
    });
  }

  /** Calls something for each tile of a place until it says false; whether it never did. */
  #tiles(place: Place, each: (tile: number, x: number, y: number) => boolean): boolean {
    for (let y = place.y - (place.y % tileSide); y < place.y + place.height; y += tileSide) {
      for (let x = place.x - (place.x % tileSide); x < place.x + place.width; x += tileSide) {
        if (!each((y / tileSide) * this.#columns + x / tileSide, x, y)) return false;
      }
    }
    return true;
  }
}
