// Tables that can be sorted, copied and taken away.

import { announce, confirm, copy } from "./announcing.js";
import { csvOf, fileNameOf } from "./csv.js";
import { button, element } from "./elements.js";
import { isFigure, shown, toneOf, unitOf } from "./figures.js";
import { nextDirection, order } from "./sorting.js";

/**
 * @typedef {import("./service.js").Artifact} Artifact
 * @typedef {import("./service.js").Cell} Cell
 * @typedef {import("./service.js").Column} Column
 */

const LONG = 12; // rows
const LONGEST_NAME = 40; // characters

/** A table of an answer, in the order that its reader wants. */
export class SortableTable {
  #direction = /** @type {import("./sorting.js").Direction} */ (null);
  #column = -1;

  /** @param {Artifact} artifact */
  constructor({ title, columns, rows }) {
    this.title = title;
    this.columns = columns;
    this.rows = rows;
    this.#lines = rows.map((row) => lineOf(row, columns));
    this.#headings = columns.map((column, i) => this.#headingOf(column, i));
    this.#body.append(...this.#lines);
    const table = element("table", {}, element("thead", {}, element("tr", {}, ...this.#headings)), this.#body);
    const size = rows.length > LONG ? "scroll long" : "scroll";
    /** A box that scrolls must be reachable by keyboard, and say what it is. */
    this.node = element("div", { class: size, tabindex: 0, role: "region", "aria-label": title }, table);
  }

  /** @type {HTMLTableRowElement[]} */
  #lines;
  /** @type {HTMLTableCellElement[]} */
  #headings;
  #body = element("tbody");

  /** The rows as CSV, in the order in which they are shown. */
  csv() {
    return csvOf(this.columns, this.#places().map((place) => this.rows[place]));
  }

  #places() {
    const cells = this.rows.map((row) => row[this.#column] ?? null);
    return order(cells, this.#direction);
  }

  /** @param {number} column */
  #sortBy(column) {
    this.#direction = nextDirection(column === this.#column ? this.#direction : null);
    this.#column = column;
    this.#body.append(...this.#places().map((place) => this.#lines[place]));
    for (const [i, heading] of this.#headings.entries()) {
      if (i === column && this.#direction) heading.setAttribute("aria-sort", this.#direction);
      else heading.removeAttribute("aria-sort");
    }
    const label = this.columns[column].label;
    announce(this.#direction ? `Sorted by ${label}, ${this.#direction}.` : "In the order as given.");
  }

  /**
   * @param {Column} column
   * @param {number} place
   */
  #headingOf(column, place) {
    const unit = unitOf(column);
    const words = [column.label, ...(unit ? [" ", element("span", { class: "unit", text: `(${unit})` })] : [])];
    const heading = element("th", { scope: "col", class: isFigure(column) ? "figure" : "" });
    if (this.rows.length > 1) {
      const sort = element("button", { type: "button", class: "sort" }, element("span", {}, ...words));
      sort.addEventListener("click", () => this.#sortBy(place));
      heading.append(sort);
    } else {
      heading.append(...words);
    }
    return heading;
  }
}

/**
 * Make the buttons that take a table away.
 *
 * @param {SortableTable} table
 * @param {() => string | null} asOf tells the date of its figures
 */
export function toolsOf(table, asOf) {
  const about = (/** @type {string} */ act) => ({ "aria-label": `${act} as CSV: ${table.title}` });
  return element("div", { class: "tools" },
    button("Copy CSV", (pressed) => copy(pressed, table.csv(), "Table"), about("Copy")),
    button("Download CSV", (pressed) => download(pressed, table, asOf()), about("Download")));
}

/**
 * @param {HTMLButtonElement} pressed
 * @param {SortableTable} table
 * @param {string | null} asOf
 */
function download(pressed, table, asOf) {
  const address = URL.createObjectURL(new Blob([table.csv()], { type: "text/csv;charset=utf-8" }));
  const name = fileNameOf(table.title, asOf);
  element("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
  confirm(pressed, "Downloaded", `Table downloaded as ${name}.`);
}

/**
 * @param {Cell[]} row
 * @param {Column[]} columns
 */
function lineOf(row, columns) {
  const name = columns.findIndex((column) => !isFigure(column));
  return element("tr", {}, ...row.map((value, i) => cellOf(value, columns[i], i === name)));
}

/**
 * @param {Cell} value
 * @param {Column} column
 * @param {boolean} isName
 */
function cellOf(value, column, isName) {
  const classes = [
    isFigure(column) ? "figure" : "",
    // A name stays on one line, for the box scrolls; prose may break.
    String(value).length <= LONGEST_NAME ? "nowrap" : "",
    toneOf(value, column),
  ];
  const cell = element(isName ? "th" : "td", {
    text: shown(value, column),
    class: classes.filter(Boolean).join(" "),
    ...(isName && { scope: "row" }),
  });
  return cell;
}
