// On the kiosk's pages from the server: makes it ready for when there is no network, and notices it.
import * as outbox from "./outbox.js";
import { isAnswering, keeps, send } from "./sync.js";

const OFTEN = 5_000;
const RENEWED = 15 * 60_000;
const { home, worker } = document.querySelector("script[data-worker]").dataset;
const isIdle = location.pathname === home;

let isTroubled = false;
let isLeft = false; // a visitor is on the way to another page, and is not called back

/**
 * Give the server a sign of life, and send what waits. A welcome page that hears nothing gives way to
 * the one that needs no server.
 */
async function look() {
  const none = { waiting: 0 };
  const { waiting } = keeps ? await outbox.counts().catch(() => none) : none; // the disk may fail
  const isQuiet = navigator.onLine && !waiting && !isTroubled;
  const isThere = await (isQuiet ? isAnswering() : send());
  if (isIdle && isTroubled && !isThere && (await isReady()) && !isLeft) location.replace(home);
  isTroubled = !isThere;
}

const isReady = async () => keeps && (await caches.match(`${home}offline/`));

if (keeps) {
  navigator.serviceWorker.register(worker, { scope: home });
  const renew = () => navigator.serviceWorker.controller?.postMessage("renew");
  renew();
  setInterval(renew, RENEWED);
  navigator.storage?.persist?.();
}
for (const sign of ["click", "submit"]) {
  addEventListener(sign, ({ target }) => (isLeft ||= sign === "submit" || target.closest("a") !== null));
}
addEventListener("online", look);
addEventListener("offline", look);
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:sseError"]) {
  addEventListener(failure, () => ((isTroubled = true), look()));
}
setInterval(look, OFTEN);
if (isIdle) send();
