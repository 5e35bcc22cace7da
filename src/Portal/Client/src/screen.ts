import type { ClipboardWays } from "./clipboard";
import { Place } from "./parts";
import { Canvas, Picture } from "./picture";
import * as wire from "./wire";

/** What a screen tells the page. */
export type ScreenEvent =
  | { kind: "welcome"; front: number; mayControl: boolean; clipboard: ClipboardWays; title: string }
  | { kind: "size"; width: number; height: number }
  | { kind: "pointer"; shape: "default" | "hidden" | "bitmap"; width: number; height: number; x: number; y: number; pixels?: Uint8ClampedArray<ArrayBuffer> }
  | { kind: "pointerPosition"; x: number; y: number }
  | { kind: "notice"; notice: "none" | "waiting" | "lost" | "failed"; sentence: string; ageMillis: number }
  | { kind: "leave"; sentence: string }
  | { kind: "clipboard"; text: string }
  | { kind: "drawn"; frame: number; atMillis: number; bytes: number }
  | { kind: "shown"; print: number }
  | { kind: "snapshot"; number: number; blob?: Blob }
  | { kind: "closed"; status: number; sentence: string };

/** What the page tells a screen. */
export type ScreenOrder =
  | { kind: "canvas"; canvas: Canvas }
  | { kind: "connect"; url: string; ticket: string; client: string }
  | { kind: "send"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "trace" }
  | { kind: "watch"; place: Place }
  | { kind: "snapshot"; number: number }
  | { kind: "check" }
  | { kind: "close" };

const noticeKinds = ["none", "waiting", "lost", "failed"] as const;
const pointerKinds = ["default", "hidden", "bitmap"] as const;

/** A node that does not answer for this long is not there any more. */
const answerMillis = 4000;

/**
 * Owns socket and canvas, in a worker where the browser has one that can draw, so that neither waits for what else the page does.
 * Frames are drawn in their order and acknowledged when they are on the canvas.
 */
export class Screen {
  readonly #tell: (event: ScreenEvent, transfer?: Transferable[]) => void;
  readonly #decoder = new TextDecoder();
  #picture?: Picture;
  #socket?: WebSocket;
  #drawing: Promise<void> | undefined;
  #trace = false;
  #questions = 0;
  #unanswered?: ReturnType<typeof setTimeout>;

  constructor(tell: (event: ScreenEvent, transfer?: Transferable[]) => void) {
    this.#tell = tell;
  }

  obey(order: ScreenOrder): void {
    switch (order.kind) {
      case "canvas": this.#picture = new Picture(order.canvas); break;
      case "connect": this.#connect(order.url, order.ticket, order.client); break;
      case "send": this.#send(order.bytes); break;
      case "trace": this.#trace = true; break;
      case "watch": this.#watch(order.place); break;
      case "snapshot": void this.#snapshot(order.number); break;
      case "check": this.#check(); break;
      case "close": this.#drop(); break;
    }
  }

  #connect(url: string, ticket: string, client: string): void {
    this.#drop();
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => socket.send(wire.hello(ticket, client));
    socket.onmessage = message => this.#received(socket, new Uint8Array(message.data as ArrayBuffer));
    socket.onclose = event => {
      if (this.#socket !== socket) return;
      this.#drop();
      this.#tell({ kind: "closed", status: event.code, sentence: event.reason });
    };
  }

  /** Forgets the socket; what it still brings is not looked at. */
  #drop(): void {
    clearTimeout(this.#unanswered);
    this.#unanswered = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(bytes);
  }

