// Brings what waits on this kiosk to the server: in order, by one tab at a time, again and again.
import * as outbox from "./outbox.js";

const TOGETHER = 25;
const LARGEST = 48_000; // bytes of a request
const NO_ANSWER = 3_000;
const NO_RECEIPT = 20_000;
const PATIENCE = 5 * 60_000;
const { sync: address } = document.querySelector("script[data-sync]").dataset;

/** Whether this browser can keep sign-ins: it cannot in a page that came without TLS. */
export const keeps = isSecureContext && "serviceWorker" in navigator && "locks" in navigator;

/** Whether the server knows this kiosk no more. */
export let isShutOut = false;

/**
 * Send what waits. True if the server was there; `shown` says the token of the sign-in whose visitor
 * looks at the screen at that moment. False without a server, or while another tab sends.
 */
export async function send(shown = () => "") {
  if (!keeps) {
    const server = await ask();
    return Boolean(server) && report(server);
  }
  return navigator.locks.request("kiosk-outbox", { ifAvailable: true }, (lock) =>
    lock ? sendAll(shown) : false,
  );
}

async function sendAll(shown) {
  const server = await ask();
  // A disk that fails hides no server.
  return Boolean(server) && bring(server, shown).catch(() => true);
}

async function bring(server, shown) {
  await outbox.reconsider();
  let [last, together] = [0, TOGETHER];
  for (;;) {
    const batch = await outbox.next(last, together);
    if (!batch.length) break;
    const unreadable = batch.filter(({ signIn }) => !signIn);
    for (const { id } of unreadable) await outbox.refuse(id);
    if (unreadable.length) continue;
    while (batch.length > 1 && bytes(batch) > LARGEST) batch.length = Math.ceil(batch.length / 2);
    const { waiting, refused } = await outbox.counts();
    const left = { waiting: waiting - batch.length, refused };
    const status = await post(server.csrf, { shown: shown(), ...left, sign_ins: batch.map(sent) });
    if (status === 200) await outbox.remove(batch.map(({ id }) => id));
    else if (![400, 409, 413, 422, 500].includes(status)) return false;
    else if (batch.length > 1) together = 1;
    else if (status === 500) {
      // Those behind it would take its place: they wait with it for a while.
      if (!isLongAgo(batch[0].failedAt)) return outbox.noteFailure(batch[0].id).then(() => false);
      last = batch[0].id;
    } else await outbox.refuse(batch[0].id);
  }
  return report(server);
}

/** Tell the server how it is here, if that is news. */
async function report(server) {
  const { waiting, refused } = keeps ? await outbox.counts() : { waiting: 0, refused: 0 };
  const isKnown =
    server.keeps === keeps && server.waiting === waiting && server.refused === refused;
  if (!isKnown) await post(server.csrf, { waiting, refused, sign_ins: [] });
  return true;
}

export const isAnswering = async () => Boolean(await ask());

/** What the server knows of this kiosk; nothing if it is not there, or does not know it. */
async function ask() {
  try {
    const answer = await fetch(address, {
      cache: "no-store",
      redirect: "manual",
      signal: within(NO_ANSWER),
    });
    isShutOut = answer.type === "opaqueredirect";
    return answer.status === 200 ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

async function post(csrf, body) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      redirect: "manual",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify({ keeps, ...body }),
      signal: within(NO_RECEIPT),
    });
    return answer.status;
  } catch {
    return 0;
  }
}

/** As AbortSignal.timeout(), which iPadOS 15 does not know. */
function within(time) {
  const end = new AbortController();
  setTimeout(() => end.abort(), time);
  return end.signal;
}

const isLongAgo = (at) => Math.abs(Date.now() - (at ?? Date.now())) > PATIENCE;
const sent = ({ signIn: { at, ...signIn } }) => ({ ...signIn, age: Date.now() - at });
const bytes = (batch) => new TextEncoder().encode(JSON.stringify(batch.map(sent))).length;
