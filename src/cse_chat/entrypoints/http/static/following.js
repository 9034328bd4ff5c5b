// Following what happens in a conversation, from wherever it was asked: to the answers, or a stop.

import { announce } from "./announcing.js";
import { answerOf } from "./asking.js";
import { LiveCard } from "./live.js";
import { cancelQuestion } from "./service.js";
import { ThreadStream } from "./stream.js";
import { troubleIn, troubleOf } from "./troubles.js";

/**
 * @typedef {import("./stream.js").ThreadEvent} ThreadEvent
 * @typedef {import("./turns.js").Turn} Turn
 */

const OUTCOMES = ["answered", "failed", "expired", "cancelled"];

export class Following {
  #transcript;
  #on;
  #left = new AbortController();
  /** @type {ThreadStream | null} */
  #stream = null;
  /** @type {ThreadEvent[] | null} what may belong to the question that is just being sent */
  #held = null;

  /**
   * @param {import("./transcript.js").Transcript} transcript
   * @param {object} on
   * @param {() => void} on.changed there is something else to be seen or done
   * @param {(correlationId: string, question: string) => void} on.accepted a question was, of which
   *     nothing is shown yet
   * @param {() => void} on.missed events are lost: what is shown may not be all
   * @param {(turn: Turn, trouble: import("./troubles.js").Trouble) => void} on.unanswered
   */
  constructor(transcript, on) {
    this.#transcript = transcript;
    this.#on = on;
  }

  /**
   * Follow a thread from now on.
   *
   * @param {string} thread
   * @param {string | null} [after] the cursor; null: from its first event on
   */
  listen(thread, after = null) {
    if (this.#stream) {
      this.#stream.wake();
      return;
    }
    this.#stream = new ThreadStream(thread, after, {
      take: (event) => this.#take(event),
      opened: () => this.#openTurns.forEach(({ live }) => live?.tell("")),
    });
  }

  /** Follow nothing any more; what is asked goes on. */
  leave() {
    this.#left.abort();
    this.#left = new AbortController();
    this.#stream?.close();
    this.#stream = null;
    this.#held = null;
  }

  /** Keep what is told of unknown questions, until the id of the own one is known. */
  hold() {
    this.#held ??= [];
  }

  /** Go on with what was kept. */
  release() {
    const held = this.#held ?? [];
    this.#held = null;
    for (const event of held) this.#take(event);
  }

  /** What the newest open question says of stopping: whether that is possible, or asked for. */
  get stopping() {
    const live = this.#openTurns.at(-1)?.live;
    if (!live) return "impossible";
    return live.isStopping ? "asked" : "possible";
  }

  /** Cancel the newest open question. */
  async stop() {
    const turn = this.#openTurns.at(-1);
    const live = turn?.live;
    if (!turn || !live || live.isStopping) return;
    const { signal } = this.#left;
    live.stopping();
    announce("Stopping.");
    this.#on.changed();
    try {
      turn.end(await cancelQuestion(String(turn.correlationId), signal));
    } catch (error) {
      if (signal.aborted || turn.live !== live) return; // it has ended meanwhile
      live.goOn(troubleIn(error).detail);
      this.#on.changed();
    }
  }

  /**
   * Show what becomes of a question, until it has ended.
   *
   * @param {Turn} turn
   * @param {{queuePosition?: number}} [options]
   */
  async follow(turn, { queuePosition = 0 } = {}) {
    const { signal } = this.#left;
    const over = new AbortController();
    const live = new LiveCard();
    live.waitBehind(queuePosition);
    turn.live = live;
    turn.show(live.card, { isFinal: false });
    this.#on.changed();
    try {
      const answer = await Promise.race([turn.ended(), this.#look(turn, live, AbortSignal.any([signal, over.signal]))]);
      turn.answer = answer;
      live.complete(answer);
      turn.show(live.card);
      announce(`Answer: ${answer.response}`);
    } catch (error) {
      if (!signal.aborted) this.#on.unanswered(turn, troubleIn(error));
    } finally {
      over.abort();
      live.end();
      turn.live = null;
      if (!signal.aborted) {
        this.#moveUp();
        this.#on.changed();
      }
    }
  }

  /**
   * @param {Turn} turn
   * @param {LiveCard} live
   * @param {AbortSignal} signal
   */
  async #look(turn, live, signal) {
    await null; // who begins to follow begins to listen in the same breath
    const silence = async (/** @type {AbortSignal} */ until) => (await this.#stream?.silence(until)) ?? false;
    const answer = await answerOf(String(turn.correlationId), { signal, tell: (words) => live.tell(words), silence });
    this.#stream?.renew(); // which did not tell it
    return answer;
  }

  get #openTurns() {
    return this.#transcript.turns.filter((turn) => turn.isOpen);
  }

  /** @param {ThreadEvent} event */
  #take(event) {
    const { type, correlation_id: id, message: content = "" } = event;
    if (type === "gap") {
      for (const { live } of this.#openTurns) live?.reset();
      this.#on.missed();
    } else if (this.#held && !this.#transcript.has(id)) {
      this.#held.push(event);
    } else {
      const isQuestion = type === "accepted";
      if (isQuestion && !this.#transcript.has(id)) this.#on.accepted(id, content);
      const isNew = !this.#transcript.has(id);
      const turn = this.#transcript.turnOf({ role: isQuestion ? "user" : "agent", content, correlation_id: id });
      if (turn && isNew) this.#transcript.offer(turn);
      // What is settled is known from the history, and told once more.
      if (turn && (!turn.isSettled || type === "reopened")) this.#tell(turn, event);
    }
  }

  /**
   * @param {Turn} turn
   * @param {ThreadEvent} event
   */
  #tell(turn, event) {
    if (!turn.isOpen) this.follow(turn);
    if (OUTCOMES.includes(event.type)) turn.end(outcomeIn(event));
    else turn.live?.take(event);
    this.#moveUp();
  }

  /** Let nothing say that more is before it than is open. */
  #moveUp() {
    this.#openTurns.forEach(({ live }, place) => live?.moveUp(place));
  }
}

/**
 * @param {ThreadEvent} event
 * @returns {import("./turns.js").Outcome}
 */
function outcomeIn(event) {
  if (event.type === "answered") return /** @type {any} */ (event);
  return troubleOf(event.problem ?? {}, { reference: event.correlation_id });
}