  /** Asks whether the node is still there: after a sleep, a socket may look open for minutes. */
  #check(): void {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN || this.#unanswered !== undefined) return;
    this.#send(wire.alive(++this.#questions));
    this.#unanswered = setTimeout(() => {
      if (this.#socket !== socket) return;
      this.#drop();
      this.#tell({ kind: "closed", status: 1006, sentence: "" });
    }, answerMillis);
  }

  #received(socket: WebSocket, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#socket !== socket || bytes.length === 0) return;
    const view = new DataView(bytes.buffer);
    const text = (from: number) => this.#decoder.decode(bytes.subarray(from));
    switch (bytes[0]) {
      case wire.Output.welcome:
        this.#tell({
          kind: "welcome", front: view.getUint16(2, true), mayControl: (bytes[4] & wire.Rights.control) !== 0,
          clipboard: { toHost: (bytes[4] & wire.Rights.copyToHost) !== 0, fromHost: (bytes[4] & wire.Rights.copyFromHost) !== 0 }, title: text(5),
        });
        break;
      case wire.Output.size:
        this.#after(() => this.#picture?.resize(view.getUint16(1, true), view.getUint16(3, true)));
        this.#tell({ kind: "size", width: view.getUint16(1, true), height: view.getUint16(3, true) });
        break;
      case wire.Output.frame:
        this.#frame(socket, bytes, view.getUint32(1, true));
        break;
      case wire.Output.pointer:
        this.#pointer(bytes, view);
        break;
      case wire.Output.pointerPosition:
        this.#tell({ kind: "pointerPosition", x: view.getUint16(1, true), y: view.getUint16(3, true) });
        break;
      case wire.Output.notice:
        this.#tell({ kind: "notice", notice: noticeKinds[bytes[1]] ?? "waiting", ageMillis: view.getUint32(2, true), sentence: text(6) });
        break;
      case wire.Output.leave:
        this.#tell({ kind: "leave", sentence: text(1) });
        break;
      case wire.Output.ping:
        this.#send(wire.pong(view.getUint32(1, true)));
        break;
      case wire.Output.clipboard:
        this.#tell({ kind: "clipboard", text: text(1) });
        break;
      case wire.Output.alive:
        clearTimeout(this.#unanswered);
        this.#unanswered = undefined;
        break;
    }
  }

  #pointer(bytes: Uint8Array<ArrayBuffer>, view: DataView): void {
    const shape = pointerKinds[bytes[1]] ?? "default";
    if (shape !== "bitmap") {
      this.#tell({ kind: "pointer", shape, width: 0, height: 0, x: 0, y: 0 });
      return;
    }
    const [width, height, x, y] = [2, 4, 6, 8].map(at => view.getUint16(at, true));
    const pixels = new Uint8ClampedArray(bytes.buffer.slice(10, 10 + width * height * 4));
    this.#tell({ kind: "pointer", shape, width, height, x, y, pixels }, [pixels.buffer]);
  }

  #frame(socket: WebSocket, bytes: Uint8Array<ArrayBuffer>, frame: number): void {
    const received = performance.now();
    const done = () => {
      if (this.#socket !== socket) return;
      const now = performance.now();
      this.#send(wire.drawn(frame, Math.round((now - received) * 1000)));
      if (this.#trace) this.#tell({ kind: "drawn", frame, atMillis: performance.timeOrigin + now, bytes: bytes.length });
    };
    this.#after(() => {
      const drawing = this.#picture?.draw(bytes, 5);
      if (!drawing) done();
      return drawing?.then(done);
    });
  }

  /** Does something when everything before it is drawn: at once when nothing is being decoded. */
  #after(what: () => Promise<void> | undefined | void): void {
    const guarded = (): Promise<void> | undefined => {
      try {
        return what() ?? undefined;
      } catch (error) {
        this.#failed(error);
        return undefined;
      }
    };
    const next = this.#drawing ? this.#drawing.then(guarded) : guarded();
    if (!next) return;
    const settled: Promise<void> = next.catch(error => this.#failed(error)).then(() => {
      if (this.#drawing === settled) this.#drawing = undefined;
    });
    this.#drawing = settled;
  }

  /** A picture that cannot be read is asked for again as a whole, once; the socket stays. */
  #failed(error: unknown): void {
    console.error("A frame could not be drawn.", error);
    this.#socket?.close(4000, "a frame could not be drawn");
  }

  /** For measuring: tells what the watched place shows, once for each picture of the screen that has something new there. Reading a canvas more
   * often would slow down what is measured. */
  #watch(place: Place): void {
    this.#picture?.watch(place);
    const look = () => {
      const print = this.#picture?.print();
      if (print !== undefined) this.#tell({ kind: "shown", print });
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }

  async #snapshot(number: number): Promise<void> {
    await this.#drawing;
    const canvas = this.#picture?.canvas;
    if (!canvas) return;
    const blob = canvas instanceof OffscreenCanvas
      ? await canvas.convertToBlob({ type: "image/png" })
      : await new Promise<Blob | null>(done => canvas.toBlob(done, "image/png"));
    this.#tell({ kind: "snapshot", number, blob: blob ?? undefined });
  }
}
