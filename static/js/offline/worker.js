// The kiosk's service worker: pages come from the network; without one, from what was kept.
const KEPT = "kiosk-";
const NO_ANSWER = 3_000;
const FRESH = 15 * 60_000;
const HOME = new URL(registration.scope).pathname;
const DEFAULT = `${HOME}offline/`;
const LANGUAGE = "lang"; // as forms and addresses name it
/** Pages from before this was a kiosk. */
const APART = ["pair", "demo"].map((name) => `${HOME}${name}/`);
const ASSETS = ["script", "style", "image", "font", "manifest"];

addEventListener("install", (event) => event.waitUntil(renew().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(renew()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.mode === "navigate" && APART.some((page) => pathname.startsWith(page))) {
    event.waitUntil(forget());
  } else if (request.mode === "navigate") {
    event.respondWith(page(request));
  } else if (request.method === "GET" && ASSETS.includes(request.destination)) {
    event.respondWith(
      kept(request)
        .catch(() => undefined)
        .then((found) => found ?? fetch(request)),
    );
  }
});

async function page(request) {
  const asked = request.clone();
  const answer = fetch(request);
  const inTime = await Promise.race([answer, late()]).catch(() => undefined); // no network
  if (inTime && inTime.status < 500) return inTime;
  return (await instead(asked).catch(() => undefined)) ?? answer;
}

const late = () => new Promise((done) => setTimeout(done, NO_ANSWER));

/** What was kept for this, holding what the visitor has answered so far; nothing of the staff's. */
async function instead(request) {
  const answers = request.method === "POST" ? await request.formData() : new URL(request.url).searchParams;
  const name = await nameOfKept();
  const cache = name && (await caches.open(name));
  const language = answers.get(LANGUAGE);
  const page =
    (language && (await cache?.match(`${DEFAULT}?${LANGUAGE}=${language}`))) ??
    (await cache?.match(DEFAULT));
  if (!page || request.method !== "POST" || !(answers.has("step") || answers.has("help"))) return page;
  const carried = JSON.stringify([...answers]).replaceAll("<", "\\u003c");
  const html = (await page.text()).replace(
    "</head>",
    () => `<script type="application/json" id="carried">${carried}</script></head>`,
  );
  return new Response(html, { headers: page.headers });
}

async function kept(request) {
  const name = await nameOfKept();
  return name && (await caches.open(name)).match(request);
}

/** The newest that is whole: its first page is put in last. */
async function nameOfKept() {
  const names = (await caches.keys()).filter((name) => name.startsWith(KEPT)).sort().reverse();
  for (const name of names) {
    if (await (await caches.open(name)).match(DEFAULT)) return name;
  }
  return undefined;
}

let renewing;

/** Another location has other pages. */
async function forget() {
  await renewing;
  for (const name of await caches.keys()) await caches.delete(name);
}

/** Keep all pages and what they are made of, unless that was done a short while ago. */
function renew() {
  renewing ??= renewNow()
    .catch(() => {}) // no network: what was kept stays
    .finally(() => (renewing = undefined));
  return renewing;
}

async function renewNow() {
  const before = await nameOfKept();
  if (before && Math.abs(Date.now() - Number(before.slice(KEPT.length))) < FRESH) return;
  const found = new Map();
  await collect(DEFAULT, found);
  const name = `${KEPT}${Date.now()}`;
  const cache = await caches.open(name);
  for (const [address, answer] of [...found].reverse()) await cache.put(address, answer);
  for (const other of await caches.keys()) if (other !== name) await caches.delete(other);
}

const LINKS = {
  html: /<(?:link|script)\b[^>]*?\s(?:href|src)="([^"]+)"/g,
  javascript: /\b(?:from|import)\s*"(\.[^"]+)"/g,
  css: /\burl\(["']?(?!data:)([^"')]+)/g,
};

/** The answer at `address`, and then all that it is made of. */
async function collect(address, found) {
  if (found.has(address)) return;
  found.set(address, undefined); // in this place
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) throw new Error(address);
  const { headers, url } = answer;
  const body = await answer.blob();
  found.set(address, new Response(body, { headers }));
  const links = LINKS[/html|javascript|css/.exec(headers.get("Content-Type"))];
  if (!links) return;
  const named = [...(await body.text()).matchAll(links)].map(([, link]) => new URL(link, url));
  await Promise.all(named.map(({ pathname, search }) => collect(pathname + search, found)));
}
