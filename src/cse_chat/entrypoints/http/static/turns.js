// One question and what stands under it.

import { element } from "./elements.js";
import { Trouble } from "./troubles.js";

/**
 * @typedef {import("./service.js").Answer} Answer
 * @typedef {Answer | Trouble} Outcome
 */

export class Turn {
  /** @type {string | null} what the service knows it by; null: it has not accepted it */
  correlationId = null;
  /** @type {Answer | null} */
  answer = null;
  /** @type {import("./live.js").LiveCard | null} what there is of its answer while that is waited for */
  live = null;
  /** Whether something final stands under it. */
  isSettled = false;
  /** Whether it may have been accepted although nobody said so here. */
  isUnsure = false;

  #slot = element("div");
  /** @type {(outcome: Outcome) => void} */
  #decide = () => {};

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

  /** Whether its answer is being waited for. */
  get isOpen() {
    return this.live !== null;
  }

  /**
   * Wait until `end` is called.
   *
   * @returns {Promise<Answer>}
   * @throws {import("./troubles.js").Trouble} it ended without an answer
   */
  async ended() {
    /** @type {Outcome} */
    const outcome = await new Promise((resolve) => { this.#decide = resolve; });
    if (outcome instanceof Trouble) throw outcome;
    return outcome;
  }

  /**
   * Tell how it ended. The first to tell is believed.
   *
   * @param {Outcome} outcome
   */
  end(outcome) {
    this.#decide(outcome);
  }

  /**
   * Show *card* instead of what stands there.
   *
   * @param {HTMLElement} card
   * @param {{isFinal?: boolean}} [options]
   */
  show(card, { isFinal = true } = {}) {
    // Put there anew, it would lose the focus.
    if (card.parentNode !== this.#slot) this.#slot.replaceChildren(card);
    this.isSettled = isFinal;
  }
}
