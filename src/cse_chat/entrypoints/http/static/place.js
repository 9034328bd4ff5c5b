// Where in the conversation the reader is: the window stays there, whatever grows.

import { part } from "./elements.js";

const ROUNDED_PX = 2; // the place itself is told in fractions
const WORTH_A_JUMP_PX = 48;
const LATEST = "latest";

/**
 * What the window keeps to while the conversation grows: a turn at its top, which this page chose; the
 * end, which the reader went to; or nothing, for he reads somewhere else. A button takes him to the end.
 */
export class Place {
  #log;
  #jump = part("#latest", HTMLButtonElement);
  #composer = part("#ask", HTMLFormElement);
  /** @type {HTMLElement | LATEST | null} */
  #keeps = null;
  #height = 0;
  /** How much is below, as it was seen last: what has grown since then does not count. */
  #left = 0;

  /** @param {HTMLElement} log */
  constructor(log) {
    this.#log = log;
    for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      addEventListener(kind, (event) => this.#onHand(event), { passive: true });
    }
    addEventListener("scroll", () => this.#onScroll(), { passive: true });
    addEventListener("resize", () => this.#settle());
    new ResizeObserver(() => this.#settle()).observe(document.body);
    this.#jump.addEventListener("click", () => this.#goToLatest());
  }

  /** Whether the end was in sight when it was looked at last. */
  get isAtEnd() {
    return this.#left <= ROUNDED_PX;
  }

  /**
   * Bring *node* to the top of the window, and keep it there until a hand moves.
   *
   * @param {HTMLElement | null} node null: there is nothing to be kept
   */
  keep(node) {
    this.#keeps = node;
    this.#settle();
  }

  #goToLatest() {
    this.#keeps = LATEST;
    this.#settle();
  }

  /** What grew has grown: put the window where it was. */
  #settle() {
    if (this.#keeps === LATEST) scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
    else this.#keeps?.scrollIntoView({ block: "start" });
    this.#look();
  }

  /** @param {{type: string, target: EventTarget | null, key?: string}} event */
  #onHand({ type, target, key }) {
    const moves = type === "wheel" || type === "touchmove";
    if (target instanceof HTMLTextAreaElement && !moves) return;
    // Who has gone to the end leaves it by going up. But what a press opens must stay under it.
    const opens = type === "pointerdown" || key === "Enter" || key === " ";
    if (this.#keeps !== LATEST || opens) this.#keeps = null;
  }

  /** By a hand, a search or a screen reader: what this page does itself is known already. */
  #onScroll() {
    const moved = scrollY - this.#height;
    if (Math.abs(moved) <= ROUNDED_PX) return;
    this.#look();
    if (this.isAtEnd) this.#keeps = LATEST;
    else if (this.#keeps !== LATEST || moved < 0) this.#keeps = null;
  }

  /** Note where the window is, and offer the jump where that leads to something. */
  #look() {
    const page = document.documentElement;
    this.#height = scrollY;
    this.#left = page.scrollHeight - page.clientHeight - scrollY;
    // Of what was said: the questions to go on with are worth no jump.
    const below = this.#log.getBoundingClientRect().bottom - this.#composer.getBoundingClientRect().top;
    const isUseless = below < WORTH_A_JUMP_PX || this.#log.childElementCount === 0;
    // Hidden, it would take the focus with it: that goes where the reader is.
    if (isUseless && document.activeElement === this.#jump) this.#focusNewest();
    this.#jump.hidden = isUseless;
  }

  #focusNewest() {
    const newest = this.#log.lastElementChild;
    if (!(newest instanceof HTMLElement)) return;
    newest.tabIndex = -1;
    newest.focus({ preventScroll: true });
  }
}
