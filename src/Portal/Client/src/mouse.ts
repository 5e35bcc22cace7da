import * as wire from "./wire";

type Send = (bytes: Uint8Array<ArrayBuffer>) => void;

const { move, buttonDown, left, right, middle, wheel, horizontalWheel, wheelNegative, back, forward } = wire.Flags;
const buttons = [left, middle, right];
/** Moves closer to each other than this are one: more often, no screen shows them. */
const moveMillis = 7;
const tapMillis = 300, holdMillis = 550, tapPixels = 10;
/** What one notch of a wheel is: to a browser in pixels or lines, to a host in its own unit. */
const notchPixels = 100, notchLines = 3, notchUnits = 120, unitsMax = 255;

/** Mouse, wheel and touch on the canvas. A finger clicks, drags, and by keeping still opens a menu; two fingers scroll. */
export class Mouse {
  readonly #canvas: HTMLCanvasElement;
  readonly #send: Send;
  readonly #touches = new Map<number, { x: number; y: number }>();
  #movedMillis = 0;
  #waitingMove?: { timer: ReturnType<typeof setTimeout>; x: number; y: number };
  #units = { x: 0, y: 0 };
  #touch?: { x: number; y: number; at: number; hold: ReturnType<typeof setTimeout>; phase: "down" | "drag" | "done" };

