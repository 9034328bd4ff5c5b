// Values in words: numbers, changes, dates.

import { element } from "./elements.js";

/**
 * @typedef {import("./service.js").Cell} Cell
 * @typedef {import("./service.js").Column} Column
 */

const LOCALE = "en-GB";

/** @param {Column} column */
export const isFigure = (column) => ["number", "integer", "percent"].includes(column.type);

/** @param {Column} column */
const isChange = (column) => isFigure(column) && /change|return|gain|loss/i.test(`${column.name} ${column.label}`);

/**
 * Write a value as its column wants it: rounded, with its sign where it is a change.
 *
 * @param {Cell} value
 * @param {Column} column
 */
export function shown(value, column) {
  if (value === null) return "–";
  if (typeof value !== "number") return String(value);
  const digits = column.decimals ?? (column.type === "percent" ? 2 : undefined);
  const text = new Intl.NumberFormat(LOCALE, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits ?? 4,
    signDisplay: isChange(column) ? "exceptZero" : "auto",
  }).format(value);
  return column.type === "percent" ? `${text}%` : text;
}

/**
 * Say whether a value is good or bad news: the class of its colour, which stands beside its sign.
 *
 * @param {Cell} value
 * @param {Column} column
 */
export function toneOf(value, column) {
  if (value === null) return "unknown";
  if (typeof value !== "number" || value === 0 || !isChange(column)) return "";
  return value > 0 ? "up" : "down";
}

/** @param {Column} column */
export const unitOf = (column) => (column.unit && column.type !== "percent" ? column.unit : "");

/** @param {string} iso a date, `2026-07-24` */
export function dayInWords(iso) {
  const day = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(day.getTime())) return iso;
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "long", timeZone: "UTC" }).format(day);
}

/** @param {number} milliseconds */
export function durationInWords(milliseconds) {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  return `${new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 }).format(milliseconds / 1000)} s`;
}

/**
 * Say when something was: the time if it was today or yesterday, else the date.
 *
 * @param {number} at milliseconds since 1970
 * @param {boolean} isRecent
 */
export function momentInWords(at, isRecent) {
  return new Intl.DateTimeFormat(LOCALE, isRecent ? { timeStyle: "short" } : { dateStyle: "medium" }).format(at);
}

/**
 * Show a text; dates and changes stay whole, and a change has its colour beside its sign.
 *
 * @param {string} text
 */
export function piecesOf(text) {
  return text.split(/(\d{4}-\d\d-\d\d|(?<![\w.])[+-]\d[\d,.]*%)/).map((piece, i) => {
    if (i % 2 === 0) return piece;
    const isMove = piece.endsWith("%") && /[1-9]/.test(piece);
    const tone = isMove ? (piece.startsWith("+") ? "up" : "down") : "";
    return element("span", { class: `nowrap ${tone}`.trim(), text: piece });
  });
}
