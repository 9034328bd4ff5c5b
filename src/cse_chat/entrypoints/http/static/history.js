// What the service remembers of a conversation, and what it may have taken without saying so.

import { readAnswer, readHistory } from "./service.js";
import { Trouble } from "./troubles.js";

const READERS = 4;

/**
 * @typedef {import("./service.js").Message} Message
 * @typedef {import("./storage.js").Unsent} Unsent
 * @typedef {import("./turns.js").Turn} Turn
 */

/**
 * Read all that was said in a thread, oldest first.
 *
 * @param {string} thread
 * @param {AbortSignal} signal
 * @returns {Promise<Message[] | null>} null: the service knows no such thread
 * @throws {Trouble} it cannot be read now
 */
export async function messagesOf(thread, signal) {
  /** @type {Message[]} */
  const messages = [];
  try {
    for await (const page of readHistory(thread, signal)) messages.push(...page);
  } catch (trouble) {
    if (trouble instanceof Trouble && trouble.status === 404) return null;
    throw trouble;
  }
  return messages;
}

/**
 * Find a question that was sent, and whose acceptance nobody heard of.
 *
 * @param {Message[]} messages
 * @param {string} question
 * @param {(correlationId: string) => boolean} isElsewhere whether a message belongs to another turn
 * @returns {string | null} its correlation id; null: it was not accepted
 */
export function acceptedUnder(messages, question, isElsewhere) {
  const found = messages.find(({ role, content, correlation_id: id }) =>
    role === "user" && content === question.trim() && !isElsewhere(id));
  return found?.correlation_id ?? null;
}

/**
 * Leave out of *unsent* what the service turns out to have.
 *
 * @param {Unsent[]} unsent
 * @param {Message[]} messages
 */
export function stillUnsent(unsent, messages) {
  return unsent.filter(({ question, after }) => {
    const since = messages.findIndex((message) => message.correlation_id === after);
    return acceptedUnder(messages.slice(since + 1), question, (id) => id === after) === null;
  });
}

/**
 * Fetch the whole answers of *turns*, a few at a time, the newest first.
 *
 * @param {Turn[]} turns
 * @param {AbortSignal} signal
 * @param {(turn: Turn, found: import("./service.js").Answer | Trouble) => void} take
 */
export async function completeAnswers(turns, signal, take) {
  const rest = [...turns].reverse().values();
  const read = async () => {
    for (const turn of rest) {
      const found = await completeAnswer(turn, signal);
      if (found) take(turn, found);
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
}

/**
 * @param {Turn} turn
 * @param {AbortSignal} signal
 */
async function completeAnswer(turn, signal) {
  try {
    return (await readAnswer(String(turn.correlationId), signal, 0)).answer;
  } catch (trouble) {
    if (trouble instanceof Trouble) return trouble;
    throw trouble;
  }
}

/**
 * Tell whether a thread begins with *correlationId*: then all before it is forgotten.
 *
 * @param {string} thread
 * @param {string} correlationId
 * @param {AbortSignal} signal
 */
export async function beginsWith(thread, correlationId, signal) {
  const { value: messages } = await readHistory(thread, signal, 1).next();
  return messages?.[0]?.correlation_id === correlationId;
}