  constructor(canvas: HTMLCanvasElement, send: Send, focus: () => void, signal: AbortSignal) {
    this.#canvas = canvas;
    this.#send = send;
    const on = <K extends keyof HTMLElementEventMap>(name: K, handle: (event: HTMLElementEventMap[K]) => void) =>
      canvas.addEventListener(name, handle, { signal, passive: false });
    canvas.style.touchAction = "none";
    on("pointerdown", event => {
      event.preventDefault();
      focus();
      canvas.setPointerCapture(event.pointerId);
      if (event.pointerType === "touch") this.#touchDown(event);
      else this.#button(event, true);
    });
    on("pointermove", event => (event.pointerType === "touch" ? this.#touchMove(event) : this.#moveTo(event)));
    on("pointerup", event => (event.pointerType === "touch" ? this.#touchUp(event) : this.#button(event, false)));
    on("pointercancel", event => (event.pointerType === "touch" ? this.#touchUp(event) : this.#button(event, false)));
    on("wheel", event => this.#turn(event));
    on("contextmenu", event => event.preventDefault());
  }

  #at(event: { clientX: number; clientY: number }): [number, number] {
    const box = this.#canvas.getBoundingClientRect();
    const scale = (offset: number, side: number, pixels: number) =>
      Math.max(0, Math.min(pixels - 1, Math.floor((offset * pixels) / Math.max(side, 1))));
    return [
      scale(event.clientX - box.left, box.width, this.pixels.width), scale(event.clientY - box.top, box.height, this.pixels.height),
    ];
  }

  /** The desktop's size: a canvas that a worker draws on does not tell. */
  pixels = { width: 1, height: 1 };

  #moveTo(event: PointerEvent): void {
    const [x, y] = this.#at(event);
    const now = performance.now();
    if (now - this.#movedMillis >= moveMillis) {
      this.#dropMove();
      this.#movedMillis = now;
      this.#send(wire.mouse(move, x, y));
    } else if (this.#waitingMove) {
      Object.assign(this.#waitingMove, { x, y });
    } else {
      const timer = setTimeout(() => this.#flushMove(), moveMillis);
      this.#waitingMove = { timer, x, y };
    }
  }

  #flushMove(): void {
    const waiting = this.#waitingMove;
    this.#dropMove();
    if (!waiting) return;
    this.#movedMillis = performance.now();
    this.#send(wire.mouse(move, waiting.x, waiting.y));
  }

  #dropMove(): void {
    clearTimeout(this.#waitingMove?.timer);
    this.#waitingMove = undefined;
  }

  #button(event: PointerEvent, isDown: boolean): void {
    this.#dropMove();
    const [x, y] = this.#at(event);
    if (event.button === 3 || event.button === 4) {
      this.#send(wire.extendedMouse((event.button === 3 ? back : forward) | (isDown ? buttonDown : 0), x, y));
    } else if (event.button >= 0 && event.button < 3) {
      this.#press(buttons[event.button], isDown, x, y);
    }
  }

  #press(button: number, isDown: boolean, x: number, y: number): void {
    this.#send(wire.mouse(move, x, y));
    this.#send(wire.mouse(button | (isDown ? buttonDown : 0), x, y));
  }

  #turn(event: WheelEvent): void {
    event.preventDefault();
    const notch = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? notchLines : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 1 : notchPixels;
    this.#scroll((event.deltaX / notch) * notchUnits, (-event.deltaY / notch) * notchUnits, ...this.#at(event));
  }

  /** Turns by units of a wheel; fractions are kept for the next turn. */
  #scroll(unitsX: number, unitsY: number, x: number, y: number): void {
    this.#units.x += unitsX;
    this.#units.y += unitsY;
    for (const [axis, flag] of [["x", horizontalWheel], ["y", wheel]] as const) {
      const units = Math.max(-unitsMax, Math.min(unitsMax, Math.trunc(this.#units[axis])));
      if (units === 0) continue;
      this.#units[axis] = Math.abs(this.#units[axis]) > unitsMax ? 0 : this.#units[axis] - units;
      // Nine bits in two's complement, of which the highest is the sign (TS_POINTER_EVENT).
      this.#send(wire.mouse(flag | (units < 0 ? wheelNegative | (units & 0xff) : units), x, y));
    }
  }

  #touchDown(event: PointerEvent): void {
    this.#touches.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const [x, y] = this.#at(event);
    if (this.#touches.size > 1) {
      this.#endTouch(x, y);
      return;
    }
    const hold = setTimeout(() => {
      if (this.#touch?.phase !== "down") return;
      this.#touch.phase = "done";
      this.#press(right, true, x, y);
      this.#press(right, false, x, y);
    }, holdMillis);
    this.#touch = { x: event.clientX, y: event.clientY, at: performance.now(), hold, phase: "down" };
  }

  #touchMove(event: PointerEvent): void {
    const before = this.#touches.get(event.pointerId);
    if (!before) return;
    const [dx, dy] = [event.clientX - before.x, event.clientY - before.y];
    this.#touches.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const [x, y] = this.#at(event);
    if (this.#touches.size > 1) {
      // Each finger tells its own half of the way.
      const share = notchUnits / notchPixels / this.#touches.size;
      this.#scroll(-dx * share * 2, dy * share * 2, x, y);
      return;
    }
    const touch = this.#touch;
    if (!touch || touch.phase === "done") return;
    if (touch.phase === "down" && Math.hypot(event.clientX - touch.x, event.clientY - touch.y) > tapPixels) {
      clearTimeout(touch.hold);
      touch.phase = "drag";
      this.#press(left, true, ...this.#at({ clientX: touch.x, clientY: touch.y }));
    }
    if (touch.phase === "drag") this.#moveTo(event);
  }

  #touchUp(event: PointerEvent): void {
    this.#touches.delete(event.pointerId);
    const [x, y] = this.#at(event);
    const touch = this.#touch;
    if (touch?.phase === "down" && performance.now() - touch.at < Math.max(tapMillis, holdMillis)) {
      this.#press(left, true, x, y);
      this.#press(left, false, x, y);
      touch.phase = "done";
    }
    this.#endTouch(x, y);
  }

  #endTouch(x: number, y: number): void {
    const touch = this.#touch;
    this.#touch = undefined;
    if (!touch) return;
    clearTimeout(touch.hold);
    this.#dropMove();
    if (touch.phase === "drag") this.#press(left, false, x, y);
  }
}
