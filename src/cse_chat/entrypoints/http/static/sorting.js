// The order of rows.

/**
 * @typedef {import("./service.js").Cell} Cell
 * @typedef {"ascending" | "descending" | null} Direction null: as they were given
 */

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/**
 * Return the direction that another click leads to.
 *
 * @param {Direction} direction
 * @returns {Direction}
 */
export function nextDirection(direction) {
  if (direction === null) return "ascending";
  return direction === "ascending" ? "descending" : null;
}

/**
 * Return the places of *cells* in order: equal ones stay as they stand, unknown ones come last.
 *
 * @param {Cell[]} cells
 * @param {Direction} direction
 * @returns {number[]}
 */
export function order(cells, direction) {
  const places = cells.map((_, place) => place);
  if (direction === null) return places;
  const sign = direction === "ascending" ? 1 : -1;
  return places.sort((a, b) => {
    const [one, other] = [cells[a], cells[b]];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return sign * compare(one, other);
  });
}

/**
 * @param {string | number} one
 * @param {string | number} other
 */
function compare(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return collator.compare(String(one), String(other));
}
