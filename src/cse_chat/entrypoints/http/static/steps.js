// What is done for an answer, as a list that can be opened.

import { element } from "./elements.js";

/** @typedef {import("./stream.js").ThreadEvent} ThreadEvent */

export class Steps {
  #summary = element("summary");
  #list = element("ol");
  /** @type {{name: string, label: string, item: HTMLElement, isDone: boolean}[]} */
  #steps = [];

  constructor() {
    this.node = element("details", { class: "steps", hidden: "" }, this.#summary, this.#list);
  }

  /**
   * Note that a step has begun or ended.
   *
   * @param {ThreadEvent} event
   */
  take({ name = "", label = "", status, detail = "" }) {
    const isDone = status === "done";
    const words = [element("span", { text: label }), ...(detail ? [element("span", { class: "detail", text: detail })] : [])];
    const begun = isDone ? this.#steps.findLast((step) => step.name === name && !step.isDone) : undefined;
    const step = begun ?? { name, label, item: element("li"), isDone };
    if (!begun) {
      this.#steps.push(step);
      this.#list.append(step.item);
    }
    step.isDone = isDone;
    step.item.replaceChildren(...words);
    this.#render();
  }

  /** Forget them all. */
  clear() {
    this.#steps = [];
    this.#list.replaceChildren();
    this.#render();
  }

  /** Say that nothing more is being done. */
  end() {
    for (const step of this.#steps) step.isDone = true;
    this.#render();
  }

  #render() {
    for (const { item, isDone } of this.#steps) {
      item.className = isDone ? "done" : "";
      if (isDone) item.removeAttribute("aria-current");
      else item.setAttribute("aria-current", "step");
    }
    const running = this.#steps.findLast(({ isDone }) => !isDone);
    const count = this.#steps.length;
    this.#summary.textContent = running ? `${running.label}…` : count === 1 ? "1 step" : `${count} steps`;
    this.node.hidden = count === 0;
  }
}
