// Talking to the service, one exchange at a time.

import { Trouble, troubleOf } from "./troubles.js";

/**
 * @typedef {string | number | null} Cell
 * @typedef {{name: string, label: string, type: string, unit: string, decimals: number | null}} Column
 * @typedef {{type: string, title: string, columns: Column[], rows: Cell[][]}} Artifact
 * @typedef {object} Metadata
 * @property {number} processing_time_ms
 * @property {string} model_used
 * @property {string | null} as_of a date, `2026-07-24`
 * @property {string[]} sources
 * @typedef {object} Answer
 * @property {string} correlation_id
 * @property {string} thread_id
 * @property {string} response
 * @property {Metadata} metadata
 * @property {Artifact[]} [artifacts]
 * @typedef {object} Problem
 * @property {string} [type]
 * @property {string} [title]
 * @property {string} [detail]
 * @property {number} [status] HTTP's; a problem that is part of an outcome has none
 * @property {string} [correlation_id]
 * @property {string} [request_id]
 * @property {{pointer: string, detail: string}[]} [errors]
 * @typedef {object} Message
 * @property {string} correlation_id
 * @property {"user" | "agent"} role
 * @property {string} content
 * @property {string} timestamp
 * @property {string} [status] how the request ended, where there is no answer
 * @property {Problem} [problem]
 */

const LONGEST_EXCHANGE_MS = 30_000;
export const POLL_SECONDS = 25;
const PAGE_OF_HISTORY = 200;

/**
 * @typedef {object} Acceptance
 * @property {string} id the correlation id, under which the answer will be
 * @property {string} durability where it is kept until it is answered; empty: the service did not say
 * @property {number} queuePosition how many questions of the thread are before it, as far as is known
 */

/**
 * Ask a question; the service says at once by what id it is known from now on.
 *
 * @param {string} question
 * @param {string} thread
 * @param {AbortSignal} signal
 * @returns {Promise<Acceptance>}
 * @throws {Trouble} it was not accepted, or (`unsure`) nobody can say so here
 */
export async function sendQuestion(question, thread, signal) {
  const { response, body } = await exchange("/api/chat", signal, {
    method: "POST",
    headers: { "Content-Type": "application/json", Prefer: "respond-async" },
    body: JSON.stringify({ message: question, thread_id: thread, metadata: { client_type: "web" } }),
  });
  // Accepted, perhaps, or certainly: where the service names a place, the outcome is to be read there.
  const isKnown = response.ok || response.headers.has("location");
  if (isKnown && typeof body.correlation_id === "string") {
    return {
      id: body.correlation_id,
      durability: String(body.durability ?? body.metadata?.durability ?? ""),
      queuePosition: Number(body.queue_position ?? 0),
    };
  }
  throw troubleOf(body, { retryAfter: secondsOf(response) });
}

/**
 * Look once for an answer, and wait a while for it.
 *
 * @param {string} correlationId
 * @param {AbortSignal} signal
 * @param {number} [wait] seconds
 * @returns {Promise<{answer: Answer} | {answer: null, pause: number}>} `pause`: seconds before the
 *     next look makes sense
 * @throws {Trouble} the outcome is another one, or (`passing`) cannot be read now
 */
export async function readAnswer(correlationId, signal, wait = POLL_SECONDS) {
  const { response, body } = await exchange(`/api/chat/${correlationId}?wait=${wait}`, signal, {}, wait);
  if (body.problem) throw troubleOf(body.problem, { reference: correlationId });
  if (!response.ok) throw troubleOf(body, { reference: correlationId, retryAfter: secondsOf(response) });
  return response.status === 200 ? { answer: body } : { answer: null, pause: secondsOf(response) };
}

/**
 * Cancel a question, wherever it is.
 *
 * @param {string} correlationId
 * @param {AbortSignal} signal
 * @returns {Promise<Answer | Trouble>} the outcome that holds: cancelled, or the one that was first
 * @throws {Trouble} it is not cancelled, or nobody can say so here
 */
export async function cancelQuestion(correlationId, signal) {
  const { response, body } = await exchange(`/api/chat/${correlationId}/cancel`, signal, { method: "POST" });
  if (!response.ok) throw troubleOf(body, { reference: correlationId });
  return body.problem ? troubleOf(body.problem, { reference: correlationId }) : body;
}

/**
 * Return where the events of a thread are by now.
 *
 * @param {string} thread
 * @param {AbortSignal} signal
 * @returns {Promise<string | null>} null: the service does not say
 * @throws {Trouble} it cannot be reached
 */
export async function cursorOf(thread, signal) {
  const { response, body } = await exchange(`/api/threads/${thread}`, signal);
  if (response.status >= 500) throw troubleOf(body, { retryAfter: secondsOf(response) });
  return typeof body.cursor === "string" ? body.cursor : null;
}

/**
 * Read what was said in a thread, oldest first, page by page.
 *
 * @param {string} thread
 * @param {AbortSignal} signal
 * @param {number} [limit] messages a page
 * @returns {AsyncGenerator<Message[]>}
 * @throws {Trouble} `status` 404: the service knows no such thread
 */
export async function* readHistory(thread, signal, limit = PAGE_OF_HISTORY) {
  let after = "";
  do {
    const query = new URLSearchParams({ limit: String(limit), ...(after && { after }) });
    const { response, body } = await exchange(`/api/threads/${thread}/messages?${query}`, signal);
    if (!response.ok) throw troubleOf(body, { retryAfter: secondsOf(response) });
    yield body.messages;
    after = body.next;
  } while (after);
}

/** Tell whether the service can be reached at all. */
export async function isReachable() {
  try {
    await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(5_000) });
    return true;
  } catch {
    return false;
  }
}

/** Tells, as `reached` and `lost`, how the last exchange went. */
export const reachability = new EventTarget();

/**
 * @param {string} url
 * @param {AbortSignal} signal ends the exchange, and everything that waits for it
 * @param {RequestInit} [options]
 * @param {number} [held] seconds for which the service may keep silent
 * @returns {Promise<{response: Response, body: any}>}
 */
async function exchange(url, signal, options = {}, held = 0) {
  const patience = AbortSignal.timeout(held * 1000 + LONGEST_EXCHANGE_MS);
  let response;
  try {
    response = await fetch(url, { ...options, signal: AbortSignal.any([signal, patience]) });
  } catch {
    signal.throwIfAborted();
    reachability.dispatchEvent(new Event("lost"));
    throw new Trouble({
      title: "No connection",
      detail: "The service cannot be reached. Check your network, then try again.",
      passing: true,
      unsure: true,
    });
  }
  reachability.dispatchEvent(new Event("reached"));
  const body = await documentIn(response);
  signal.throwIfAborted();
  if (body !== null) return { response, body };
  throw new Trouble({
    title: "Unreadable answer",
    detail: "The service sent something that this page cannot read. Try again in a moment.",
    reference: response.headers.get("x-request-id") ?? "",
    passing: true,
    unsure: true,
  });
}

/**
 * @param {Response} response
 * @returns {Promise<any>} null: it holds no JSON object
 */
async function documentIn(response) {
  try {
    const body = await response.json();
    return typeof body === "object" ? body : null;
  } catch {
    return null;
  }
}

/** @param {Response} response */
function secondsOf(response) {
  const seconds = Number(response.headers.get("retry-after"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}
