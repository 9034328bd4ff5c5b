// Waiting a while, and no longer than that makes sense.

/**
 * Wait, or go on as soon as the network is back.
 *
 * @param {number} seconds
 * @param {AbortSignal} signal ends it, with its reason
 * @param {...[EventTarget, string]} wakers whatever else ends it early: who tells, and what
 * @returns {Promise<void>}
 */
export function pause(seconds, signal, ...wakers) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const done = new AbortController();
    const end = () => done.abort();
    const timer = setTimeout(end, Math.max(0, seconds * 1000));
    for (const [target, type] of [[window, "online"], [signal, "abort"], ...wakers]) {
      /** @type {EventTarget} */ (target).addEventListener(String(type), end, { signal: done.signal });
    }
    done.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    });
  });
}
