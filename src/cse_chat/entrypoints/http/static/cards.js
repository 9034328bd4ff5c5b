// What stands under a question: an answer, a trouble, or that one is being waited for.

import { copy } from "./announcing.js";
import { chartOf } from "./charts.js";
import { button, element } from "./elements.js";
import { dayInWords, durationInWords, piecesOf } from "./figures.js";
import { SortableTable, toolsOf } from "./tables.js";

/**
 * @typedef {import("./service.js").Answer} Answer
 * @typedef {{title: string, detail: string, reference: string}} Told
 */

/** @param {Answer} answer */
export function answerCard(answer) {
  const { artifacts: given = [], metadata } = answer;
  // What a chart says is seen at a glance: it comes before the tables.
  const inOrder = [...given].sort((one, other) => Number(one.type !== "series") - Number(other.type !== "series"));
  const artifacts = inOrder.map((artifact) => artifactOf(artifact, metadata.as_of));
  return element("div", { class: "answer" },
    proseOf(answer.response), ...artifacts, basisOf(answer));
}

/**
 * Show of an answer what the conversation holds of it, until the rest is there.
 *
 * @param {string} text
 * @param {string} basis where date and source would stand
 */
export function textCard(text, basis) {
  return element("div", { class: "answer" }, proseOf(text), element("div", { class: "basis" }, element("span", { text: basis })));
}

/**
 * @param {Told} told
 * @param {{isNews: boolean, label?: string, act?: () => void}} options isNews: it has just happened,
 *     and is to be said aloud; label and act: what can be done about it
 */
export function troubleCard({ title, detail, reference }, { isNews, label, act }) {
  return element("div", { class: "answer trouble", ...(isNews && { role: "alert" }) },
    element("h2", { text: title }),
    element("p", { text: detail }),
    ...(label && act ? [button(label, act)] : []),
    ...(reference ? [element("span", { class: "reference" }, "Reference ", element("code", { text: reference }))] : []));
}

/** A card for the time of waiting, which always says that it waits. */
export function pendingCard() {
  const dots = element("span", { class: "dots", "aria-hidden": "true" }, element("i"), element("i"), element("i"));
  const words = element("span", { text: "Looking at the market…" });
  const began = Date.now();
  let told = "";
  const show = () => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    words.textContent = told || (seconds < 5 ? "Looking at the market…" : `Still working, ${seconds} s so far…`);
  };
  const timer = setInterval(show, 1000);
  return {
    card: element("div", { class: "answer pending" }, dots, words),
    /** @param {string} text what there is to say instead; empty: nothing */
    tell(text) {
      told = text;
      show();
    },
    stop: () => clearInterval(timer),
  };
}

/**
 * @param {import("./service.js").Artifact} artifact
 * @param {string | null} asOf
 */
function artifactOf(artifact, asOf) {
  const table = new SortableTable(artifact);
  const caption = element("figcaption", {}, element("span", { text: artifact.title }), toolsOf(table, asOf));
  const chart = artifact.type === "series" ? chartOf(artifact) : null;
  if (!chart) return element("figure", { class: "artifact" }, caption, table.node);
  const figures = element("details", {}, element("summary", { text: "Show the figures" }), table.node);
  return element("figure", { class: "artifact" }, caption, chart, figures);
}

/** @param {Answer} answer */
function basisOf({ metadata, correlation_id: reference, response }) {
  const entry = (/** @type {string} */ label, /** @type {string} */ text) =>
    element("span", {}, element("b", { text: `${label} ` }), text);
  const { as_of: asOf, sources } = metadata;
  const isBased = asOf !== null || sources.length > 0;
  return element("div", { class: "basis", title: `Reference ${reference}` },
    ...(isBased
      ? [entry("As of", asOf ? dayInWords(asOf) : "not stated"), entry("Source", sources.join("; ") || "not stated")]
      : [element("span", { text: "No market data, so no date and no source." })]),
    entry("Answered in", durationInWords(metadata.processing_time_ms)),
    button("Copy text", (pressed) => copy(pressed, response, "Answer")));
}

/** @param {string} text */
function proseOf(text) {
  const [first, ...rest] = text.split("\n");
  const introduces = rest.length > 0 && first.endsWith(":");
  const lead = introduces ? [element("span", { class: "lead" }, ...piecesOf(first))] : piecesOf(first);
  return element("p", { class: "text" }, ...lead, ...piecesOf(rest.map((line) => `\n${line}`).join("")));
}
