// A banner for as long as the service cannot be reached; it goes away by itself.

import { part } from "./elements.js";
import { isReachable, reachability } from "./service.js";

const PROBE_EVERY_MS = 3_000;
const OFFLINE = "You are offline. An answer that is on its way appears once you are back.";
const UNREACHABLE = "The service cannot be reached. This page goes on trying.";

/** Show the banner from now on whenever it is needed. */
export function watchConnection() {
  const banner = part("#banner", HTMLElement);
  let timer = 0;
  const back = () => {
    clearTimeout(timer);
    banner.hidden = true;
  };
  const lost = () => {
    clearTimeout(timer);
    const words = navigator.onLine ? UNREACHABLE : OFFLINE;
    // Said once, not at every look.
    if (banner.hidden || banner.textContent !== words) banner.textContent = words;
    banner.hidden = false;
    timer = setTimeout(probe, PROBE_EVERY_MS);
  };
  const probe = async () => ((await isReachable()) ? back() : lost());
  reachability.addEventListener("lost", lost);
  reachability.addEventListener("reached", back);
  addEventListener("offline", lost);
  addEventListener("online", probe);
  if (!navigator.onLine) lost();
}
