// The chat page: ask, wait, show. Here its parts meet.

import { Composer } from "./composer.js";
import { watchConnection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { EarlierConversations } from "./earlier.js";
import { element, part } from "./elements.js";
import { followUpsOf } from "./followups.js";
import * as storage from "./storage.js";
import { forgotten } from "./troubles.js";

const NAME = document.title;

const welcome = part("#welcome", HTMLElement);
const heading = part("#conversation-title", HTMLElement);
const notice = part("#forgotten", HTMLElement);
const restart = part("#restart", HTMLButtonElement);
const followUps = part("#follow-ups", HTMLUListElement);

const composer = new Composer({ ask, stop: () => conversation.stop() });
const conversation = new Conversation(part("#log", HTMLElement), show);
new EarlierConversations({ open: (thread) => open(thread), current: () => conversation.thread });

/** Bring the page around the conversation up to date with it. */
function show() {
  const { isBusy, transcript, thread } = conversation;
  composer.isBusy = isBusy;
  composer.stopping = conversation.stopping;
  welcome.hidden = !transcript.isEmpty;
  restart.hidden = transcript.isEmpty;
  const answer = isBusy ? null : transcript.lastAnswer;
  const questions = answer ? followUpsOf(answer, transcript.turns.map((turn) => turn.question)) : [];
  followUps.replaceChildren(...questions.map((text) => element("li", {}, element("button", { type: "button", text }))));
  followUps.hidden = questions.length === 0;
  const title = thread && storage.conversation(thread)?.title;
  heading.textContent = title || "Conversation";
  heading.hidden = transcript.isEmpty;
  document.title = title ? `${title} · CSE Analyst` : NAME;
}

/** @param {string} question */
function ask(question) {
  notice.hidden = true;
  conversation.ask(question);
  const thread = String(conversation.thread);
  storage.noteInput(thread, question);
  // In the fragment: it stays in this browser, a reload keeps it, and each tab has its own.
  if (threadInAddress() !== thread) history.pushState(null, "", `#${thread}`);
  composer.focus();
}

/**
 * @param {string} thread
 * @param {{isInAddress?: boolean}} [options]
 */
async function open(thread, { isInAddress = false } = {}) {
  notice.hidden = true;
  if (!isInAddress && threadInAddress() !== thread) history.pushState(null, "", `#${thread}`);
  composer.focus();
  if (await conversation.open(thread)) return;
  notice.textContent = forgotten(storage.endsWithRestart(thread)).conversation;
  storage.forget(thread);
  history.replaceState(null, "", location.pathname);
  notice.hidden = false;
}

/** Show what the address names. */
function go() {
  const thread = threadInAddress();
  if (thread === null) {
    notice.hidden = true;
    conversation.leave();
    composer.focus();
  } else if (thread !== conversation.thread) {
    open(thread, { isInAddress: true });
  }
}

function threadInAddress() {
  const thread = location.hash.slice(1);
  return storage.isThreadId(thread) ? thread : null;
}

for (const list of [part("#suggestions", HTMLElement), followUps]) {
  list.addEventListener("click", ({ target }) => {
    const question = target instanceof Element && target.closest("button")?.lastChild?.textContent;
    if (question && !composer.isBusy) ask(question);
  });
}

restart.addEventListener("click", () => {
  history.pushState(null, "", location.pathname);
  go();
});

history.scrollRestoration = "manual"; // the end of a conversation is where it goes on
addEventListener("popstate", go);
storage.otherTabs.addEventListener("change", () => conversation.refresh());
watchConnection();
go();
