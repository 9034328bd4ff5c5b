// Questions to go on with: only such as the analyst can answer for whatever is listed.

const ANALYST = "cse-analyst/";
const SYMBOL = /^[A-Z0-9]{2,6}(\.[A-Z]\d{4})?$/;
const MOST = 3;

const QUESTIONS = [
  (/** @type {string} */ symbol) => `Show the price history of ${symbol}`,
  (/** @type {string} */ symbol) => `Who owns ${symbol}?`,
  (/** @type {string} */ symbol) => `How did ${symbol} do over the last month?`,
];

/**
 * Return what might be asked next about the symbols that an answer names first.
 *
 * Nothing, where another agent answered: nobody here knows what that one can.
 *
 * @param {import("./service.js").Answer} answer
 * @param {string[]} asked what has been asked already
 * @returns {string[]}
 */
export function followUpsOf({ metadata, artifacts = [] }, asked) {
  if (!metadata.model_used.startsWith(ANALYST)) return [];
  const symbols = [...new Set(artifacts.flatMap(symbolsIn))].slice(0, MOST);
  const known = new Set(asked.map((question) => question.toLowerCase()));
  return symbols
    .flatMap((symbol) => QUESTIONS.map((question) => question(symbol)))
    .filter((question) => !known.has(question.toLowerCase()))
    .slice(0, MOST);
}

/** @param {import("./service.js").Artifact} artifact */
function symbolsIn({ columns, rows }) {
  const symbol = columns.findIndex((column) => column.name === "symbol");
  return rows.flatMap(({ [symbol]: cell }) => (typeof cell === "string" && SYMBOL.test(cell) ? [cell] : []));
}
