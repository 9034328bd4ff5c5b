// Telling those who do not see the page what happened, and everyone that a click worked.

import { part } from "./elements.js";

const CONFIRMED_MS = 2_000;
const SAID_AFTER_MS = 5_000;
const region = part("#announcer", HTMLElement);

/**
 * Have a screen reader say *text*, once.
 *
 * @param {string} text
 */
export function announce(text) {
  // A new node each time: the same words twice in a row are said twice.
  const words = document.createElement("p");
  words.textContent = text;
  region.replaceChildren(words);
  // Who then reads through the page finds everything once.
  setTimeout(() => words.remove(), SAID_AFTER_MS);
}

/**
 * Show on *button* for a moment that it worked, and say so.
 *
 * @param {HTMLButtonElement} button
 * @param {string} short what the button shows
 * @param {string} sentence what is said
 */
export function confirm(button, short, sentence) {
  const before = button.dataset.label ?? button.textContent ?? "";
  button.dataset.label = before;
  button.textContent = short;
  button.classList.add("confirmed");
  announce(sentence);
  setTimeout(() => {
    button.textContent = before;
    button.classList.remove("confirmed");
  }, CONFIRMED_MS);
}

/**
 * Copy *text*, and show on *button* how that went.
 *
 * @param {HTMLButtonElement} button
 * @param {string} text
 * @param {string} what
 */
export async function copy(button, text, what) {
  try {
    await navigator.clipboard.writeText(text);
    confirm(button, "Copied", `${what} copied.`);
  } catch {
    // No permission, or a page that is not served securely.
    confirm(button, "Not copied", "This browser does not let the page copy. Select the text instead.");
  }
}
