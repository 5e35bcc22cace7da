/** Longest text that a clipboard carries, in bytes of UTF-8 (docs/web-front.md). */
export const clipboardBytesMax = 60 * 1024;

/** Which way the chain lets text go. */
export interface ClipboardWays { toHost: boolean; fromHost: boolean }

/** What a panel does with text. */
export interface ClipboardUse {
  /** Gives text to the desktop's clipboard; false when it is too long. */
  give: (text: string) => boolean;
  /** Types text as keys. */
  type: (text: string) => void;
  /** The keyboard belongs to the desktop again. */
  leave: () => void;
}

/**
 * Text between the two clipboards by hand, over the desktop: for browsers that let no page read or write theirs, for desktops that have none,
 * and for who wants to see what was copied there. The text stays in this page.
 */
export class ClipboardPanel {
  readonly #element = document.createElement("div");
  readonly #given = document.createElement("textarea");
  readonly #taken = document.createElement("textarea");
  readonly #said = document.createElement("p");
  readonly #give: HTMLButtonElement;
  readonly #take: HTMLButtonElement;
  readonly #use: ClipboardUse;
  #ways: ClipboardWays = { toHost: true, fromHost: true };

  constructor(parent: HTMLElement, use: ClipboardUse) {
    this.#use = use;
    const panel = this.#element;
    panel.className = "rc-panel";
    panel.hidden = true;
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", "Clipboard");
    this.#said.setAttribute("role", "status");
    this.#given.rows = this.#taken.rows = 4;
    this.#taken.readOnly = true;
    for (const field of [this.#given, this.#taken]) field.spellcheck = false;
    this.#give = button("Give to the desktop's clipboard", () => this.#giveText());
    this.#take = button("Copy to this computer", () => void this.#takeText());
    const row = (...children: HTMLElement[]) => {
      const element = document.createElement("div");
      element.className = "rc-panel-row";
      element.append(...children);
      return element;
    };
    panel.append(
      labelled("Text for the desktop", this.#given), row(this.#give, button("Type it there", () => this.#type())),
      labelled("Copied at the desktop", this.#taken), row(this.#take, button("Close", () => this.close())), this.#said);
    panel.addEventListener("keydown", event => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    parent.append(panel);
    this.#show();
  }

  get isOpen(): boolean { return !this.#element.hidden; }

  /** Which way text may go in this session. */
  set ways(ways: ClipboardWays) {
    this.#ways = ways;
    this.#show();
  }

  open(): void {
    this.#element.hidden = false;
    this.#said.textContent = "";
    this.#given.focus();
  }

  close(): void {
    this.#element.hidden = true;
    this.#use.leave();
  }

  /** Text was copied at the desktop. */
  came(text: string): void {
    this.#taken.value = text;
    this.#show();
  }

  remove(): void { this.#element.remove(); }

  #show(): void {
    this.#give.disabled = !this.#ways.toHost;
    this.#taken.placeholder = this.#ways.fromHost ? "Nothing yet" : "This chain lets no text out of the desktop.";
    this.#given.placeholder = this.#ways.toHost ? "" : "This chain lets no text into the desktop's clipboard.";
    this.#take.disabled = this.#taken.value.length === 0;
  }

  #giveText(): void {
    if (this.#given.value.length === 0) return;
    this.#said.textContent = this.#use.give(this.#given.value)
      ? "It is on the desktop's clipboard: paste it there." : `That is too long: ${clipboardBytesMax / 1024} KiB are the most.`;
  }

  #type(): void {
    const text = this.#given.value;
    if (text.length === 0) return;
    this.close();
    this.#use.type(text);
  }

  async #takeText(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#taken.value);
      this.#said.textContent = "Copied.";
    } catch {
      // The browser lets no page write: marked, it can be copied by hand.
      this.#taken.select();
      this.#said.textContent = "This browser does not let the page copy. The text is marked: press Ctrl+C.";
    }
  }
}

function button(text: string, press: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.addEventListener("click", press);
  return element;
}

function labelled(text: string, field: HTMLTextAreaElement): HTMLElement {
  const label = document.createElement("label");
  label.append(text, field);
  return label;
}
