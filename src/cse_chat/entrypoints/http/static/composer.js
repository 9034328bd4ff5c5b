// Where questions are written: sent by Enter, brought back by arrow-up, kept over a reload.

import { part } from "./elements.js";
import * as storage from "./storage.js";

export class Composer {
  #message = part("#message", HTMLTextAreaElement);
  #send = part("#send", HTMLButtonElement);
  #stop = part("#stop", HTMLButtonElement);
  /** How far back in the last inputs; 0: not at all. */
  #back = 0;

  /**
   * @param {object} acts
   * @param {(question: string) => void} acts.ask
   * @param {() => void} acts.stop
   */
  constructor({ ask, stop }) {
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
    this.#stop.addEventListener("click", stop);
    addEventListener("keydown", (event) => {
      // What else Escape closes, it closes first.
      const isTaken = event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]");
      if (event.key === "Escape" && !isTaken) stop();
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

  /** @param {"impossible" | "possible" | "asked"} stopping what there is to stop; it takes the place of asking */
  set stopping(stopping) {
    const focused = document.activeElement;
    this.#stop.hidden = stopping === "impossible";
    this.#send.hidden = !this.#stop.hidden;
    this.#stop.textContent = stopping === "asked" ? "Stopping…" : "Stop";
    // Not `disabled`: it would lose the focus.
    this.#stop.setAttribute("aria-disabled", String(stopping === "asked"));
    const hidden = this.#stop.hidden ? this.#stop : this.#send;
    if (focused === hidden) this.focus();
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
