// The turns on the page, in their order.

import { element } from "./elements.js";
import { Place } from "./place.js";
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
  #place;

  /** @param {HTMLElement} log */
  constructor(log) {
    this.#log = log;
    this.#place = new Place(log);
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
    this.#place.keep(null);
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
   * Bring *turn*, or what is last, to the top of the window, and keep it there.
   *
   * @param {Turn} [turn]
   */
  scrollTo(turn) {
    const last = this.#log.lastElementChild;
    this.#place.keep(turn?.node ?? (last instanceof HTMLElement ? last : null));
  }

  /**
   * Do so with a turn that has just come by itself, where that takes nothing from the reader.
   *
   * @param {Turn} turn
   */
  offer(turn) {
    const others = this.turns.filter((one) => one !== turn);
    if (this.#place.isAtEnd && !others.some((one) => one.isOpen)) this.scrollTo(turn);
  }
}
