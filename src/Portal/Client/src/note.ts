const shownMillis = 12_000;

/** A sentence in a corner of the desktop, with something to do about it; goes by itself. */
export class Note {
  readonly #element = document.createElement("div");
  readonly #sentence = document.createElement("span");
  readonly #button = document.createElement("button");
  #press?: () => void;
  #timer?: ReturnType<typeof setTimeout>;

  constructor(parent: HTMLElement) {
    this.#element.className = "rc-note";
    this.#element.setAttribute("role", "status");
    this.#element.hidden = true;
    this.#button.type = "button";
    this.#button.addEventListener("click", () => {
      this.hide();
      this.#press?.();
    });
    this.#element.append(this.#sentence, this.#button);
    parent.append(this.#element);
  }

  show(sentence: string, label = "", press?: () => void): void {
    this.#sentence.textContent = sentence;
    this.#button.textContent = label;
    this.#button.hidden = label === "";
    this.#press = press;
    this.#element.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), shownMillis);
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.#element.hidden = true;
  }

  remove(): void {
    this.hide();
    this.#element.remove();
  }
}
