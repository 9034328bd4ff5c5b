// What happens in a thread, told by the service while it happens.

import { pause } from "./pausing.js";
import { reachability } from "./service.js";

/**
 * @typedef {object} ThreadEvent one thing that happened; which fields there are depends on the type
 * @property {string} type
 * @property {string} correlation_id
 * @property {number} attempt
 * @property {string} [message] accepted: the question
 * @property {number | null} [queue_position] accepted: how many questions are before it
 * @property {string} [response] delta: the next piece of text; answered: all of it
 * @property {number} [chunk_index] delta: which piece
 * @property {string} [name] step
 * @property {string} [label] step
 * @property {string} [status] step: started or done
 * @property {string} [detail] step
 * @property {import("./service.js").Artifact} [artifact]
 * @property {import("./service.js").Problem} [problem]
 */

const TYPES = [
  "accepted", "started", "step", "delta", "artifact", "answered", "failed", "expired", "cancelled", "reopened", "gap",
];
const RETRIES_S = [1, 2, 5, 15, 30];
const SILENT_S = 10;
const MUTE_S = 2; // before its first word: a proxy may hold back all that it says

/**
 * Follows one thread from a cursor on: every event once and in order, or a `gap`.
 *
 * The browser itself takes up a broken connection behind the last event. It does not where the
 * service answered with an error: then this does. While nobody looks at the page it is not
 * connected, for a browser has few connections for all its tabs.
 */
export class ThreadStream extends EventTarget {
  #thread;
  #cursor;
  #take;
  #opened;
  #closed = new AbortController();
  /** @type {EventSource | null} */
  #source = null;
  #isBroken = false;
  #hasSpoken = false;
  #failures = 0;
  #heardAt = 0;
  #timer = 0;

  /**
   * @param {string} thread
   * @param {string | null} after the cursor; null: the oldest event that is kept
   * @param {object} options
   * @param {(event: ThreadEvent) => void} options.take
   * @param {() => void} options.opened is called whenever the connection is there
   */
  constructor(thread, after, { take, opened }) {
    super();
    this.#thread = thread;
    this.#cursor = after;
    this.#take = take;
    this.#opened = opened;
    const { signal } = this.#closed;
    document.addEventListener("visibilitychange", () => this.#adjust(), { signal });
    addEventListener("online", () => this.renew(), { signal });
    addEventListener("offline", () => this.#lose(), { signal });
    this.#adjust();
  }

  /** End it. */
  close() {
    this.#closed.abort();
    this.#disconnect();
  }

  /** Connect now, if there is no connection. */
  wake() {
    if (this.#isBroken || !this.#source) this.renew();
  }

  /** Connect anew behind what was told last: what this says cannot be all that there is. */
  renew() {
    this.#disconnect();
    this.#failures = 0;
    this.#adjust();
  }

  /**
   * Wait until nothing can be concluded from this telling nothing: it is broken, or silent for long.
   *
   * @param {AbortSignal} signal
   * @returns {Promise<boolean>} whether it told something until then
   */
  async silence(signal) {
    for (let waits = 0; ; waits += 1) {
      const patience = this.#hasSpoken ? SILENT_S : MUTE_S;
      const left = this.#isBroken || !this.#source ? 0 : patience - (Date.now() - this.#heardAt) / 1000;
      if (left <= 0) return waits > 0;
      await pause(left, signal, [this, "doubt"]);
    }
  }

  #adjust() {
    if (document.visibilityState === "hidden") this.#disconnect();
    else if (!this.#source) this.#connect();
  }

  #connect() {
    const query = this.#cursor === null ? "" : `?${new URLSearchParams({ after: this.#cursor })}`;
    const source = new EventSource(`/api/threads/${this.#thread}/events${query}`);
    this.#source = source;
    this.#heardAt = Date.now();
    source.addEventListener("open", () => {
      reachability.dispatchEvent(new Event("reached"));
      this.#isBroken = false;
      this.#failures = 0;
      this.#heardAt = Date.now();
      this.#opened();
    });
    source.addEventListener("error", () => this.#onError(source));
    for (const type of TYPES) source.addEventListener(type, (message) => this.#onMessage(message));
  }

  #disconnect() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
    this.#doubt();
  }

  /** @param {MessageEvent<string>} message */
  #onMessage({ data, lastEventId }) {
    this.#cursor = lastEventId || this.#cursor;
    this.#heardAt = Date.now();
    this.#hasSpoken = true;
    const event = eventIn(data);
    if (!event) return;
    // What is behind the gap was told to nobody: it must be looked for.
    if (event.type === "gap") this.#heardAt = 0;
    this.#take(event);
    if (event.type === "gap") this.#doubt();
  }

  /** @param {EventSource} source */
  #onError(source) {
    this.#isBroken = true;
    this.#failures += 1;
    if (source.readyState === EventSource.CLOSED) {
      this.#lose();
    } else if (this.#failures > 1) {
      // Once is how a service says that it restarts.
      reachability.dispatchEvent(new Event("lost"));
    }
    this.#doubt();
  }

  /** Be without a connection for a while. */
  #lose() {
    this.#disconnect();
    const seconds = RETRIES_S[Math.min(this.#failures, RETRIES_S.length) - 1] ?? RETRIES_S[0];
    this.#timer = setTimeout(() => this.#adjust(), seconds * 1000);
  }

  #doubt() {
    this.dispatchEvent(new Event("doubt"));
  }
}

/**
 * @param {string} data
 * @returns {ThreadEvent | null}
 */
function eventIn(data) {
  try {
    const event = JSON.parse(data);
    return typeof event === "object" ? event : null;
  } catch {
    return null; // none of ours
  }
}
