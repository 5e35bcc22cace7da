import { ClipboardPanel, clipboardBytesMax } from "./clipboard";
import { Keyboard, KeyboardMode } from "./keyboard";
import { Mouse } from "./mouse";
import { Note } from "./note";
import { Place } from "./parts";
import { showPointer } from "./pointer";
import { Screen, ScreenEvent, ScreenOrder } from "./screen";
import { Veil } from "./veil";
import * as wire from "./wire";

/** Whether the desktop takes the size of its place on the page, or is scaled into it. */
export type Fit = "resize" | "scale";

export interface DesktopOptions {
  /** The node's socket; the page's own origin with /api/v1/pixels when left out. */
  socketUrl?: string;
  /** Gets a fresh ticket each time a connection is made: each is good once. */
  ticket: () => Promise<string>;
  /** The folder of these modules; where this one came from when left out. */
  modules?: string;
  fit?: Fit;
  keyboard?: KeyboardMode;
  /** What the desktop's front is called in lists. */
  client?: string;
  onState?: (state: DesktopState, sentence: string) => void;
  onSize?: (width: number, height: number) => void;
  onClipboard?: (text: string) => void;
  /** Shall text that is pasted here go to the host, and text that is copied there to the clipboard here? The node decides whether it may. */
  clipboard?: boolean;
  /** For measuring: a frame is on the canvas, milliseconds since the epoch, bytes of its message. */
  onDrawn?: (frame: number, atMillis: number, bytes: number) => void;
  /** For measuring: a number for what the watched place shows, at most once for each picture of the screen. */
  onShown?: (print: number) => void;
}

export type DesktopState = "connecting" | "live" | "waiting" | "reconnecting" | "ended";

/** A ticket that takes longer is asked for again: after a sleep, the question may have gone into a connection that is dead. */
const ticketMillis = 5000;
const resizeQuietMillis = 250;
const retryMillis = { first: 200, factor: 1.8, max: 8000 };
/** A page whose timer is late by this much has slept. */
const sleepCheckMillis = 5000, sleptMillis = 10_000;
const sideMin = 200, sideMax = 8192, scaleMin = 100, scaleMax = 500;

/** Opens a session's desktop on a canvas. The canvas is given away to a worker, so it can be used once. */
export function open(canvas: HTMLCanvasElement, options: DesktopOptions): Desktop {
  return new Desktop(canvas, options);
}

/** One desktop on one canvas: connects, stays connected, and tells the page what happens. */
export class Desktop {
  readonly keyboard: Keyboard;
  readonly #canvas: HTMLCanvasElement;
  readonly #options: DesktopOptions;
  readonly #ending = new AbortController();
  readonly #place: HTMLElement;
  readonly #field = document.createElement("textarea");
  readonly #mouse: Mouse;
  readonly #veil: Veil;
  readonly #note: Note;
  readonly #clipboard: ClipboardPanel;
  readonly #order: (order: ScreenOrder, transfer?: Transferable[]) => void;
  readonly #worker?: Worker;
  readonly #snapshots = new Map<number, (blob?: Blob) => void>();
  #state: DesktopState = "connecting";
  #mayControl = false;
  #front = 0;
  #lastSentence = "";
  #size = { width: 0, height: 0 };
  #wanted = "";
  #fit: Fit;
  #lostMillis = 0;
  #hasPicture = false;
  #retries = 0;
  #retry?: ReturnType<typeof setTimeout>;
  #resizing?: ReturnType<typeof setTimeout>;
  #tickMillis = performance.now();

