// What this browser remembers. Everything read is looked at before it is believed: anyone with the
// browser's tools, and every older version of this page, may have written it.

/**
 * @typedef {object} Unsent a question that the service has not, or not surely, accepted
 * @property {string} key
 * @property {string} question
 * @property {string | null} after the correlation id of the turn that it stands behind
 * @property {{title: string, detail: string, reference: string} | null} trouble null: being sent
 *
 * @typedef {object} Kept a conversation
 * @property {string} id the thread's
 * @property {string} title its first question
 * @property {number} at when it was last asked in, milliseconds since 1970
 * @property {boolean} accepted whether the service has ever accepted a question of it
 * @property {string} durability where the service keeps its questions, as it said last; empty: it did not
 * @property {Unsent[]} unsent
 */

const CONVERSATIONS = "cse-chat.conversations.v1";
const INPUTS = "cse-chat.inputs.v1";
const DRAFT = "cse-chat.draft.v1";
const MOST_CONVERSATIONS = 20;
const MOST_INPUTS = 50;
const MOST_UNSENT = 10;
const LONGEST_TITLE = 120;
const LONGEST_QUESTION = 4_000;

// Even to name a storage fails where its reader has blocked it: then nothing is remembered.
const inAllTabs = () => localStorage;
const inThisTab = () => sessionStorage;

/** Tells `change` when another tab has changed the conversations. */
export const otherTabs = new EventTarget();

addEventListener("storage", ({ key }) => {
  if (key === CONVERSATIONS || key === null) otherTabs.dispatchEvent(new Event("change"));
});

/**
 * Say whether *text* can name a thread.
 *
 * @param {unknown} text
 * @returns {text is string}
 */
export const isThreadId = (text) => typeof text === "string" && /^[A-Za-z0-9_-]{1,128}$/.test(text);

/** Make the id of a new thread: 128 random bits, so that it is known before anything is sent. */
export function newThreadId() {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  // 26 characters of 5 bits; the division by 8 has no remainder, so each letter is as likely.
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(26)), (byte) => alphabet[byte % 32]);
  return `thread_${letters.join("")}`;
}

/**
 * Return the conversations, the one last asked in first.
 *
 * @returns {Kept[]}
 */
export function conversations() {
  const seen = new Set();
  return listIn(inAllTabs, CONVERSATIONS)
    .map(keptOf)
    .filter((kept) => kept !== null)
    .filter(({ id }) => !seen.has(id) && seen.add(id))
    .sort((one, other) => other.at - one.at)
    .slice(0, MOST_CONVERSATIONS);
}

/**
 * @param {string} id
 * @returns {Kept | undefined}
 */
export const conversation = (id) => conversations().find((kept) => kept.id === id);

/** @param {string} thread */
export const unsentIn = (thread) => conversation(thread)?.unsent ?? [];

/**
 * Note that a question is being sent, in what is from now on the newest conversation.
 *
 * @param {string} thread
 * @param {Omit<Unsent, "trouble">} unsent
 */
export function noteSending(thread, unsent) {
  const kept = conversation(thread);
  const title = kept?.title ?? unsent.question.slice(0, LONGEST_TITLE);
  const others = (kept?.unsent ?? []).filter(({ key }) => key !== unsent.key);
  put({
    id: thread,
    title,
    at: Date.now(),
    accepted: kept?.accepted ?? false,
    durability: kept?.durability ?? "",
    unsent: [...others, { ...unsent, trouble: null }].slice(-MOST_UNSENT),
  });
}

/**
 * Note that the service has accepted a question: from now on it is the service's to remember.
 *
 * @param {string} thread
 * @param {string} key
 * @param {string} durability empty: the service did not say
 */
export function noteAccepted(thread, key, durability) {
  const kept = conversation(thread);
  if (!kept) return;
  const unsent = kept.unsent.filter((one) => one.key !== key);
  put({ ...kept, accepted: true, durability: durability || kept.durability, unsent });
}

/**
 * Tell whether a restart of the service may have ended a conversation.
 *
 * @param {string | null} thread
 */
export const endsWithRestart = (thread) => thread !== null && conversation(thread)?.durability === "memory";

/**
 * Note why a question was not accepted, so that this stays to be seen.
 *
 * @param {string} thread
 * @param {string} key
 * @param {{title: string, detail: string, reference: string}} trouble
 */
