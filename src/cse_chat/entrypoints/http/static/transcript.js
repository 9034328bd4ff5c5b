// The turns on the page, in their order, and the window over them.

import { element } from "./elements.js";
import { Turn } from "./turns.js";

/**
 * @typedef {import("./service.js").Message} Message
 * @typedef {import("./storage.js").Unsent} Unsent
 */

export class Transcript {
  #log;
  /** @type {Map<string, Turn>} by correlation id, in the order of the service */
  #accepted = new Map();
  /** @type {Map<string, Turn>} by key: what the service has not accepted */
  #unsent = new Map();
  /** Whether the window stays where this page has put it. */
  #leads = false;

  /** @param {HTMLElement} log */
  constructor(log) {
    this.#log = log;
    // By what a hand does: the place itself changes as well when something above it grows.
    for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      addEventListener(kind, ({ target }) => {
        if (!(target instanceof HTMLTextAreaElement)) this.#leads = false;
      }, { passive: true });
    }
  }

  get isEmpty() {
    return this.#log.childElementCount === 0;
  }

  /** What the service has accepted, oldest first. */
  get turns() {
    return [...this.#accepted.values()];
  }

  /** The answer at the end, unless something else stands there. */
  get lastAnswer() {
    const last = this.turns.at(-1);
    return last?.node === this.#log.lastElementChild ? last?.answer : null;
  }

  /** Show *node* and nothing else. */
  clear(/** @type {HTMLElement[]} */ ...nodes) {
    this.#accepted.clear();
    this.#unsent.clear();
    this.#log.replaceChildren(...nodes);
  }

  /** @param {string} correlationId */
  has(correlationId) {
    return this.#accepted.has(correlationId);
  }

  /** @param {string} key */
  hasUnsent(key) {
    return this.#unsent.has(key);
  }

  /**
   * Return the turn of a question that may have been accepted although nobody said so here.
   *
   * @param {string} question
   */
  unsureTurn(question) {
    return [...this.#unsent.values()].find((turn) => turn.isUnsure && turn.question.trim() === question);
  }

  /**
   * Put a turn at the end, unless it stands somewhere already, as not accepted yet.
   *
   * @param {Turn} turn
   */
  add(turn) {
    if (!turn.node.isConnected) this.#log.append(turn.node);
    if (turn.correlationId) this.#accepted.delete(turn.correlationId);
    turn.correlationId = null;
    this.#unsent.set(turn.key, turn);
  }

  /**
   * @param {Turn} turn
   * @param {string} correlationId
   */
  accept(turn, correlationId) {
    this.#unsent.delete(turn.key);
    turn.correlationId = correlationId;
    turn.isSettled = false; // that it was not sent turned out to be wrong
    this.#accepted.set(correlationId, turn);
  }

  /**
   * Return the turn that a message belongs to; a question makes one.
   *
   * @param {Pick<Message, "role" | "content" | "correlation_id">} message
   */
  turnOf({ role, content, correlation_id: id }) {
    const known = this.#accepted.get(id);
    if (known || role !== "user") return known;
    const turn = new Turn(content);
    this.#log.append(turn.node);
    this.accept(turn, id);
    return turn;
  }

  /**
   * Show the questions that were not accepted, each behind the turn that it followed.
   *
   * @param {Unsent[]} unsent
   * @param {(turn: Turn, unsent: Unsent) => void} fill is called for each that is new here
   */
  showUnsent(unsent, fill) {
    const keys = new Set(unsent.map(({ key }) => key));
    for (const [key, turn] of this.#unsent) {
      if (keys.has(key)) continue;
      turn.node.remove();
      this.#unsent.delete(key);
    }
    // From the end: what stands behind the same turn keeps its order.
    for (const one of unsent.filter(({ key }) => !this.#unsent.has(key)).reverse()) {
      const turn = new Turn(one.question, one.key);
      this.#unsent.set(one.key, turn);
      this.#placeBehind(one.after, turn.node);
      fill(turn, one);
    }
  }

  /**
   * @param {string | null} correlationId
   * @param {HTMLElement} node
   */
  #placeBehind(correlationId, node) {
    const before = correlationId === null ? undefined : this.#accepted.get(correlationId);
    if (before) before.node.after(node);
    else if (correlationId === null) this.#log.prepend(node);
    else this.#log.append(node);
  }

  /**
   * Put a remark above a turn.
   *
   * @param {Turn} turn
   * @param {string} text
   */
  noteAbove(turn, text) {
    turn.node.before(element("p", { class: "note", text }));
  }

  /**
   * Bring *turn*, or what is last, to the top of the window.
   *
   * @param {Turn} [turn]
   */
  scrollTo(turn) {
    (turn?.node ?? this.#log.lastElementChild)?.scrollIntoView({ block: "start" });
    this.#leads = true;
  }

  /**
   * Do so again after something has grown, unless the reader has gone elsewhere.
   *
   * @param {Turn} [turn]
   */
  scrollBackTo(turn) {
    if (this.#leads) this.scrollTo(turn);
  }
}
