// The earlier conversations of this browser: opened again, removed, cleared.

import { announce } from "./announcing.js";
import { element, part } from "./elements.js";
import { momentInWords } from "./figures.js";
import * as storage from "./storage.js";

/** @typedef {import("./storage.js").Kept} Kept */

export class EarlierConversations {
  #dialog = part("#earlier", HTMLDialogElement);
  #list = part("#earlier-list", HTMLElement);
  #clear = part("#earlier-clear", HTMLButtonElement);
  #open;
  #current;

  /**
   * @param {object} options
   * @param {(thread: string) => void} options.open
   * @param {() => string | null} options.current the thread that is being shown
   */
  constructor({ open, current }) {
    this.#open = open;
    this.#current = current;
    part("#earlier-open", HTMLButtonElement).addEventListener("click", () => this.#show());
    part("#earlier-close", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close(); // beside the panel
    });
    this.#clear.addEventListener("click", () => this.#clearAll());
    this.#clear.addEventListener("blur", () => this.#resetClear());
    storage.otherTabs.addEventListener("change", () => this.#render());
  }

  #show() {
    this.#render();
    this.#dialog.showModal();
  }

  #render() {
    const conversations = storage.conversations();
    const groups = groupsOf(conversations);
    this.#list.replaceChildren(
      ...(conversations.length ? [] : [element("p", { class: "empty", text: "None yet in this browser." })]),
      ...[...groups].map(([day, group]) => this.#groupOf(day, group)));
    this.#clear.hidden = conversations.length === 0;
    this.#resetClear();
  }

  /**
   * @param {string} day
   * @param {Kept[]} group
   */
  #groupOf(day, group) {
    const items = group.map((kept) => this.#itemOf(kept, day !== EARLIER));
    return element("section", {}, element("h3", { text: day }), element("ul", {}, ...items));
  }

  /**
   * @param {Kept} kept
   * @param {boolean} isRecent
   */
  #itemOf({ id, title, at }, isRecent) {
    const isCurrent = id === this.#current();
    const open = element("button", { type: "button", class: "entry", ...(isCurrent && { "aria-current": "true" }) },
      element("span", { class: "entry-title", text: title }),
      element("time", { datetime: new Date(at).toISOString(), text: momentInWords(at, isRecent) }));
    open.addEventListener("click", () => {
      this.#dialog.close();
      this.#open(id);
    });
    const remove = element("button", { type: "button", class: "remove", "aria-label": `Remove: ${title}` }, "×");
    remove.addEventListener("click", () => this.#remove(id));
    return element("li", {}, open, remove);
  }

  /** @param {string} id */
  #remove(id) {
    const buttons = [...this.#list.querySelectorAll(".remove")];
    const place = buttons.findIndex((button) => button === document.activeElement);
    storage.forget(id);
    this.#render();
    announce("Conversation removed from this list.");
    // The focus stays where it was, on what has moved up there.
    const left = /** @type {NodeListOf<HTMLButtonElement>} */ (this.#list.querySelectorAll(".remove"));
    const next = left[Math.min(place, left.length - 1)] ?? part("#earlier-close", HTMLButtonElement);
    next.focus();
  }

  #clearAll() {
    if (!this.#clear.dataset.sure) {
      this.#clear.dataset.sure = "asked";
      this.#clear.textContent = "Really clear all?";
      return;
    }
    storage.forgetAll();
    this.#render();
    announce("All conversations removed from this list.");
    part("#earlier-close", HTMLButtonElement).focus();
  }

  #resetClear() {
    delete this.#clear.dataset.sure;
    this.#clear.textContent = "Clear all";
  }
}

const EARLIER = "Earlier";

/** @param {Kept} kept */
function dayOf({ at }) {
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  if (at >= midnight.getTime()) return "Today";
  // By the calendar: the day of a change of the clock has not 24 hours.
  midnight.setDate(midnight.getDate() - 1);
  return at >= midnight.getTime() ? "Yesterday" : EARLIER;
}

/** @param {Kept[]} conversations */
function groupsOf(conversations) {
  /** @type {Map<string, Kept[]>} */
  const groups = new Map();
  for (const kept of conversations) groups.set(dayOf(kept), [...(groups.get(dayOf(kept)) ?? []), kept]);
  return groups;
}
