// Tables as CSV (RFC 4180), for a spreadsheet that must neither lose a digit nor run a cell.

/**
 * @typedef {import("./service.js").Cell} Cell
 * @typedef {import("./service.js").Column} Column
 */

/**
 * Write *rows* with every digit they have, under a header that names the units.
 *
 * @param {Column[]} columns
 * @param {Cell[][]} rows
 */
export function csvOf(columns, rows) {
  const header = columns.map(({ label, unit }) => (unit ? `${label} (${unit})` : label));
  return [header, ...rows].map((cells) => `${cells.map(fieldOf).join(",")}\r\n`).join("");
}

/** @param {Cell} value */
function fieldOf(value) {
  if (value === null) return "";
  const text = typeof value === "number" ? String(value) : inert(String(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Keep a spreadsheet from taking a text for a formula.
 *
 * @param {string} text
 */
const inert = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/**
 * Name a file after what is in it.
 *
 * @param {string} title
 * @param {string | null} asOf
 */
export function fileNameOf(title, asOf) {
  const words = title.toLowerCase().match(/[a-z0-9]+/g)?.join("-").slice(0, 60) || "table";
  return `${[words, asOf?.match(/^\d{4}-\d\d-\d\d$/)?.[0]].filter(Boolean).join("-")}.csv`;
}
