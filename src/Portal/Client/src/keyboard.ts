import { scancodes } from "./scancodes";
import * as wire from "./wire";

type Send = (bytes: Uint8Array<ArrayBuffer>) => void;

/** How keys are told: by their place on the keyboard, or as the characters that they give here. */
export type KeyboardMode = "places" | "characters";

const { extended, extended1, down, released } = wire.Flags;
const isMac = /mac/i.test(navigator.platform);
const isWindows = /win/i.test(navigator.platform);
const locks: [string, number][] = [["ScrollLock", 1], ["NumLock", 2], ["CapsLock", 4]];
/** On Windows, AltGr comes as Control and Alt within a moment. */
const altGraphMillis = 50;
/** How long the keys that paste wait for the text. */
const pasteMillis = 120;
/** Stands in the field so that there is something to delete: a touch keyboard's Backspace says nothing where there is not. */
const filler = "\u00a0";
/** Changes of the field that another event has told already: a paste, or the end of a composition, behind which some browsers send one more. */
const toldOtherwise = new Set(["insertFromPaste", "insertCompositionText", "insertFromComposition", "deleteCompositionText"]);

/**
 * Keys, from a text field that lies unseen under the pointer: the browser composes there what dead keys, input methods and touch keyboards
 * make of several keys, and gives pasted text. Keys that have a place are told by it, so that the host's layout decides; what is composed
 * is told as characters.
 */
export class Keyboard {
  mode: KeyboardMode = "places";
  /** Called with pasted text before the keys that paste it are told; false keeps them from pasting something else. */
  onPaste?: (text: string) => boolean;
  readonly #field: HTMLTextAreaElement;
  readonly #send: Send;
  readonly #held = new Map<string, number>();
  #locks = -1;
  #pendingControl?: ReturnType<typeof setTimeout>;
  #pasting = false;

