// Sign-ins that wait on this kiosk for the network: in order, unreadable without its key, which no
// script can take out of the browser, and gone as soon as the server has them.
const NAME = "kiosk-outbox";
const WAITING = "sign-ins";
const REFUSED = "refused";
const KEYS = "keys";
const AGAIN = 3_600_000;
const GONE = 7 * 24 * AGAIN;

let opening;

function database() {
  opening ??= new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(KEYS);
      request.result.createObjectStore(WAITING, { autoIncrement: true });
      request.result.createObjectStore(REFUSED);
    };
    request.onerror = () => fail(request.error);
    request.onsuccess = () => {
      request.result.onclose = () => (opening = undefined); // browsers let go of it at times
      done(request.result);
    };
  });
  opening.catch(() => (opening = undefined));
  return opening;
}

/** What `work` asks of `stores`, once all of it is on the disk. */
async function commit(stores, mode, work) {
  const transaction = (await database()).transaction(stores, mode, { durability: "strict" });
  const request = work(...stores.map((name) => transaction.objectStore(name)));
  await new Promise((done, fail) => {
    transaction.oncomplete = done;
    transaction.onabort = () => fail(transaction.error);
  });
  return request?.result;
}

async function key() {
  const kept = await commit([KEYS], "readonly", (keys) => keys.get("key"));
  if (kept) return kept;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  try {
    await commit([KEYS], "readwrite", (keys) => keys.add(made, "key"));
    return made;
  } catch (error) {
    if (error?.name !== "ConstraintError") throw error;
    return key(); // another tab was faster
  }
}

/** Keep a sign-in; it survives whatever happens to the kiosk from here on. */
export async function add(signIn) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify({ ...signIn, at: Date.now() }));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), text);
  await commit([WAITING], "readwrite", (waiting) => void waiting.add({ iv, data }));
}

/** The first `count` that wait after the sign-in `id`; one that nobody can read has no `signIn`. */
export async function next(id, count) {
  const range = IDBKeyRange.lowerBound(id, true);
  let ids;
  const rows = await commit([WAITING], "readonly", (waiting) => {
    ids = waiting.getAllKeys(range, count);
    return waiting.getAll(range, count);
  });
  const secret = await key();
  return Promise.all(
    rows.map(async (row, n) => ({
      id: ids.result[n],
      failedAt: row.failedAt,
      signIn: await open(row, secret),
    })),
  );
}

async function open({ iv, data }, secret) {
  try {
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, secret, data);
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    return undefined;
  }
}

export function remove(ids) {
  return commit([WAITING], "readwrite", (waiting) => void ids.forEach((id) => waiting.delete(id)));
}

/** Since when the server fails at this sign-in, with no word on why. */
export function noteFailure(id) {
  return commit([WAITING], "readwrite", (waiting) => {
    waiting.get(id).onsuccess = ({ target: { result } }) =>
      waiting.put({ ...result, failedAt: result.failedAt ?? Date.now() }, id);
  });
}

/** Put a sign-in that the server does not take aside, so that those behind it get through. */
export function refuse(id) {
  return commit([WAITING, REFUSED], "readwrite", (waiting, refused) => {
    waiting.get(id).onsuccess = ({ target }) => {
      const refusedAt = Date.now();
      refused.put({ firstRefusedAt: refusedAt, ...target.result, refusedAt }, id);
      waiting.delete(id);
    };
  });
}

/** Let those that were refused an hour ago wait again, in their old places, for a week in all. */
export function reconsider() {
  return commit([WAITING, REFUSED], "readwrite", (waiting, refused) => {
    refused.openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      if (Date.now() - cursor.value.firstRefusedAt > GONE) cursor.delete();
      else if (Math.abs(Date.now() - cursor.value.refusedAt) > AGAIN) {
        waiting.put(cursor.value, cursor.key);
        cursor.delete();
      }
      cursor.continue();
    };
  });
}

/** How many wait, and how many were refused. */
export async function counts() {
  let refused;
  const waiting = await commit([WAITING, REFUSED], "readonly", (wait, refuse_) => {
    refused = refuse_.count();
    return wait.count();
  });
  return { waiting, refused: refused.result };
}
