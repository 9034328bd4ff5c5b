// The line that says that something is being waited for, and for how long by now.

import { element } from "./elements.js";

const LONG_MS = 5_000;

export class WaitingLine {
  #words = element("span");
  #began = Date.now();
  #changed = Date.now();
  #doing = "Looking at the market…";
  #counts = true;
  #told = "";
  #timer = setInterval(() => this.#show(), 1000);

  constructor() {
    const dots = element("span", { class: "dots", "aria-hidden": "true" }, element("i"), element("i"), element("i"));
    this.node = element("div", { class: "pending" }, dots, this.#words);
    this.#show();
  }

  /** @param {string} text what there is to say instead; empty: nothing */
  tell(text) {
    this.#told = text;
    this.#show();
  }

  /**
   * @param {string} text what is being done from now on
   * @param {{counts?: boolean}} [options] counts: whether to say after a while how long it takes
   */
  does(text, { counts = true } = {}) {
    this.#doing = text;
    this.#counts = counts;
    this.#changed = Date.now();
    this.#show();
  }

  end() {
    clearInterval(this.#timer);
    this.node.remove();
  }

  #show() {
    const now = Date.now();
    const isLong = this.#counts && now - this.#changed >= LONG_MS;
    const seconds = Math.floor((now - this.#began) / 1000);
    const words = this.#told || (isLong ? `Still working, ${seconds} s so far…` : this.#doing);
    if (this.#words.textContent !== words) this.#words.textContent = words;
  }
}