  constructor(field: HTMLTextAreaElement, send: Send, signal: AbortSignal) {
    this.#field = field;
    this.#send = send;
    const on = <K extends keyof HTMLElementEventMap>(name: K, handle: (event: HTMLElementEventMap[K]) => void) =>
      field.addEventListener(name, handle, { signal });
    on("keydown", event => this.#down(event));
    on("keyup", event => this.#up(event));
    on("input", event => this.#typed(event as InputEvent));
    on("compositionend", event => this.#composed(event.data));
    on("paste", event => this.#paste(event));
    on("focus", () => (this.#locks = -1));
    on("blur", () => this.releaseAll());
    this.#empty();
  }

  /** Presses keys together and lets go of them: ["ControlLeft", "AltLeft", "Delete"]. */
  press(places: string[]): void {
    const codes = places.map(place => scancodes.get(place)).filter(code => code !== undefined);
    for (const code of codes) this.#key(code, true);
    for (const code of codes.reverse()) this.#key(code, false);
  }

  /** Types text as characters, whatever the layouts. */
  type(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === 10 || unit === 13) this.press(["Enter"]);
      else if (unit === 9) this.press(["Tab"]);
      else {
        this.#send(wire.unicode(0, unit));
        this.#send(wire.unicode(released, unit));
      }
    }
  }

  releaseAll(): void {
    this.#dropPending();
    this.#held.clear();
    this.#send(wire.releaseAll());
  }

  #down(event: KeyboardEvent): void {
    // 229: an input method or a touch keyboard is at work; what comes of it is told by the field.
    if (event.isComposing || event.keyCode === 229 || event.key === "Process") return;
    const code = event.code === "Pause" ? -1 : scancodes.get(event.code);
    if (code === undefined) return;
    if (this.#isForTheField(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.#isAltGraphControl(event)) return;
    this.#flushPending(event);
    this.#tellLocks(event);
    if (code === -1) {
      this.#pause();
      return;
    }
    if (event.code === "ControlLeft" && isWindows && !event.repeat) {
      this.#pendingControl = setTimeout(() => this.#flushPending(), altGraphMillis);
      this.#held.set(event.code, code);
      return;
    }
    // A Mac tells no key up while Command is held.
    const isShortcutOnMac = isMac && event.metaKey && !event.code.startsWith("Meta");
    this.#key(code, true);
    if (isShortcutOnMac) this.#key(code, false);
    else this.#held.set(event.code, code);
  }

  #up(event: KeyboardEvent): void {
    const code = this.#held.get(event.code);
    if (code === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#flushPending(event);
    this.#held.delete(event.code);
    this.#key(code, false);
  }

  /** Keys whose characters the field shall make: all that give one in that mode, unless a modifier makes a command of them. */
  #isForTheField(event: KeyboardEvent): boolean {
    if (event.key === "Dead") return this.mode === "characters";
    const isCommand = (event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState("AltGraph");
    const isPaste = this.onPaste && event.code === "KeyV" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (isPaste && !event.repeat) {
      // The browser now gives the text; the keys follow it.
      this.#pasting = true;
      return true;
    }
    return this.mode === "characters" && event.key.length === 1 && !isCommand;
  }

  #isAltGraphControl(event: KeyboardEvent): boolean {
    if (event.code !== "AltRight" || this.#pendingControl === undefined) return false;
    this.#dropPending();
    this.#held.delete("ControlLeft");
    this.#key(scancodes.get("AltRight")!, true);
    this.#held.set("AltRight", scancodes.get("AltRight")!);
    return true;
  }

  #flushPending(_event?: KeyboardEvent): void {
    if (this.#pendingControl === undefined) return;
    this.#dropPending();
    this.#key(scancodes.get("ControlLeft")!, true);
  }

  #dropPending(): void {
    clearTimeout(this.#pendingControl);
    this.#pendingControl = undefined;
  }

  #typed(event: InputEvent): void {
    if (event.isComposing) return;
    const text = this.#field.value.startsWith(filler) ? this.#field.value.slice(filler.length) : this.#field.value;
    this.#empty();
    if (event.inputType === "deleteContentBackward") this.press(["Backspace"]);
    else if (event.inputType === "insertLineBreak") this.press(["Enter"]);
    else if (!toldOtherwise.has(event.inputType)) this.type(text);
  }

  #empty(): void {
    this.#field.value = filler;
    this.#field.setSelectionRange(filler.length, filler.length);
  }

  #composed(text: string): void {
    this.#empty();
    this.type(text);
  }

  #paste(event: ClipboardEvent): void {
    event.preventDefault();
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const isGiven = text === "" || this.onPaste?.(text) !== false;
    const isByKeys = this.#pasting;
    this.#pasting = false;
    if (!isByKeys || !isGiven) return;
    // The text goes another way than keys do: it shall be there first. Who lets go of Control meanwhile still pastes.
    setTimeout(() => {
      const isHeld = ["ControlLeft", "ControlRight"].some(place => this.#held.has(place));
      this.press(isHeld ? ["KeyV"] : ["ControlLeft", "KeyV"]);
    }, pasteMillis);
  }

  #pause(): void {
    // The one key with two codes behind each other, down and up at once.
    for (const flags of [extended1, extended1 | released]) {
      this.#send(wire.scancode(flags, 0x1d));
      this.#send(wire.scancode(flags & released, 0x45));
    }
  }

  #key(code: number, isDown: boolean): void {
    this.#send(wire.scancode((code & 0x100 ? extended : 0) | (isDown ? down : released), code & 0xff));
  }

  #tellLocks(event: KeyboardEvent): void {
    const isLock = locks.some(([name]) => event.code === name);
    const now = locks.reduce((sum, [name, bit]) => sum | (event.getModifierState(name) ? bit : 0), 0);
    if (now !== this.#locks && !isLock) this.#send(wire.synchronize(now));
    // The key itself changes the host's state; the next key shows whether both agree.
    this.#locks = isLock ? this.#locks : now;
    if (isLock) this.#locks ^= locks.find(([name]) => event.code === name)![1];
  }
}
