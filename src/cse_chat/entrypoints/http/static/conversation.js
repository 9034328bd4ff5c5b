// The conversation on the page: asking in it, and building it again after a reload.

import { announce } from "./announcing.js";
import { accept } from "./asking.js";
import { answerCard, textCard, troubleCard } from "./cards.js";
import { element } from "./elements.js";
import { Following } from "./following.js";
import { beginsWith, completeAnswers, messagesOf, stillUnsent } from "./history.js";
import { cursorOf } from "./service.js";
import * as storage from "./storage.js";
import { Transcript } from "./transcript.js";
import { forgotten, NOT_SENT, outcomeIn, Trouble, troubleIn } from "./troubles.js";
import { Turn } from "./turns.js";
import { WaitingLine } from "./waiting.js";

/** @typedef {import("./service.js").Message} Message */

/** One conversation at a time. Leaving it ends what waits for an answer here, never the answer. */
export class Conversation {
  /** @type {string | null} null: nothing has been asked yet */
  thread = null;

  #changed;
  #following;
  #left = new AbortController();
  #isLoading = false;
  #isSending = false;
  /** Whether there may be more than is shown. */
  #isStale = false;

  /**
   * @param {HTMLElement} log
   * @param {() => void} changed is called whenever there is something else to be seen or done
   */
  constructor(log, changed) {
    this.transcript = new Transcript(log);
    this.#changed = changed;
    this.#following = new Following(this.transcript, {
      changed,
      missed: () => this.refresh(),
      accepted: (id, question) => this.#acceptUnsure(id, question),
      unanswered: (turn, trouble) => this.#showUnanswered(turn, trouble),
    });
  }

  /** Whether the question that is open can be stopped: see `Following`. */
  get stopping() {
    return this.#following.stopping;
  }

  /** Cancel the question that is open. */
  async stop() {
    await this.#following.stop();
  }

  get isBusy() {
    return this.#isLoading || this.#isSending || this.transcript.turns.some((turn) => turn.isOpen);
  }

  /** Begin anew. */
  leave() {
    this.#left.abort();
    this.#left = new AbortController();
    this.#following.leave();
    this.thread = null;
    this.#isLoading = false;
    this.#isSending = false;
    this.transcript.clear();
    this.#changed();
  }

  /**
   * Show a conversation as the service remembers it, and go on waiting for what is open.
   *
   * @param {string} thread
   * @returns {Promise<boolean>} false: the service has forgotten it, and nothing is shown
   */
  async open(thread) {
    this.leave();
    const { signal } = this.#left;
    this.thread = thread;
    this.#isLoading = true;
    this.transcript.clear(element("p", { class: "note", text: "Loading the conversation…" }));
    this.#changed();
    try {
      return await this.#load(thread, signal);
    } catch (error) {
      if (signal.aborted) return true;
      const again = { isNews: true, label: "Try again", act: () => this.open(thread) };
      this.transcript.clear(troubleCard(troubleIn(error), again));
      return true;
    } finally {
      if (!signal.aborted) {
        this.#isLoading = false;
        this.#changed();
      }
    }
  }

  /** Show what this page was not told: what another tab could not send, what was lost on the way. */
  async refresh() {
    const { thread } = this;
    const { signal } = this.#left;
    if (thread === null || this.#isLoading) return;
    this.#isStale = true;
    try {
      const messages = this.#isSending ? null : await messagesOf(thread, signal);
      if (messages === null || signal.aborted || this.#isSending) return;
      this.#isStale = false;
      // What the other tab is just sending is not lost.
      const isOurs = (/** @type {storage.Unsent} */ one) => one.trouble !== null || this.transcript.hasUnsent(one.key);
      this.#show(messages, storage.unsentIn(thread).filter(isOurs), signal);
    } catch {
      // Then the next change, or a reload, shows it.
    }
  }

  /** @param {string} question */
  async ask(question) {
    this.thread ??= storage.newThreadId();
    await this.#send(new Turn(question), this.thread);
  }

  /**
   * @param {string} thread
   * @param {AbortSignal} signal
   */
  async #load(thread, signal) {
    // Before the history: what happens in between is told twice then, and not left out.
    const cursor = await cursorOf(thread, signal);
    const messages = (await messagesOf(thread, signal)) ?? [];
    this.transcript.clear();
    if (messages.length === 0 && (storage.conversation(thread)?.accepted ?? true)) {
      this.leave();
      return false;
    }
    this.#show(messages, storage.unsentIn(thread), signal);
    // Of what is open all has to be told once more that was told of it.
    const isOpen = this.transcript.turns.some((turn) => turn.isOpen);
    if (messages.length > 0) this.#following.listen(thread, isOpen ? null : cursor);
    this.transcript.scrollTo();
    return true;
  }

  /**
   * Show what is not there yet.
   *
   * @param {Message[]} messages
   * @param {storage.Unsent[]} unsent
   * @param {AbortSignal} signal
   */
  #show(messages, unsent, signal) {
    /** @type {Map<Turn, string>} */
    const answered = new Map();
    for (const message of messages) {
      const turn = this.transcript.turnOf(message);
      if (!turn || message.role === "user" || turn.isSettled || turn.isOpen) continue;
      if (message.status) this.#showTrouble(turn, outcomeIn(message), { isNews: false });
      else answered.set(turn, message.content);
    }
    for (const [turn, text] of answered) turn.show(textCard(text, "Fetching date, source and tables…"));
    this.transcript.showUnsent(stillUnsent(unsent, messages), (turn, { trouble }) => {
      turn.isUnsure = true;
      this.#showTrouble(turn, new Trouble(trouble ?? NOT_SENT), { isNews: false, act: () => this.#resend(turn) });
    });
    for (const turn of this.transcript.turns) if (!turn.isSettled && !turn.isOpen) this.#following.follow(turn);
    this.#changed();
    completeAnswers([...answered.keys()], signal, (turn, found) => {
      this.#showCompleted(turn, String(answered.get(turn)), found);
      this.#changed();
    }).catch(() => {}); // left meanwhile
  }

  /**
   * @param {Turn} turn
   * @param {string} text
   * @param {import("./service.js").Answer | Trouble} found
   */
  #showCompleted(turn, text, found) {
    if (!(found instanceof Trouble)) {
      turn.answer = found;
      turn.show(answerCard(found));
      return;
    }
    const fate = found.status === 404 ? "are no longer kept." : "cannot be read now. Reload the page to try again.";
    turn.show(textCard(text, `Date, source and tables of this answer ${fate}`));
  }

  /**
   * Take a question that was accepted for one of which that was not sure.
   *
   * @param {string} correlationId
   * @param {string} question
   */
  #acceptUnsure(correlationId, question) {
    const turn = this.transcript.unsureTurn(question);
    if (!turn || this.thread === null) return;
    storage.noteAccepted(this.thread, turn.key, "");
    this.transcript.accept(turn, correlationId);
  }

  /** @param {Turn} turn */
  async #resend(turn) {
    if (this.thread !== null) await this.#send(turn, this.thread);
  }

  /**
   * @param {Turn} turn
   * @param {string} thread
   */
  async #send(turn, thread) {
    if (this.#isLoading || this.#isSending) return;
    const { signal } = this.#left;
    const last = this.transcript.turns.at(-1)?.correlationId ?? null;
    this.#isSending = true;
    this.transcript.add(turn);
    storage.noteSending(thread, { key: turn.key, question: turn.question, after: last });
    this.#following.hold();
    const line = new WaitingLine();
    turn.show(element("div", { class: "answer" }, line.node), { isFinal: false });
    this.#changed();
    this.transcript.scrollTo(turn);
    try {
      const { id, durability, queuePosition } = await accept(turn.question, thread, {
        signal,
        tell: (words) => line.tell(words),
        isUnsure: turn.isUnsure,
        isElsewhere: (other) => this.transcript.has(other),
      });
      storage.noteAccepted(thread, turn.key, durability);
      this.transcript.accept(turn, id);
      this.#following.follow(turn, { queuePosition });
      this.#following.listen(thread);
      if (last) this.#tellIfForgotten(turn, thread, signal);
    } catch (error) {
      if (signal.aborted) return;
      const trouble = troubleIn(error);
      turn.isUnsure = trouble.unsure;
      storage.noteRefused(thread, turn.key, trouble);
      this.#showTrouble(turn, trouble, { isNews: true, act: () => this.#resend(turn) });
    } finally {
      line.end();
      if (!signal.aborted) {
        this.#isSending = false;
        this.#following.release();
        if (this.#isStale) this.refresh();
        this.#changed();
      }
    }
  }

  /**
   * @param {Turn} turn
   * @param {Trouble} trouble
   */
  #showUnanswered(turn, trouble) {
    if (trouble.unsure) {
      this.#showTrouble(turn, trouble, { isNews: true, label: "Look again", act: () => this.#following.follow(turn) });
    } else if (trouble.status === 404) {
      const detail = forgotten(storage.endsWithRestart(this.thread)).question;
      const unknown = new Trouble({ title: "Question forgotten", detail, reference: trouble.reference });
      this.#showTrouble(turn, unknown, { isNews: true, act: () => this.#resend(turn) });
    } else {
      this.#showTrouble(turn, trouble, { isNews: true });
    }
  }

  /**
   * @param {Turn} turn
   * @param {Trouble} trouble
   * @param {{isNews: boolean, label?: string, act?: () => void}} options act: what the button does;
   *     by default it asks anew, for an outcome is final
   */
  #showTrouble(turn, trouble, { isNews, label, act = () => this.ask(turn.question) }) {
    label ??= trouble.isStopped ? "Ask again" : "Try again";
    const card = troubleCard(trouble, { isNews, ...(trouble.again && { label, act }) });
    turn.show(card, { isFinal: !trouble.unsure });
  }

  /**
   * @param {Turn} turn
   * @param {string} thread
   * @param {AbortSignal} signal
   */
  async #tellIfForgotten(turn, thread, signal) {
    try {
      if (!(await beginsWith(thread, String(turn.correlationId), signal))) return;
      const { above } = forgotten(storage.endsWithRestart(thread));
      this.transcript.noteAbove(turn, above);
      announce(above);
    } catch {
      // It is a courtesy: the answer comes all the same.
    }
  }
}
