// What stands under a question in the end: an answer, or a trouble.

import { copy } from "./announcing.js";
import { chartOf } from "./charts.js";
import { button, element } from "./elements.js";
import { dayInWords, durationInWords, piecesOf } from "./figures.js";
import { SortableTable, toolsOf } from "./tables.js";

/**
 * @typedef {import("./service.js").Answer} Answer
 * @typedef {import("./service.js").Artifact} Artifact
 * @typedef {{title: string, detail: string, reference: string, isStopped?: boolean}} Told
 */

/** @param {Answer} answer */
export function answerCard(answer) {
  const asOf = () => answer.metadata.as_of;
  const artifacts = inOrder(answer.artifacts ?? []).map((artifact) => artifactOf(artifact, asOf));
  return element("div", { class: "answer" },
    element("p", { class: "text" }, ...wordsOf(answer.response)), ...artifacts, basisOf(answer));
}

/**
 * Show of an answer what the conversation holds of it, until the rest is there.
 *
 * @param {string} text
 * @param {string} basis where date and source would stand
 */
export function textCard(text, basis) {
  return element("div", { class: "answer" },
    element("p", { class: "text" }, ...wordsOf(text)),
    element("div", { class: "basis" }, element("span", { text: basis })));
}

/**
 * @param {Told} told
 * @param {{isNews: boolean, label?: string, act?: () => void}} options isNews: it has just happened,
 *     and is to be said aloud; label and act: what can be done about it
 */
export function troubleCard({ title, detail, reference, isStopped }, { isNews, label, act }) {
  const kind = isStopped ? "answer trouble stopped" : "answer trouble";
  return element("div", { class: kind, ...(isNews && { role: "alert" }) },
    element("h2", { text: title }),
    element("p", { text: detail }),
    ...(label && act ? [button(label, act)] : []),
    ...(reference ? [element("span", { class: "reference" }, "Reference ", element("code", { text: reference }))] : []));
}

/**
 * Put tables and charts into the order in which they are shown: what a chart says is seen at a glance.
 *
 * @param {Artifact[]} artifacts
 */
export const inOrder = (artifacts) =>
  [...artifacts].sort((one, other) => Number(one.type !== "series") - Number(other.type !== "series"));

/**
 * @param {Artifact} artifact
 * @param {() => string | null} asOf tells the date of its figures, once it is taken away
 */
export function artifactOf(artifact, asOf) {
  const table = new SortableTable(artifact);
  const caption = element("figcaption", {}, element("span", { text: artifact.title }), toolsOf(table, asOf));
  const chart = artifact.type === "series" ? chartOf(artifact) : null;
  if (!chart) return element("figure", { class: "artifact" }, caption, table.node);
  const figures = element("details", {}, element("summary", { text: "Show the figures" }), table.node);
  return element("figure", { class: "artifact" }, caption, chart, figures);
}

/**
 * Say what an answer stands on.
 *
 * @param {Answer} answer
 */
export function basisOf({ metadata, correlation_id: reference, response }) {
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

/**
 * Show a text; a line that introduces the others stands out.
 *
 * @param {string} text
 */
export function wordsOf(text) {
  const [first, ...rest] = text.split("\n");
  const introduces = rest.length > 0 && first.endsWith(":");
  const lead = introduces ? [element("span", { class: "lead" }, ...piecesOf(first))] : piecesOf(first);
  return [...lead, ...piecesOf(rest.map((line) => `\n${line}`).join(""))];
}
