/** A sentence over the dimmed picture, with its age: what is seen under it is not what the desktop shows now. */
export class Veil {
  readonly #element = document.createElement("div");
  readonly #sentence = document.createElement("p");
  readonly #age = document.createElement("p");
  #timer?: ReturnType<typeof setInterval>;

  constructor(parent: HTMLElement) {
    this.#element.className = "rc-veil";
    this.#element.setAttribute("role", "status");
    this.#element.hidden = true;
    const box = document.createElement("div");
    box.className = "rc-veil-box";
    this.#sentence.className = "rc-veil-sentence";
    this.#age.className = "rc-veil-age";
    box.append(this.#sentence, this.#age);
    this.#element.append(box);
    parent.append(this.#element);
  }

  /** @param ageMillis how old the picture under it is; undefined when there is none to be old */
  show(sentence: string, kind: string, ageMillis: number | undefined): void {
    clearInterval(this.#timer);
    this.#sentence.textContent = sentence;
    this.#element.dataset.kind = kind;
    this.#element.hidden = false;
    this.#age.textContent = "";
    if (ageMillis === undefined) return;
    const since = performance.now() - ageMillis;
    const tell = () => (this.#age.textContent = `This picture is ${age((performance.now() - since) / 1000)} old.`);
    tell();
    this.#timer = setInterval(tell, 1000);
  }

  hide(): void {
    clearInterval(this.#timer);
    this.#element.hidden = true;
  }

  remove(): void {
    this.hide();
    this.#element.remove();
  }
}

function age(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 120) return whole === 1 ? "1 second" : `${whole} seconds`;
  return whole < 7200 ? `${Math.floor(whole / 60)} minutes` : `${Math.floor(whole / 3600)} hours`;
}
