// Getting a question to the service and its answer back, over all that may happen in between.

import { acceptedUnder, messagesOf } from "./history.js";
import { pause } from "./pausing.js";
import { readAnswer, sendQuestion } from "./service.js";
import { Trouble } from "./troubles.js";

const SENDS = 3;
const LONGEST_RETRY_AFTER = 30;
const GIVE_UP_AFTER_MS = 15 * 60_000;
const LOOKS_IN_VAIN = 12; // over two to three minutes
const LONGEST_PAUSE = 15;

/**
 * @typedef {object} Waiting
 * @property {AbortSignal} signal ends it
 * @property {(words: string) => void} tell says what is being waited for; empty: nothing particular
 */

/**
 * Have a question accepted, once.
 *
 * It is sent again by itself only where the service said that nothing of it was kept and when to
 * come back; and where it may have been accepted before, that is looked for first.
 *
 * @param {string} question
 * @param {string} thread
 * @param {Waiting & {isUnsure: boolean, isElsewhere: (correlationId: string) => boolean}} options
 *     isElsewhere: whether a request is known to be another one than this
 * @returns {Promise<import("./service.js").Acceptance>}
 * @throws {Trouble}
 */
export async function accept(question, thread, { signal, tell, isUnsure, isElsewhere }) {
  if (isUnsure) {
    const id = acceptedUnder((await messagesOf(thread, signal)) ?? [], question, isElsewhere);
    if (id) return { id, durability: "", queuePosition: 0 };
  }
  for (let sends = 1; ; sends += 1) {
    try {
      return await sendQuestion(question, thread, signal);
    } catch (trouble) {
      if (!(trouble instanceof Trouble) || sends === SENDS || !isWorthSendingAgain(trouble)) throw trouble;
      tell(`The service is busy, asking again in ${trouble.retryAfter} s…`);
      await pause(trouble.retryAfter, signal);
    }
  }
}

/** @param {Trouble} trouble */
function isWorthSendingAgain(trouble) {
  const nothingWasKept = ["overloaded", "not-accepted"].includes(trouble.slug);
  return nothingWasKept && trouble.retryAfter > 0 && trouble.retryAfter <= LONGEST_RETRY_AFTER;
}

/**
 * Look for the answer to an accepted question, for as long as that makes sense.
 *
 * The stream of its thread tells it earlier, and then nobody asks here. But connections break, and
 * there are proxies that hold back what is streamed.
 *
 * @param {string} correlationId
 * @param {Waiting & {silence: (signal: AbortSignal) => Promise<boolean>}} waiting silence: comes to an
 *     end when the stream tells nothing, with whether it did until then
 * @returns {Promise<import("./service.js").Answer>}
 * @throws {Trouble} it ended otherwise; `unsure`: how, could not be seen
 */
export async function answerOf(correlationId, { signal, tell, silence }) {
  let began = Date.now();
  let failures = 0;
  for (;;) {
    if (await silence(signal)) began = Date.now();
    const looked = Date.now();
    let rest;
    try {
      const found = await readAnswer(correlationId, signal);
      if (found.answer) return found.answer;
      // After the look, not before: a computer that slept has still one to do.
      if (Date.now() - began > GIVE_UP_AFTER_MS) throw stillOpen(correlationId);
      failures = 0;
      // What was waited for already counts: between two long looks there is no gap.
      rest = found.pause - (Date.now() - looked) / 1000;
      tell("");
    } catch (trouble) {
      if (!(trouble instanceof Trouble) || !trouble.passing) throw trouble;
      failures += 1;
      if (failures > LOOKS_IN_VAIN) throw unseen(trouble, correlationId);
      rest = Math.max(trouble.retryAfter, Math.min(2 ** failures, LONGEST_PAUSE));
      tell("The connection was lost, looking again for your answer…");
    }
    await pause(rest, signal);
  }
}

/** @param {string} reference */
function stillOpen(reference) {
  return new Trouble({
    title: "Still no answer",
    detail: "It takes unusually long. The question is kept: look again later.",
    reference,
    unsure: true,
  });
}

/**
 * @param {Trouble} trouble
 * @param {string} reference
 */
function unseen({ title, detail }, reference) {
  return new Trouble({ title, detail, reference, unsure: true });
}
