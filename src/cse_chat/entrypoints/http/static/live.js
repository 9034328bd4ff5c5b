// An answer that is on its way: what is told of it so far, until all of it is there.

import { announce } from "./announcing.js";
import { artifactOf, basisOf, inOrder, wordsOf } from "./cards.js";
import { element } from "./elements.js";
import { Steps } from "./steps.js";
import { WaitingLine } from "./waiting.js";

/**
 * @typedef {import("./service.js").Answer} Answer
 * @typedef {import("./service.js").Artifact} Artifact
 * @typedef {import("./stream.js").ThreadEvent} ThreadEvent
 * @typedef {{artifact: Artifact, json: string, node: HTMLElement}} Shown something beside the text
 */

const LOOKING = "Looking at the market…";
const WRITING = "Writing the answer…";
const AGAIN = "Trying again…";
const STOPPING = "Stopping…";

export class LiveCard {
  /** Whether it has been asked to stop. */
  isStopping = false;

  #line = new WaitingLine();
  #steps = new Steps();
  #prose = element("p", { class: "text", hidden: "" });
  /** @type {Shown[]} */
  #shown = [];
  /** Known only with the answer, when its tables may stand here already. */
  #basis = { asOf: /** @type {string | null} */ (null) };
  #notice = element("p", { class: "not-stopped", role: "alert", hidden: "" });
  #text = "";
  #pieces = 0;
  #isWhole = true;
  #attempt = 0;
  /** How many questions are before it. */
  #before = 0;
  #frame = 0;

  constructor() {
    this.card = element("div", { class: "answer live" }, this.#steps.node, this.#prose, this.#notice, this.#line.node);
  }

  /** @param {string} words what there is to say of the connection; empty: nothing */
  tell(words) {
    this.#line.tell(words);
  }

  /**
   * Show what has happened.
   *
   * @param {ThreadEvent} event none that is an outcome
   */
  take(event) {
    this.#line.tell("");
    if (event.type === "accepted") this.waitBehind(event.queue_position ?? 0);
    if (event.type === "started") this.#begin(event.attempt);
    if (event.type === "step") this.#steps.take(event);
    if (event.type === "delta") this.#write(event);
    if (event.type === "artifact" && event.artifact) this.#add(event.artifact);
  }

  /** Show nothing of what came so far: nobody knows any more what belongs to it. */
  reset() {
    this.#attempt = 0;
    this.#discard();
  }

  /** @param {number} questions how many are before this one */
  waitBehind(questions) {
    this.#before = questions;
    this.#say();
  }

  /** @param {number} questions how many can be before this one at most */
  moveUp(questions) {
    if (this.#before > questions) this.waitBehind(questions);
  }

  /** Say that it is being stopped. */
  stopping() {
    this.isStopping = true;
    this.#notice.hidden = true;
    this.#say();
  }

  /**
   * Say that it could not be stopped, and goes on.
   *
   * @param {string} reason
   */
  goOn(reason) {
    this.isStopping = false;
    this.#notice.textContent = `Not stopped: ${reason}`;
    this.#notice.hidden = false;
    this.#say();
    this.card.scrollIntoView({ block: "nearest" });
  }

  /**
   * Be the answer from now on. What it is made of and stands here already stays as it is.
   *
   * @param {Answer} answer
   */
  complete(answer) {
    const isDrawn = this.#frame === 0 && this.#text === answer.response;
    this.end();
    this.#basis.asOf = answer.metadata.as_of;
    this.#notice.remove();
    this.#steps.end();
    this.#text = answer.response;
    if (!isDrawn) this.#render();
    const left = [...this.#shown];
    const figures = inOrder(answer.artifacts ?? []).map((artifact) => {
      const place = left.findIndex(({ json }) => json === JSON.stringify(artifact));
      return place < 0 ? artifactOf(artifact, () => this.#basis.asOf) : left.splice(place, 1)[0].node;
    });
    const nodes = [this.#steps.node, this.#prose, ...figures];
    // Moved, they would lose the focus, and where they are scrolled to.
    if (nodes.some((node, i) => node !== this.card.children[i])) this.card.replaceChildren(...nodes);
    while (this.card.children.length > nodes.length) this.card.lastElementChild?.remove();
    this.card.append(basisOf(answer));
    this.card.classList.remove("live");
  }

  /** Stop whatever moves. */
  end() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#line.end();
  }

  /** @param {number} attempt */
  #begin(attempt) {
    const isAgain = attempt > 1;
    if (isAgain && attempt !== this.#attempt) announce("Trying again.");
    this.#attempt = attempt;
    this.#before = 0;
    this.#discard();
  }

  #discard() {
    this.#text = "";
    this.#pieces = 0;
    this.#isWhole = true;
    this.#steps.clear();
    for (const { node } of this.#shown) node.remove();
    this.#shown = [];
    this.#render();
    this.#say();
  }

  /** @param {ThreadEvent} event */
  #write({ response = "", chunk_index: place }) {
    // After a gap the beginning may be missing: half a text would be another text.
    if (place !== this.#pieces) this.#isWhole = false;
    if (!this.#isWhole) {
      this.#text = "";
      this.#render();
      return;
    }
    this.#pieces += 1;
    this.#text += response;
    if (this.#pieces === 1) this.#say();
    if (this.#frame === 0) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#render();
      });
    }
  }

  /** @param {Artifact} artifact */
  #add(artifact) {
    const node = artifactOf(artifact, () => this.#basis.asOf);
    this.#shown.push({ artifact, json: JSON.stringify(artifact), node });
    const order = inOrder(this.#shown.map((one) => one.artifact));
    const next = order[order.indexOf(artifact) + 1];
    const before = this.#shown.find((one) => one.artifact === next)?.node ?? this.#notice;
    before.before(node);
  }

  #render() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#prose.replaceChildren(...wordsOf(this.#text));
    this.#prose.hidden = this.#text === "";
  }

  #say() {
    if (this.isStopping) this.#line.does(STOPPING, { counts: false });
    else if (this.#before === 1) this.#line.does("1 question before this one", { counts: false });
    else if (this.#before > 1) this.#line.does(`${this.#before} questions before this one`, { counts: false });
    else if (this.#text) this.#line.does(WRITING);
    else this.#line.does(this.#attempt > 1 ? AGAIN : LOOKING);
  }
}