export function noteRefused(thread, key, { title, detail, reference }) {
  const kept = conversation(thread);
  if (!kept) return;
  const unsent = kept.unsent.map((one) => (one.key === key ? { ...one, trouble: { title, detail, reference } } : one));
  put({ ...kept, unsent });
}

/** @param {string} id */
export function forget(id) {
  write(inAllTabs, CONVERSATIONS, conversations().filter((kept) => kept.id !== id));
  write(inAllTabs, INPUTS, inputsOfAll().filter(({ thread }) => thread !== id));
}

export function forgetAll() {
  write(inAllTabs, CONVERSATIONS, []);
  write(inAllTabs, INPUTS, []);
}

/** Return the last questions, oldest first. */
export const inputs = () => inputsOfAll().map(({ text }) => text);

/**
 * @param {string} thread
 * @param {string} text
 */
export function noteInput(thread, text) {
  const others = inputsOfAll().filter((input) => input.text !== text);
  write(inAllTabs, INPUTS, [...others, { thread, text }].slice(-MOST_INPUTS));
}

/** Return what was being written in this tab. */
export const draft = () => textOf(read(inThisTab, DRAFT)).slice(0, LONGEST_QUESTION);

/** @param {string} text */
export const keepDraft = (text) => write(inThisTab, DRAFT, text);

/** @param {Kept} kept */
function put(kept) {
  const others = conversations().filter(({ id }) => id !== kept.id);
  write(inAllTabs, CONVERSATIONS, [kept, ...others].slice(0, MOST_CONVERSATIONS));
}

/** @returns {{thread: string, text: string}[]} */
function inputsOfAll() {
  return listIn(inAllTabs, INPUTS)
    .map(fieldsOf)
    .filter(({ thread, text }) => isThreadId(thread) && textOf(text) !== "")
    .map(({ thread, text }) => ({ thread: textOf(thread), text: textOf(text).slice(0, LONGEST_QUESTION) }))
    .slice(-MOST_INPUTS);
}

/**
 * @param {unknown} value
 * @returns {Kept | null}
 */
function keptOf(value) {
  const { id, title, at, accepted, durability, unsent } = fieldsOf(value);
  if (!isThreadId(id) || textOf(title) === "" || typeof at !== "number" || !isMoment(at)) return null;
  return {
    id,
    title: textOf(title).slice(0, LONGEST_TITLE),
    at,
    accepted: accepted === true,
    durability: textOf(durability),
    unsent: (Array.isArray(unsent) ? unsent : []).map(unsentOf).filter((one) => one !== null).slice(-MOST_UNSENT),
  };
}

/**
 * @param {unknown} value
 * @returns {Unsent | null}
 */
function unsentOf(value) {
  const { key, question, after, trouble } = fieldsOf(value);
  if (textOf(key) === "" || textOf(question) === "") return null;
  const { title, detail, reference } = fieldsOf(trouble);
  return {
    key: textOf(key),
    question: textOf(question).slice(0, LONGEST_QUESTION),
    after: textOf(after) || null,
    trouble: textOf(title) ? { title: textOf(title), detail: textOf(detail), reference: textOf(reference) } : null,
  };
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
const fieldsOf = (value) => (typeof value === "object" && value !== null ? { ...value } : {});

/** @param {unknown} value */
const textOf = (value) => (typeof value === "string" ? value : "");

/** @param {number} at */
const isMoment = (at) => !Number.isNaN(new Date(at).getTime());

/**
 * @param {() => Storage} storage
 * @param {string} key
 * @returns {unknown[]}
 */
function listIn(storage, key) {
  const value = read(storage, key);
  return Array.isArray(value) ? value : [];
}

/**
 * @param {() => Storage} storage
 * @param {string} key
 * @returns {unknown}
 */
function read(storage, key) {
  try {
    return JSON.parse(storage().getItem(key) ?? "null");
  } catch {
    return null; // not ours, or blocked
  }
}

/**
 * @param {() => Storage} storage
 * @param {string} key
 * @param {unknown} value
 */
function write(storage, key, value) {
  try {
    storage().setItem(key, JSON.stringify(value));
  } catch {
    // Full, or blocked: the conversation goes on, it is only not remembered.
  }
}