  constructor(canvas: HTMLCanvasElement, options: DesktopOptions) {
    this.#canvas = canvas;
    this.#options = options;
    this.#fit = options.fit ?? "resize";
    this.#place = canvas.parentElement ?? document.body;
    this.#place.classList.add("rc-place");
    const send = (bytes: Uint8Array<ArrayBuffer>) => this.#order({ kind: "send", bytes });

    const signal = this.#ending.signal;
    this.#field.className = "rc-keys";
    this.#field.setAttribute("aria-label", "Keyboard of the remote desktop");
    this.#field.autocapitalize = "off";
    this.#field.autocomplete = "off";
    this.#field.spellcheck = false;
    this.#place.append(this.#field);
    this.#veil = new Veil(this.#place);
    this.#note = new Note(this.#place);
    this.#clipboard = new ClipboardPanel(this.#place, {
      give: text => this.sendClipboard(text), type: text => this.type(text), leave: () => this.focus(),
    });
    this.keyboard = new Keyboard(this.#field, send, signal);
    this.keyboard.mode = options.keyboard ?? "places";
    if (options.clipboard) this.keyboard.onPaste = text => this.sendClipboard(text);
    this.#mouse = new Mouse(canvas, send, isTouch => this.focus(isTouch ? "none" : undefined), signal);
    this.#place.append(this.#touchKeys(signal));

    const heard = (event: ScreenEvent) => this.#heard(event);
    if ("transferControlToOffscreen" in canvas && typeof Worker !== "undefined") {
      const modules = options.modules ?? new URL(".", import.meta.url).href;
      const worker = (this.#worker = new Worker(new URL("screen-worker.js", new URL(modules, location.href)), { type: "module", name: "remote desktop" }));
      worker.onmessage = (message: MessageEvent<ScreenEvent>) => heard(message.data);
      worker.onerror = () => this.#end("The drawing worker could not be started. Reload the page.");
      this.#order = (order, transfer) => worker.postMessage(order, transfer ?? []);
      const offscreen = canvas.transferControlToOffscreen();
      this.#order({ kind: "canvas", canvas: offscreen }, [offscreen]);
    } else {
      const screen = new Screen(heard);
      this.#order = order => screen.obey(order);
      this.#order({ kind: "canvas", canvas });
    }
    if (options.onDrawn) this.#order({ kind: "trace" });

    const watched = new ResizeObserver(() => this.#placeChanged());
    watched.observe(this.#place);
    signal.addEventListener("abort", () => watched.disconnect());
    document.addEventListener("visibilitychange", () => this.#seen(), { signal });
    window.addEventListener("online", () => this.#awake(), { signal });
    document.addEventListener("fullscreenchange", () => this.#lockKeys(), { signal });
    this.#watchRatio(signal);
    const ticking = setInterval(() => this.#tick(), sleepCheckMillis);
    signal.addEventListener("abort", () => clearInterval(ticking));
    void this.#connect();
  }

  get state(): DesktopState { return this.#state; }
  get mayControl(): boolean { return this.#mayControl; }
  get size(): { width: number; height: number } { return this.#size; }

  /** This front's number among those that look at the session; 0 before it is one of them. A connection that is made anew is another one. */
  frontNumber(): number { return this.#front; }

  /** Gives the desktop the keyboard. `screenKeys` says whether the one on a touch screen shall come with it; undefined leaves it to the browser. */
  focus(screenKeys?: "none" | "text"): void {
    this.#field.inputMode = screenKeys ?? "";
    this.#field.focus({ preventScroll: true });
  }

  /** Presses keys together: ["ControlLeft", "AltLeft", "Delete"]. */
  press(places: string[]): void { this.keyboard.press(places); }

  /** Types text as characters. */
  type(text: string): void { this.keyboard.type(text); }

  /** Gives text to the host's clipboard; false when it is longer than a clipboard carries. */
  sendClipboard(text: string): boolean {
    const bytes = wire.clipboard(text);
    if (bytes.length > clipboardBytesMax) {
      this.#note.show(`This text is too long for the clipboard: ${clipboardBytesMax / 1024} KiB are the most.`);
      return false;
    }
    this.#order({ kind: "send", bytes });
    return true;
  }

  /** Shows the panel with the text of both clipboards, or takes it away. */
  toggleClipboard(): void {
    if (this.#clipboard.isOpen) this.#clipboard.close();
    else this.#clipboard.open();
  }

  setKeyboard(mode: KeyboardMode): void { this.keyboard.mode = mode; }

  setFit(fit: Fit): void {
    this.#fit = fit;
    this.#wanted = "";
    this.#placeChanged();
  }

  /** Fills the screen; where the browser allows it, keys that it keeps otherwise (Alt+Tab, Escape) go to the desktop. */
  async fullscreen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.#place.requestFullscreen({ navigationUI: "hide" });
    this.focus();
  }

  /** The picture as it is on the canvas, as PNG. */
  snapshot(): Promise<Blob | undefined> {
    const number = this.#snapshots.size === 0 ? 1 : Math.max(...this.#snapshots.keys()) + 1;
    return new Promise(done => {
      this.#snapshots.set(number, done);
      this.#order({ kind: "snapshot", number });
    });
  }

  /** For measuring: tells `onShown` from now on what a place of the canvas shows. */
  watch(place: Place): void { this.#order({ kind: "watch", place }); }

  /** Leaves the session; it goes on without us. */
  close(): void {
    this.#ending.abort();
    clearTimeout(this.#retry);
    clearTimeout(this.#resizing);
    this.#order({ kind: "close" });
    // The worker closes its socket itself; it is not needed after that.
    setTimeout(() => this.#worker?.terminate(), 1000);
    this.#veil.remove();
    this.#note.remove();
    this.#clipboard.remove();
    this.#field.remove();
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retry);
    try {
      const late = new Promise<never>((_, fail) => setTimeout(() => fail(new Error("no answer")), ticketMillis));
      const ticket = await Promise.race([this.#options.ticket(), late]);
      if (this.#ending.signal.aborted) return;
      const url = this.#options.socketUrl ?? new URL("/api/v1/pixels", location.href.replace(/^http/, "ws")).href;
      this.#order({ kind: "connect", url, ticket, client: this.#options.client ?? "browser" });
    } catch (error) {
      console.warn("No ticket for the desktop's socket.", error);
      this.#again();
    }
  }

  #again(): void {
    if (this.#ending.signal.aborted || this.#state === "ended") return;
    const pause = Math.min(retryMillis.max, retryMillis.first * retryMillis.factor ** this.#retries++);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#connect(), pause * (0.75 + Math.random() / 2));
  }

  #heard(event: ScreenEvent): void {
    switch (event.kind) {
      case "welcome":
        this.#mayControl = event.mayControl;
        this.#front = event.front;
        this.#clipboard.ways = event.clipboard;
        this.#retries = 0;
        this.#wanted = "";
        this.#order({ kind: "send", bytes: wire.visible(!document.hidden) });
        this.#placeChanged();
        break;
      case "size":
        this.#size = { width: event.width, height: event.height };
        this.#mouse.pixels = this.#size;
        this.#layOut();
        this.#options.onSize?.(event.width, event.height);
        break;
      case "notice": this.#noticed(event); break;
      case "pointer": void showPointer(this.#canvas, event); break;
      case "leave": this.#lastSentence = event.sentence; break;
      case "clipboard":
        this.#options.onClipboard?.(event.text);
        this.#copied(event.text);
        break;
      case "drawn": this.#options.onDrawn?.(event.frame, event.atMillis, event.bytes); break;
      case "shown": this.#options.onShown?.(event.print); break;
      case "snapshot":
        this.#snapshots.get(event.number)?.(event.blob);
        this.#snapshots.delete(event.number);
        break;
      case "closed": this.#closed(event.status, event.sentence); break;
    }
  }

  #copied(text: string): void {
    this.#clipboard.came(text);
    if (!this.#options.clipboard) return;
    const copy = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard here"));
    // A page that is not in front, or may not, leaves the clipboard as it is; a click on a button is what browsers want to see.
    copy.catch(() => this.#note.show("Text was copied at the desktop.", "Take it", () => this.#take(text)));
  }

  #take(text: string): void {
    const copy = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard here"));
    copy.then(() => this.focus(), () => this.#clipboard.open());
  }

  /** A button for who has no keyboard but the one on the screen, which hides the desktop and must not come with every touch. */
  #touchKeys(signal: AbortSignal): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "rc-touch-keys";
    button.textContent = "Keyboard";
    // By the pointer and not by the click, before which the field would have lost the keyboard.
    button.addEventListener("pointerdown", event => {
      event.preventDefault();
      const isShown = this.#field.inputMode === "text" && document.activeElement === this.#field;
      this.#field.blur();
      this.focus(isShown ? "none" : "text");
    }, { signal });
    signal.addEventListener("abort", () => button.remove());
    return button;
  }

  #noticed(event: ScreenEvent & { kind: "notice" }): void {
    if (event.notice === "none") {
      this.#hasPicture = true;
      this.#lostMillis = 0;
      this.#veil.hide();
      this.#tell("live", "");
      return;
    }
    const isOld = this.#hasPicture && event.notice !== "waiting";
    this.#veil.show(event.sentence, event.notice, isOld ? event.ageMillis : undefined);
    this.#tell("waiting", event.sentence);
  }

  #closed(status: number, sentence: string): void {
    if (this.#lastSentence || status === wire.Close.malformed || status === wire.Close.noRoom) {
      this.#end(this.#lastSentence || sentence);
      return;
    }
    this.#lostMillis ||= performance.now();
    const age = this.#hasPicture ? performance.now() - this.#lostMillis : undefined;
    this.#veil.show("The connection to the gateway is lost. Connecting again …", "lost", age);
    this.#tell("reconnecting", "The connection to the gateway is lost.");
    this.#again();
  }

  #end(sentence: string): void {
    this.#veil.show(sentence, "failed", undefined);
    this.#tell("ended", sentence);
  }

  #tell(state: DesktopState, sentence: string): void {
    this.#state = state;
    this.#options.onState?.(state, sentence);
  }

  #seen(): void {
    this.#order({ kind: "send", bytes: wire.visible(!document.hidden) });
    if (!document.hidden) this.#awake();
  }

  /** The network or the machine is back: no need to wait for a time-out. */
  #awake(): void {
    if (this.#state === "reconnecting") {
      this.#retries = 0;
      void this.#connect();
    } else this.#order({ kind: "check" });
  }

  #tick(): void {
    const now = performance.now();
    if (now - this.#tickMillis > sleptMillis) this.#awake();
    this.#tickMillis = now;
  }

  /** A window that moves to a screen with other pixels stays as large as it was; the desktop shall not. */
  #watchRatio(signal: AbortSignal): void {
    const asked = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    asked.addEventListener("change", () => {
      this.#placeChanged();
      this.#watchRatio(signal);
    }, { signal, once: true });
  }

  #lockKeys(): void {
    const keyboard = (navigator as { keyboard?: { lock?: () => Promise<void>; unlock?: () => void } }).keyboard;
    if (document.fullscreenElement) keyboard?.lock?.().catch(() => undefined);
    else keyboard?.unlock?.();
    this.#placeChanged();
  }

  #placeChanged(): void {
    this.#layOut();
    clearTimeout(this.#resizing);
    this.#resizing = setTimeout(() => this.#askForSize(), resizeQuietMillis);
  }

  /** Asks the desktop for the size of its place, in the screen's own pixels. */
  #askForSize(): void {
    if (this.#fit !== "resize" || !this.#mayControl || this.#ending.signal.aborted) return;
    const ratio = window.devicePixelRatio || 1;
    const side = (css: number) => Math.max(sideMin, Math.min(sideMax, Math.floor(css * ratio) & ~1));
    const [width, height] = [side(this.#place.clientWidth), side(this.#place.clientHeight)];
    const scale = Math.max(scaleMin, Math.min(scaleMax, Math.round(ratio * 100)));
    const wanted = `${width}x${height}@${scale}`;
    if (wanted === this.#wanted || this.#place.clientWidth === 0) return;
    this.#wanted = wanted;
    this.#order({ kind: "send", bytes: wire.resize(width, height, scale) });
  }

  /** Shows a pixel of the desktop as a pixel of the screen, or smaller where there is not enough room. */
  #layOut(): void {
    const { width, height } = this.#size;
    if (width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const [naturalWidth, naturalHeight] = [width / ratio, height / ratio];
    const room = Math.min(this.#place.clientWidth / naturalWidth, this.#place.clientHeight / naturalHeight);
    const scale = this.#fit === "scale" ? room : Math.min(1, room);
    this.#canvas.style.width = `${naturalWidth * scale}px`;
    this.#canvas.style.height = `${naturalHeight * scale}px`;
    // Smaller than it is, a picture is easier to read smoothed; as it is, it shall be exact.
    this.#canvas.style.imageRendering = Math.abs(scale - 1) < 0.001 ? "pixelated" : "auto";
  }
}

/** What Blazor gives us to call it by. */
interface DotNetObject {
  invokeMethodAsync<T>(method: string, ...arguments_: unknown[]): Promise<T>;
}

/** Opens a desktop for the component DesktopCanvas.razor, which gets the tickets and is told what happens. */
export function openFor(canvas: HTMLCanvasElement, component: DotNetObject, options: Partial<DesktopOptions>): Desktop {
  return open(canvas, {
    ...options,
    ticket: () => component.invokeMethodAsync<string>("NewTicketAsync"),
    // A component whose page has lost its own socket is told the next time.
    onState: (state, sentence) => void component.invokeMethodAsync("StateAsync", state, sentence).catch(() => undefined),
  });
}
