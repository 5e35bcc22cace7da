import { decodeExact } from "./exact";
import { Mirror } from "./mirror";
import { area, contains, overlap, Part, partsOf, Place, union } from "./parts";
import { Tile } from "./wire";

export type Canvas = OffscreenCanvas | HTMLCanvasElement;
type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;
type Photograph = ImageBitmap | VideoFrame;

/** So many places wait for the canvas side by side; a further one is compared with the newest of them. */
const comparedMax = 4;

/** The desktop's picture on a canvas: draws frames, each as a whole. */
export class Picture {
  readonly #context: Context;
  #mirror = new Mirror(1, 1);
  /** Places of the mirror that the canvas does not have yet. */
  #waiting: Place[] = [];
  #pixels = new Uint32Array(64 * 64);
  #watched?: Place;
  #isPrintOld = false;

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
    this.#mirror = new Mirror(width, height);
    this.#waiting = [];
  }

  /** For measuring: prints are of this place from now on. */
  watch(place: Place): void { this.#watched = place; }

  /** For measuring: a number for what is to be seen at the watched place; undefined when nothing was drawn there since the last one. */
  print(): number | undefined {
    if (!this.#watched || !this.#isPrintOld) return undefined;
    this.#isPrintOld = false;
    if (this.#mirror.hasPhotograph(this.#watched)) this.#fetch(this.#watched);
    let print = 0;
    this.#mirror.read(this.#watched, row => { for (const pixel of row) print = (Math.imul(print, 31) + pixel) | 0; });
    return print;
  }

  /** Draws what is in a frame from `at` on. A promise only when something has to be decoded by the browser first. */
  draw(bytes: Uint8Array<ArrayBuffer>, at: number): Promise<void> | undefined {
    const parts = partsOf(bytes, at);
    for (const part of parts) this.#check(part);
    // Side by side, and nothing of the frame is drawn before all are there.
    const photographs = parts.filter(part => part.tile === Tile.photograph).map(part => decodePhotograph(part.data));
    if (photographs.length === 0) {
      this.#drawAll(parts, []);
      return undefined;
    }
    return Promise.all(photographs).then(decoded => {
      this.#drawAll(parts, decoded);
      for (const photograph of decoded) photograph.close();
    });
  }

  #check(part: Part): void {
    const all = { x: 0, y: 0, width: this.#mirror.width, height: this.#mirror.height };
    const isInside = contains(all, part) && (part.tile !== Tile.copy || contains(all, { ...part, x: part.fromX, y: part.fromY }));
    if (!isInside) throw new RangeError(`a part outside of the picture: ${part.x},${part.y} ${part.width}×${part.height}`);
  }

  #drawAll(parts: Part[], photographs: Photograph[]): void {
    let photograph = 0;
    for (const part of parts) {
      switch (part.tile) {
        case Tile.solid:
          this.#mirror.fill(part, (0xff000000 | (part.data[2] << 16) | (part.data[1] << 8) | part.data[0]) >>> 0);
          this.#wait(part);
          break;
        case Tile.copy: {
          const from = { ...part, x: part.fromX, y: part.fromY };
          if (this.#mirror.hasPhotograph(from)) this.#fetch(from);
          this.#mirror.copy(part.fromX, part.fromY, part);
          this.#wait(part);
          break;
        }
        case Tile.exact:
          this.#mirror.write(part, this.#decode(part));
          this.#wait(part);
          break;
        default:
          this.#show();
          this.#context.drawImage(photographs[photograph++], part.x, part.y);
          this.#mirror.remember(part);
          break;
      }
      if (this.#watched && overlap(part, this.#watched)) this.#isPrintOld = true;
    }
    this.#show();
  }

  #decode(part: Part): Uint32Array {
    const count = part.width * part.height;
    if (this.#pixels.length < count) this.#pixels = new Uint32Array(count);
    const pixels = this.#pixels.subarray(0, count);
    decodeExact(part.data, pixels, part.width);
    return pixels;
  }

  /** A place of the mirror goes to the canvas with the next `#show`: joined with a neighbour when that makes both at most a quarter larger. */
  #wait(place: Place): void {
    for (let i = this.#waiting.length - 1; i >= Math.max(0, this.#waiting.length - comparedMax); i--) {
      const both = union(this.#waiting[i], place);
      if (area(both) * 4 > (area(this.#waiting[i]) + area(place)) * 5 || this.#mirror.hasPhotograph(both)) continue;
      this.#waiting[i] = both;
      return;
    }
    this.#waiting.push({ x: place.x, y: place.y, width: place.width, height: place.height });
  }

  #show(): void {
    for (const { x, y, width, height } of this.#waiting) this.#context.putImageData(this.#mirror.image, 0, 0, x, y, width, height);
    this.#waiting.length = 0;
  }

  /** Brings photographs from the canvas into the mirror. */
  #fetch(place: Place): void {
    this.#show();
    const { data } = this.#context.getImageData(place.x, place.y, place.width, place.height);
    this.#mirror.write(place, new Uint32Array(data.buffer));
  }
}

/** Decodes a JPEG, beside this thread where the browser can do it there. */
async function decodePhotograph(jpeg: Uint8Array<ArrayBuffer>): Promise<Photograph> {
  // Without HTTPS there is no such decoder. It takes the bytes as they are, where a blob makes a way through another process of the browser.
  if (typeof ImageDecoder === "undefined") return createImageBitmap(new Blob([jpeg], { type: "image/jpeg" }));
  const decoder = new ImageDecoder({ data: jpeg, type: "image/jpeg" });
  try {
    return (await decoder.decode()).image;
  } finally {
    decoder.close();
  }
}
