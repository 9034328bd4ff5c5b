// One question and what stands under it.

import { element } from "./elements.js";

export class Turn {
  /** @type {string | null} what the service knows it by; null: it has not accepted it */
  correlationId = null;
  /** @type {import("./service.js").Answer | null} */
  answer = null;
  /** Whether its answer is being waited for. */
  isOpen = false;
  /** Whether something final stands under it. */
  isSettled = false;
  /** Whether it may have been accepted although nobody said so here. */
  isUnsure = false;

  #slot = element("div");

  /**
   * @param {string} question
   * @param {string} [key] what this browser knows it by
   */
  constructor(question, key = crypto.getRandomValues(new Uint32Array(2)).join("-")) {
    this.question = question;
    this.key = key;
    const speaker = element("span", { class: "visually-hidden", text: "You asked: " });
    const asked = element("p", { class: "question" }, speaker, question);
    this.node = element("article", { class: "turn" }, asked, this.#slot);
  }

  /**
   * Show *card* instead of what stands there.
   *
   * @param {HTMLElement} card
   * @param {{isFinal?: boolean}} [options]
   */
  show(card, { isFinal = true } = {}) {
    this.#slot.replaceChildren(card);
    this.isSettled = isFinal;
  }
}
