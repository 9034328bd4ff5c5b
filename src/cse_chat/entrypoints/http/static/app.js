// The chat page: ask, wait, show. Everything from outside is shown as text, never as markup.

const POLL_SECONDS = 25;
const GIVE_UP_AFTER_MS = 15 * 60 * 1000;
const RETRIES = 3;

const log = document.querySelector("#log");
const form = document.querySelector("#ask");
const message = document.querySelector("#message");
const send = document.querySelector("#send");
const restart = document.querySelector("#restart");
const welcome = document.querySelector("#welcome");

let threadId = null; // lives as long as the page: a reload begins a new conversation
let conversation = 0; // a new number tells late answers that nobody waits for them any more

/* ---- talking to the service ---- */

/** What went wrong, in words for a person; `passing` when the same may go well in a moment. */
class Trouble extends Error {
  constructor({ title, detail, reference = "", again = true, passing = false }) {
    super(detail);
    Object.assign(this, { title, detail, reference, again, passing });
  }
}

function troubleOf(problem) {
  const faults = problem.errors?.map((fault) => `${fault.pointer.slice(1)} ${fault.detail}`).join("; ");
  return new Trouble({
    title: problem.title ?? "Something went wrong",
    detail: faults || problem.detail || "The service gave no reason.",
    reference: problem.correlation_id ?? problem.request_id,
    again: problem.status !== 400 && problem.status !== 413,
    passing: problem.status >= 500,
  });
}

async function exchange(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    throw new Trouble({
      title: "No connection",
      detail: "The service cannot be reached. Check your network, then try again.",
      passing: true,
    });
  }
  try {
    return { response, body: await response.json() };
  } catch {
    throw new Trouble({
      title: "Unreadable answer",
      detail: "The service sent something that this page cannot read.",
      reference: response.headers.get("x-request-id") ?? "",
      passing: response.status >= 500,
    });
  }
}

/** Ask; where the answer takes longer than a connection is held, go and get it. */
async function answerTo(question) {
  const { response, body } = await exchange("/api/chat", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      message: question,
      ...(threadId && { thread_id: threadId }),
      metadata: { client_type: "web" },
    }),
  });
  const location = response.headers.get("location");
  const comesLater = response.status === 202 || body.type === "/problems/reply-timeout";
  if (comesLater && location) return pollFor(location, body.correlation_id);
  if (!response.ok) throw troubleOf(body);
  return body;
}

async function pollFor(location, reference) {
  const end = Date.now() + GIVE_UP_AFTER_MS;
  let failures = 0;
  while (Date.now() < end) {
    const { answer, trouble } = await look(location, reference);
    if (answer) return answer;
    failures = trouble ? failures + 1 : 0;
    if (trouble && (!trouble.passing || failures > RETRIES)) throw trouble;
    await new Promise((wake) => setTimeout(wake, 1000 * 2 ** failures));
  }
  throw new Trouble({ title: "Still no answer", detail: "It takes unusually long. Try again later.", reference });
}

/** Look once for the answer: there may be one, a trouble, or neither yet. */
async function look(location, reference) {
  try {
    const { response, body } = await exchange(`${location}?wait=${POLL_SECONDS}`);
    if (body.problem) return { trouble: troubleOf({ ...body.problem, correlation_id: reference }) };
    if (!response.ok) return { trouble: troubleOf(body) };
    return { answer: response.status === 200 ? body : null };
  } catch (trouble) {
    return { trouble };
  }
}

/* ---- showing ---- */

