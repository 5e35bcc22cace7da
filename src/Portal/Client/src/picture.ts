import { decodeExact } from "./exact";
import { Tile } from "./wire";

export type Canvas = OffscreenCanvas | HTMLCanvasElement;
type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

/** A place in the picture. */
export interface Place { x: number; y: number; width: number; height: number }

interface Photograph {
  bitmap: Promise<ImageBitmap>;
}

/** The desktop's picture on a canvas: draws frames, each as a whole. */
export class Picture {
  readonly #context: Context;
  #pixels = new Uint32Array(64 * 64);

  constructor(readonly canvas: Canvas) {
    // The canvas is never transparent and need not wait for the page: what is drawn may be shown at once.
    const context = canvas.getContext("2d", { alpha: false, desynchronized: true }) as Context | null;
    if (!context) throw new Error("This browser gives no canvas to draw on.");
    this.#context = context;
  }

  resize(width: number, height: number): void {
    this.canvas.width = width;
    this.canvas.height = height;
    this.#context.imageSmoothingEnabled = false;
    this.#context.fillStyle = "#000";
    this.#context.fillRect(0, 0, width, height);
  }

  /** A number for what is to be seen at a place: for measuring, whether it is another picture. */
  print(place: Place): number {
    const { data } = this.#context.getImageData(place.x, place.y, place.width, place.height);
    let print = 0;
    for (let i = 0; i < data.length; i++) print = (Math.imul(print, 31) + data[i]) | 0;
    return print;
  }

  /** Draws what is in a frame from `at` on. A promise only when something has to be decoded by the browser first. */
  draw(bytes: Uint8Array<ArrayBuffer>, at: number): Promise<void> | undefined {
    const photographs = this.#photographs(bytes, at);
    if (photographs.length === 0) {
      this.#drawAll(bytes, at, []);
      return undefined;
    }
    return Promise.all(photographs.map(p => p.bitmap)).then(bitmaps => {
      this.#drawAll(bytes, at, bitmaps);
      for (const bitmap of bitmaps) bitmap.close();
    });
  }

  /** Lets the browser decode all photographs of a frame side by side. */
  #photographs(bytes: Uint8Array<ArrayBuffer>, at: number): Photograph[] {
    const found: Photograph[] = [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    while (at < bytes.length) {
      const tile = bytes[at];
      if (tile === Tile.solid) at += 12;
      else if (tile === Tile.copy) at += 13;
      else {
        const length = view.getUint32(at + 9, true);
        if (tile === Tile.photograph) {
          found.push({ bitmap: createImageBitmap(new Blob([bytes.subarray(at + 13, at + 13 + length)], { type: "image/jpeg" })) });
        } else if (tile !== Tile.exact) throw new RangeError(`unknown tile ${tile}`);
        at += 13 + length;
      }
    }
    return found;
  }

  #drawAll(bytes: Uint8Array<ArrayBuffer>, at: number, photographs: ImageBitmap[]): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const u16 = (offset: number) => view.getUint16(at + offset, true);
    let photograph = 0;
    while (at < bytes.length) {
      switch (bytes[at]) {
        case Tile.solid:
          this.#context.fillStyle = `rgb(${bytes[at + 9]},${bytes[at + 10]},${bytes[at + 11]})`;
          this.#context.fillRect(u16(1), u16(3), u16(5), u16(7));
          at += 12;
          break;
        case Tile.copy: {
          const [width, height] = [u16(9), u16(11)];
          this.#context.drawImage(this.canvas, u16(1), u16(3), width, height, u16(5), u16(7), width, height);
          at += 13;
          break;
        }
        case Tile.exact: {
          const length = view.getUint32(at + 9, true);
          this.#drawExact(bytes.subarray(at + 13, at + 13 + length), u16(1), u16(3), u16(5), u16(7));
          at += 13 + length;
          break;
        }
        default:
          this.#context.drawImage(photographs[photograph++], u16(1), u16(3));
          at += 13 + view.getUint32(at + 9, true);
          break;
      }
    }
  }

  #drawExact(bytes: Uint8Array, x: number, y: number, width: number, height: number): void {
    const count = width * height;
    if (this.#pixels.length < count) this.#pixels = new Uint32Array(count);
    decodeExact(bytes, this.#pixels.subarray(0, count), width);
    const colours = new Uint8ClampedArray(this.#pixels.buffer, 0, count * 4);
    this.#context.putImageData(new ImageData(colours, width, height), x, y);
  }
}
