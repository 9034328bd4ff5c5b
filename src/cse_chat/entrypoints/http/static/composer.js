// Where questions are written: sent by Enter, brought back by arrow-up, kept over a reload.

import { part } from "./elements.js";
import * as storage from "./storage.js";

export class Composer {
  #message = part("#message", HTMLTextAreaElement);
  #send = part("#send", HTMLButtonElement);
  /** How far back in the last inputs; 0: not at all. */
  #back = 0;

  /** @param {(question: string) => void} ask */
  constructor(ask) {
    this.#message.value = storage.draft();
    const submit = () => {
      const question = this.#message.value.trim();
      if (!question || this.#send.disabled) return;
      this.#write("");
      this.#back = 0;
      ask(question);
    };
    part("#ask", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    this.#message.addEventListener("keydown", (event) => {
      // While an input method composes a word, Enter chooses it.
      if (event.isComposing) return;
      if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        submit();
      } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && this.#recall(event.key)) {
        event.preventDefault();
      }
    });
    this.#message.addEventListener("input", () => {
      this.#back = 0;
      storage.keepDraft(this.#message.value);
    });
  }

  /** @param {boolean} isBusy */
  set isBusy(isBusy) {
    this.#send.disabled = isBusy;
    this.#send.title = isBusy ? "One question at a time: the answer to the last one is on its way" : "";
  }

  get isBusy() {
    return this.#send.disabled;
  }

  /** Be ready for typing, where that does not open a keyboard over the answer. */
  focus() {
    if (matchMedia("(hover: hover)").matches) this.#message.focus({ preventScroll: true });
    else this.#message.blur();
  }

  /**
   * Go through the last inputs, if nothing else is written.
   *
   * @param {"ArrowUp" | "ArrowDown"} key
   */
  #recall(key) {
    if (this.#back === 0 && (key === "ArrowDown" || this.#message.value !== "")) return false;
    const inputs = storage.inputs();
    const back = Math.min(this.#back + (key === "ArrowUp" ? 1 : -1), inputs.length);
    this.#write(back === 0 ? "" : inputs[inputs.length - back]);
    this.#back = back;
    return true;
  }

  /** @param {string} text */
  #write(text) {
    this.#message.value = text;
    storage.keepDraft(text);
  }
}
