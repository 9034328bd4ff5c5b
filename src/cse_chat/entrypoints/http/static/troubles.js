// What can go wrong, in words for a person.

export const NOT_SENT = {
  title: "Not sent",
  detail: "The page was closed before the service had taken this question.",
};

// What the service does not have any more: kept in its memory, a restart ends it; else its time was over.
const IN_MEMORY = {
  question: "The service does not know this question any more. It may have been restarted before it answered.",
  conversation: "The service no longer has that conversation: it may have been restarted. Here begins a new one.",
  above: "The service was restarted in between: it no longer knows what was said before this question.",
};
const FOR_A_TIME = {
  question: "The service does not know this question any more: questions and answers are kept for a limited time.",
  conversation: "The service no longer has that conversation: conversations are kept for a limited time. Here begins a new one.",
  above: "The service no longer knows what was said before this question: conversations are kept for a limited time.",
};

/**
 * Return how to say that something is forgotten.
 *
 * @param {boolean} isInMemory whether a restart may have ended it
 */
export const forgotten = (isInMemory) => (isInMemory ? IN_MEMORY : FOR_A_TIME);

const FAILED_HERE = {
  title: "Something went wrong",
  detail: "This page failed to show the answer. Reload it: the conversation is kept.",
};

const STOPPED = "cancelled";
// Where the service's own title is not for whoever only asks.
const TITLES = new Map([[STOPPED, "Stopped"], ["agent-failed", "No answer"]]);

/** What went wrong, and what to do about it. */
export class Trouble extends Error {
  /**
   * @param {object} facts
   * @param {string} facts.title
   * @param {string} facts.detail what happened, and what to do
   * @param {string} [facts.slug] the kind of problem; empty where the service did not say one
   * @param {string} [facts.reference] what names it in the service's log
   * @param {number} [facts.status] HTTP's, if there was a response
   * @param {boolean} [facts.again] whether the same question may go well another time
   * @param {boolean} [facts.passing] whether the same exchange may go well in a moment
   * @param {boolean} [facts.unsure] whether the question may have been accepted all the same
   * @param {number} [facts.retryAfter] seconds for which the service does not want to be asked
   */
  constructor(facts) {
    super(facts.detail);
    this.title = facts.title;
    this.detail = facts.detail;
    this.slug = facts.slug ?? "";
    this.reference = facts.reference ?? "";
    this.status = facts.status ?? 0;
    this.again = facts.again ?? true;
    this.passing = facts.passing ?? false;
    this.unsure = facts.unsure ?? false;
    this.retryAfter = facts.retryAfter ?? 0;
  }

  /** Whether nothing went wrong: somebody wanted no answer any more. */
  get isStopped() {
    return this.slug === STOPPED;
  }
}

/**
 * Put a problem document into words.
 *
 * @param {import("./service.js").Problem} problem
 * @param {{reference?: string, retryAfter?: number}} [known]
 */
export function troubleOf(problem, { reference = "", retryAfter = 0 } = {}) {
  const faults = problem.errors?.map((fault) => `${fault.pointer.slice(1)} ${fault.detail}`.trim()).join("; ");
  const slug = problem.type?.replace("/problems/", "") ?? "";
  const status = problem.status ?? 0;
  return new Trouble({
    title: TITLES.get(slug) ?? problem.title ?? "Something went wrong",
    detail: faults || problem.detail || "The service gave no reason.",
    slug,
    reference: reference || problem.correlation_id || problem.request_id,
    status,
    again: ![400, 413].includes(status),
    passing: status >= 500,
    retryAfter,
  });
}

/**
 * Put an outcome without an answer into words.
 *
 * @param {import("./service.js").Message} message
 */
export function outcomeIn({ problem, correlation_id: reference }) {
  return troubleOf({ title: "No answer", ...problem }, { reference });
}

/**
 * Return *error*, or that something is wrong with this page.
 *
 * @param {unknown} error
 */
export const troubleIn = (error) => (error instanceof Trouble ? error : new Trouble(FAILED_HERE));
