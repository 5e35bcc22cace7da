// Places of keys (KeyboardEvent.code) as set 1 scancodes; 0x100 marks the codes that come with a prefix.

const rows: [number, string][] = [
  [0x01, "Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace Tab"],
  [0x10, "KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter ControlLeft"],
  [0x1e, "KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote ShiftLeft Backslash"],
  [0x2c, "KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight NumpadMultiply AltLeft Space CapsLock"],
  [0x3b, "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10"],
  [0x45, "NumLock ScrollLock Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal"],
  [0x56, "IntlBackslash F11 F12"],
  [0x64, "F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23"],
  [0x147, "Home ArrowUp PageUp"],
  [0x14f, "End ArrowDown PageDown Insert Delete"],
  [0x15b, "MetaLeft MetaRight ContextMenu Power Sleep"],
];

const single: Record<string, number> = {
  KanaMode: 0x70, IntlRo: 0x73, F24: 0x76, Convert: 0x79, NonConvert: 0x7b, IntlYen: 0x7d, NumpadComma: 0x7e, NumpadEqual: 0x59,
  Lang1: 0x72, Lang2: 0x71, NumpadEnter: 0x11c, ControlRight: 0x11d, NumpadDivide: 0x135, PrintScreen: 0x137, AltRight: 0x138,
  ArrowLeft: 0x14b, ArrowRight: 0x14d, AudioVolumeMute: 0x120, AudioVolumeDown: 0x12e, AudioVolumeUp: 0x130, MediaPlayPause: 0x122,
  MediaStop: 0x124, MediaTrackPrevious: 0x110, MediaTrackNext: 0x119, BrowserHome: 0x132, BrowserSearch: 0x165, BrowserFavorites: 0x166,
  BrowserRefresh: 0x167, BrowserStop: 0x168, BrowserForward: 0x169, BrowserBack: 0x16a, LaunchApp1: 0x16b, LaunchMail: 0x16c,
};

export const scancodes: ReadonlyMap<string, number> = new Map([
  ...rows.flatMap(([first, names]) => names.split(" ").map((name, i): [string, number] => [name, first + i])),
  ...Object.entries(single),
]);
