// The bytes on the socket: docs/web-front.md. Numbers are little-endian. What the client sends is records, each with its kind in front.

export const version = 1;

/** First byte of a message from the node. */
export const Output = {
  welcome: 1, size: 2, frame: 3, pointer: 4, pointerPosition: 5, notice: 6, leave: 7, ping: 8, clipboard: 9, alive: 10,
} as const;

/** First byte of a part of a frame. */
export const Tile = { solid: 0, copy: 1, exact: 2, photograph: 3 } as const;

/** Close status of the socket: why the node let us go. */
export const Close = { malformed: 4400, ticketRefused: 4401, noRoom: 4409, left: 4410 } as const;

/** Bits of the welcome's third field: what this viewer may. */
export const Rights = { control: 1, copyToHost: 2, copyFromHost: 4 } as const;

/** Flags of a key, a character and the mouse (MS-RDPBCGR 2.2.8.1.1.3.1). */
export const Flags = {
  extended: 0x0100, extended1: 0x0200, down: 0x4000, released: 0x8000,
  move: 0x0800, buttonDown: 0x8000, left: 0x1000, right: 0x2000, middle: 0x4000, wheel: 0x0200, horizontalWheel: 0x0400, wheelNegative: 0x0100,
  back: 0x0001, forward: 0x0002,
} as const;

const encoder = new TextEncoder();

function record(kind: number, bytes: number, fill: (view: DataView) => void): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(1 + bytes);
  out[0] = kind;
  fill(new DataView(out.buffer, 1));
  return out;
}

function u16s(kind: number, ...values: number[]): Uint8Array<ArrayBuffer> {
  return record(kind, values.length * 2, view => values.forEach((value, i) => view.setUint16(i * 2, value, true)));
}

function u32s(kind: number, ...values: number[]): Uint8Array<ArrayBuffer> {
  return record(kind, values.length * 4, view => values.forEach((value, i) => view.setUint32(i * 4, value, true)));
}

export function hello(ticket: string, client: string): Uint8Array<ArrayBuffer> {
  const texts = [ticket, client].map(text => encoder.encode(text).subarray(0, 128));
  return new Uint8Array([1, version, texts[0].length, ...texts[0], texts[1].length, ...texts[1]]);
}

export const scancode = (flags: number, code: number) => u16s(0x10, flags, code);
export const unicode = (flags: number, unit: number) => u16s(0x11, flags, unit);
export const mouse = (flags: number, x: number, y: number) => u16s(0x12, flags, x, y);
export const extendedMouse = (flags: number, x: number, y: number) => u16s(0x13, flags, x, y);
export const synchronize = (flags: number) => u16s(0x14, flags);
export const resize = (width: number, height: number, scalePercent: number) => u16s(0x15, width, height, scalePercent);
export const refresh = () => new Uint8Array([0x16]);
export const releaseAll = () => new Uint8Array([0x17]);
export const drawn = (frame: number, micros: number) => u32s(0x20, frame, Math.min(micros, 0xffffffff));
export const pong = (ping: number) => u32s(0x21, ping);
export const visible = (isVisible: boolean) => new Uint8Array([0x22, isVisible ? 1 : 0]);
export const alive = (number: number) => u32s(0x23, number);

export function clipboard(text: string): Uint8Array<ArrayBuffer> {
  const bytes = encoder.encode(text);
  const out = new Uint8Array(1 + bytes.length);
  out[0] = 0x30;
  out.set(bytes, 1);
  return out;
}
