// Series as a line: drawn here, with its figures in a table below it.

import { drawn, element } from "./elements.js";
import { isFigure, shown, toneOf, unitOf } from "./figures.js";

/**
 * @typedef {import("./service.js").Artifact} Artifact
 * @typedef {{x: number, y: number}} Point
 */

const [WIDTH, HEIGHT] = [640, 200];

/**
 * Draw the first column of figures over the first column.
 *
 * @param {Artifact} series
 * @returns {HTMLElement | null} null: there are not two points to draw a line between
 */
export function chartOf({ title, columns, rows }) {
  const figure = columns.findIndex(isFigure);
  const known = rows.filter((row) => typeof row[figure] === "number");
  if (figure < 0 || known.length < 2) return null;
  const column = columns[figure];
  const values = known.map((row) => Number(row[figure]));
  const write = (/** @type {number} */ value) => shown(value, column);
  const unit = unitOf(column);
  const days = known.map((row) => String(row[0]));
  const label = `${title}: from ${write(values[0])} to ${write(values[values.length - 1])}${unit && ` ${unit}`}`;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const ticks = high === low ? [high] : [high, (high + low) / 2, low];
  const points = placesOf(values, low, high);
  const readout = element("p", { class: "readout" });
  const marker = drawn("line", { class: "marker", y1: 0, y2: HEIGHT });
  const plot = drawn("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": label,
  }, ...rulesOf(ticks.length), ...lineOf(points), marker);
  const read = (/** @type {number} */ i) => {
    const place = String(points[i].x);
    marker.setAttribute("x1", place);
    marker.setAttribute("x2", place);
    readout.replaceChildren(`${days[i]}  `, element("b", { text: write(values[i]) }), unit && ` ${unit}`);
  };
  const last = () => {
    marker.classList.remove("shown");
    read(points.length - 1);
  };
  plot.addEventListener("pointermove", ({ clientX }) => {
    const { left, width } = plot.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (clientX - left) / width));
    read(Math.round(share * (points.length - 1)));
    marker.classList.add("shown");
  });
  plot.addEventListener("pointerleave", last);
  last();
  const tone = toneOf(values[values.length - 1] - values[0], { ...column, name: "change" });
  return element("div", { class: `chart ${tone}` },
    readout,
    element("div", { class: "plot" }, plot,
      element("div", { class: "ticks", "aria-hidden": "true" }, ...ticks.map((tick) => element("span", { text: write(tick) })))),
    element("div", { class: "days", "aria-hidden": "true" },
      element("span", { text: days[0] }), element("span", { text: days[days.length - 1] })));
}

/**
 * @param {number[]} values
 * @param {number} low
 * @param {number} high
 * @returns {Point[]}
 */
function placesOf(values, low, high) {
  return values.map((value, i) => ({
    x: (i / (values.length - 1)) * WIDTH,
    y: high === low ? HEIGHT / 2 : ((high - value) / (high - low)) * HEIGHT,
  }));
}

/** @param {number} count */
function rulesOf(count) {
  if (count === 1) return [drawn("line", { class: "rule", x1: 0, x2: WIDTH, y1: HEIGHT / 2, y2: HEIGHT / 2 })];
  return Array.from({ length: count }, (_, i) => {
    const y = (i / (count - 1)) * HEIGHT;
    return drawn("line", { class: "rule", x1: 0, x2: WIDTH, y1: y, y2: y });
  });
}

/** @param {Point[]} points */
function lineOf(points) {
  const line = points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  return [
    drawn("polygon", { class: "area", points: `0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}` }),
    drawn("polyline", { class: "line", points: line }),
  ];
}