function element(tag, { text, ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  node.append(...children);
  return node;
}

function drawn(tag, attributes, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

const isFigure = (column) => ["number", "integer", "percent"].includes(column.type);
const isChange = (column) => isFigure(column) && /change|return|gain|loss/i.test(`${column.name} ${column.label}`);

function shown(value, column) {
  if (value === null) return "–";
  if (typeof value !== "number") return value;
  const digits = column.decimals ?? (column.type === "percent" ? 2 : undefined);
  const text = new Intl.NumberFormat("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits ?? 4,
    signDisplay: isChange(column) ? "exceptZero" : "auto",
  }).format(value);
  return column.type === "percent" ? `${text}%` : text;
}

function cellOf(value, column, isName) {
  const classes = [isFigure(column) ? "figure" : ""];
  // A name stays on one line, for the box scrolls; prose may break.
  if (String(value).length <= 40) classes.push("nowrap");
  if (value === null) classes.push("unknown");
  else if (isChange(column) && value !== 0) classes.push(value > 0 ? "up" : "down");
  const cell = element(isName ? "th" : "td", { text: shown(value, column), class: classes.join(" ") });
  if (isName) cell.scope = "row";
  return cell;
}

function headingOf(column) {
  const heading = element("th", { text: column.label, scope: "col", class: isFigure(column) ? "figure" : "" });
  if (column.unit && column.type !== "percent") {
    heading.append(" ", element("span", { class: "unit", text: `(${column.unit})` }));
  }
  return heading;
}

function tableOf({ title, columns, rows }) {
  const name = columns.findIndex((column) => !isFigure(column));
  const body = rows.map((row) => element("tr", {}, ...row.map((value, i) => cellOf(value, columns[i], i === name))));
  const table = element("table", {},
    element("thead", {}, element("tr", {}, ...columns.map(headingOf))),
    element("tbody", {}, ...body));
  // A box that scrolls must be reachable by keyboard, and say what it is.
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, table);
}

function chartOf({ title, columns, rows }) {
  const y = columns.findIndex(isFigure);
  const points = rows.filter((row) => typeof row[y] === "number");
  if (points.length < 2) return null;
  const [width, height, top, bottom] = [640, 200, 18, 22];
  const values = points.map((row) => row[y]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const at = (value, i) => {
    const share = high === low ? 0.5 : (high - value) / (high - low);
    return `${((i / (points.length - 1)) * width).toFixed(1)},${(top + share * (height - top - bottom)).toFixed(1)}`;
  };
  const line = values.map(at).join(" ");
  const floor = height - bottom;
  const [first, last] = [points[0][0], points.at(-1)[0]];
  const unit = columns[y].unit ? ` ${columns[y].unit}` : "";
  const label = `${title}: from ${shown(values[0], columns[y])} to ${shown(values.at(-1), columns[y])}${unit}`;
  const chart = drawn("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
  chart.append(
    drawn("line", { class: "rule", x1: 0, x2: width, y1: floor, y2: floor }),
    drawn("polygon", { class: "area", points: `0,${floor} ${line} ${width},${floor}` }),
    drawn("polyline", { class: "line", points: line }),
    drawn("text", { x: 0, y: 12 }, `high ${shown(high, columns[y])}${unit}, low ${shown(low, columns[y])}${unit}`),
    drawn("text", { x: 0, y: height - 6 }, `${first}`),
    drawn("text", { x: width, y: height - 6, "text-anchor": "end" }, `${last}`),
  );
  return chart;
}

function artifactOf(artifact) {
  const figure = element("figure", { class: "artifact" }, element("figcaption", { text: artifact.title }));
  const chart = artifact.type === "series" ? chartOf(artifact) : null;
  if (chart) {
    figure.append(chart, element("details", {}, element("summary", { text: "Show the figures" }), tableOf(artifact)));
  } else {
    figure.append(tableOf(artifact));
  }
  return figure;
}

function basisOf({ metadata, correlation_id: reference }) {
  const entry = (label, text) => element("span", {}, element("b", { text: `${label} ` }), text);
  const entries = [];
  if (metadata.as_of) {
    const day = new Date(`${metadata.as_of}T00:00:00Z`);
    const words = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(day);
    entries.push(entry("As of", words));
  }
  if (metadata.sources.length) entries.push(entry("Source", metadata.sources.join("; ")));
  entries.push(entry("Answered in", `${new Intl.NumberFormat("en").format(metadata.processing_time_ms)} ms`));
  return element("p", { class: "basis", title: `Reference ${reference}` }, ...entries);
}

/** Show a text; dates and changes stay whole, and a change has its colour beside its sign. */
function piecesOf(text) {
  return text.split(/(\d{4}-\d\d-\d\d|(?<![\w.])[+-]\d[\d,.]*%)/).map((piece, i) => {
    if (i % 2 === 0) return piece;
    const isChange = piece.endsWith("%") && /[1-9]/.test(piece);
    const tone = isChange ? (piece.startsWith("+") ? "up" : "down") : "";
    return element("span", { class: `nowrap ${tone}`, text: piece });
  });
}

function proseOf(text) {
  const [first, ...rest] = text.split("\n");
  const introduces = rest.length > 0 && first.endsWith(":");
  const lead = introduces ? [element("span", { class: "lead" }, ...piecesOf(first))] : piecesOf(first);
  return element("p", { class: "text" }, ...lead, ...piecesOf(rest.map((line) => `\n${line}`).join("")));
}

function answerCard(answer) {
  const artifacts = (answer.artifacts ?? []).map(artifactOf);
  return element("div", { class: "answer" },
    proseOf(answer.response), ...artifacts, basisOf(answer));
}

function troubleCard(trouble, retry) {
  const card = element("div", { class: "answer trouble", role: "alert" },
    element("h2", { text: trouble.title }), element("p", { text: trouble.detail }));
  if (trouble.again) {
    const button = element("button", { type: "button", class: "quiet", text: "Try again" });
    button.addEventListener("click", retry);
    card.append(button);
  }
  if (trouble.reference) {
    card.append(element("span", { class: "reference" }, "Reference ", element("code", { text: trouble.reference })));
  }
  return card;
}

function pendingCard() {
  const dots = element("span", { class: "dots", "aria-hidden": "true" }, element("i"), element("i"), element("i"));
  const words = element("span", { text: "Looking at the market…" });
  const began = Date.now();
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - began) / 1000);
    // Every five seconds: a screen reader should not be told each one.
    if (seconds >= 5 && seconds % 5 === 0) words.textContent = `Still working, ${seconds} s so far…`;
  }, 1000);
  const card = element("div", { class: "answer pending" }, dots, words);
  return { card, stop: () => clearInterval(timer) };
}

