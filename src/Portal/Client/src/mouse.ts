import * as wire from "./wire";

type Send = (bytes: Uint8Array<ArrayBuffer>) => void;

const { move, buttonDown, left, right, middle, wheel, horizontalWheel, wheelNegative, back, forward } = wire.Flags;
const buttons = [left, middle, right];
/** By the number of a button its bit among those that are held: both come in another order. */
const heldBit = [1, 4, 2, 8, 16];
/** Moves closer to each other than this are one: more often, no screen shows them. */
const moveMillis = 7;
const holdMillis = 550, tapPixels = 10;
/** What one notch of a wheel is: to a browser in pixels or lines, to a host in its own unit. */
const notchPixels = 100, notchLines = 3, notchUnits = 120;
/** Notches that are told at once: whoever flings a page does not wait for more. */
const notchesMax = 8;
/** How far two fingers scroll: a page on a tablet follows them, a desktop's lines are smaller. */
const touchNotchPixels = 40;

/** Mouse, wheel and touch on the canvas. A finger clicks, drags, and by keeping still opens a menu; two fingers scroll. */
export class Mouse {
  readonly #canvas: HTMLCanvasElement;
  readonly #send: Send;
  readonly #touches = new Map<number, { x: number; y: number }>();
  #movedMillis = 0;
  #waitingMove?: { timer: ReturnType<typeof setTimeout>; x: number; y: number };
  #notches = { x: 0, y: 0 };
  #touch?: { x: number; y: number; at: number; hold: ReturnType<typeof setTimeout>; phase: "down" | "drag" | "done" };

  constructor(canvas: HTMLCanvasElement, send: Send, focus: (isTouch: boolean) => void, signal: AbortSignal) {
    this.#canvas = canvas;
    this.#send = send;
    const on = <K extends keyof HTMLElementEventMap>(name: K, handle: (event: HTMLElementEventMap[K]) => void) =>
      canvas.addEventListener(name, handle, { signal, passive: false });
    canvas.style.touchAction = "none";
    on("pointerdown", event => {
      event.preventDefault();
      focus(event.pointerType === "touch");
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
    // A button that is pressed or let go while another one is held comes as a move (Pointer Events, chorded buttons).
    if (event.button >= 0) {
      this.#button(event, (event.buttons & heldBit[event.button]) !== 0);
      return;
    }
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
    this.#scroll(event.deltaX / notch, -event.deltaY / notch, ...this.#at(event));
  }

  /**
   * Turns by notches of a wheel; fractions are kept for the next turn. Only whole notches are told, each by itself: many hosts count the
   * turns and not how far each went, and would scroll ten times as far under a touchpad.
   */
  #scroll(notchesX: number, notchesY: number, x: number, y: number): void {
    this.#notches.x += notchesX;
    this.#notches.y += notchesY;
    for (const [axis, flag] of [["x", horizontalWheel], ["y", wheel]] as const) {
      // A touchpad's hundred hundredths are a notch, too.
      const whole = Math.trunc(this.#notches[axis] + Math.sign(this.#notches[axis]) * 1e-6);
      if (whole === 0) continue;
      this.#notches[axis] -= whole;
      const units = Math.sign(whole) * notchUnits;
      // Nine bits in two's complement, of which the highest is the sign (TS_POINTER_EVENT).
      const turn = wire.mouse(flag | (units < 0 ? wheelNegative | (units & 0xff) : units), x, y);
      for (let i = Math.min(Math.abs(whole), notchesMax); i > 0; i--) this.#send(turn);
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
      const way = touchNotchPixels * this.#touches.size;
      this.#scroll(-dx / way, dy / way, x, y);
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
    if (touch?.phase === "down" && performance.now() - touch.at < holdMillis) {
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