/* ---- the conversation ---- */

/** Be ready for typing, where that does not open a keyboard over the answer. */
function focusComposer() {
  if (matchMedia("(hover: hover)").matches) message.focus({ preventScroll: true });
  else message.blur();
}

async function answerInto(turn, question) {
  const mine = conversation;
  const pending = pendingCard();
  turn.append(pending.card);
  turn.scrollIntoView({ block: "start" });
  send.disabled = true;
  let card;
  try {
    const answer = await answerTo(question);
    if (mine === conversation) threadId = answer.thread_id;
    card = answerCard(answer);
  } catch (error) {
    const trouble = error instanceof Trouble ? error
      : new Trouble({ title: "Something went wrong", detail: "This page failed to show the answer." });
    card = troubleCard(trouble, () => {
      card.remove();
      answerInto(turn, question);
      focusComposer();
    });
  }
  pending.stop();
  if (mine !== conversation) return;
  pending.card.replaceWith(card);
  send.disabled = false;
  turn.scrollIntoView({ block: "start" });
}

function ask(text) {
  const question = text.trim();
  if (!question || send.disabled) return;
  welcome.hidden = true;
  restart.hidden = false;
  message.value = "";
  focusComposer();
  const turn = element("article", { class: "turn" },
    element("p", { class: "question" }, element("span", { class: "visually-hidden", text: "You asked: " }), question));
  log.append(turn);
  answerInto(turn, question);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(message.value);
});

message.addEventListener("keydown", (event) => {
  // While an input method composes a word, Enter chooses it.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    ask(message.value);
  }
});

document.querySelector("#suggestions").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) ask(button.lastElementChild.textContent);
});

restart.addEventListener("click", () => {
  conversation += 1;
  threadId = null;
  log.replaceChildren();
  welcome.hidden = false;
  restart.hidden = true;
  send.disabled = false;
  focusComposer();
});

focusComposer();
