// The Service View's own behaviour: the drawer, running times, the stream, keys, and the first visitor.
const work = document.getElementById("work");
const rows = document.getElementById("rows");
const refresh = document.getElementById("refresh");
const drawer = document.getElementById("drawer");
const content = document.getElementById("drawer-content");
const help = document.getElementById("help");

// Switches that this browser remembers.
const DEFAULTS = { keys: "on", sound: "on", notify: "off" };
const isOn = (setting) => (localStorage.getItem(`staff-${setting}`) ?? DEFAULTS[setting]) === "on";

// Steps and news take turns: news that were asked for before a step show the world before it.
let steps = 0;
let isNewsDue = false;
let isNewsOld = false;
const isStep = ({ requestConfig }) => requestConfig.verb === "post";
const trouble = document.getElementById("trouble");
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.defaultPrevented) return;
  if (isStep(event.detail)) {
    trouble.hidden = true;
    steps += 1;
    isNewsOld ||= refresh.classList.contains("htmx-request");
  } else if (event.target === refresh && steps) {
    isNewsDue = true;
    event.preventDefault();
  }
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target !== work || isStep(event.detail) || !isNewsOld) return;
  event.detail.shouldSwap = false;
  isNewsDue = true;
});
document.body.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (isStep(detail)) steps -= 1;
  if (target === refresh) isNewsOld = false;
  if (steps || !isNewsDue) return;
  isNewsDue = false;
  htmx.trigger(refresh, "sse:changed");
});

// A step that nobody answered is not pretended to be done; a right that is gone ends the page.
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.body.addEventListener(name, ({ target, detail }) => {
    if ([403, 404].includes(detail.xhr.status)) location.reload();
    else if (target === refresh) newsLater();
    else tellTrouble();
  });
}
function tellTrouble() {
  (drawer.open ? content : work).before(trouble); // what lies under an open drawer nobody sees
  trouble.hidden = false;
}
function newsLater() {
  show("lost");
  setTimeout(() => htmx.trigger(refresh, "sse:sync"), 2000);
}

// The drawer, and where the focus goes when what had it is gone.
let wanted = "";
let wasWaiting = rows.childElementCount;
const calls = document.getElementById("calls-for-help");
let wasCalled = calls.childElementCount;
const missed = document.getElementById("missed-kiosks");
let wasMissed = missed.childElementCount;
let index = -1; // of the row with the focus
document.body.addEventListener("htmx:beforeSwap", () => {
  index = [...rows.children].indexOf(document.activeElement.closest("#rows > *"));
});
document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target === content && !drawer.open) drawer.showModal();
  if (detail.target === work) {
    const isDone = isStep(detail);
    if (isDone) drawer.close();
    if (document.activeElement === document.body && (isDone || index >= 0)) {
      const near = isDone ? document.querySelector(".card-serving__name a") : rowAt(index);
      (near ?? document.getElementById("call-next")).focus();
    }
    const waiting = rows.childElementCount;
    const called = calls.childElementCount;
    if (!isDone && called > wasCalled) greet(work.dataset.help);
    else if (!isDone && waiting && !wasWaiting) greet(work.dataset.first);
    if (!waiting && !called) calm();
    wasWaiting = waiting;
    wasCalled = called;
    if (missed.childElementCount > wasMissed) announce(missed.innerText);
    wasMissed = missed.childElementCount;
  }
  tick();
});
// Later than the swap: htmx gives the focus to what is marked for it when it settles.
document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target !== content) return;
  reach();
  const isForm = !content.querySelector("[autofocus], .visit");
  if (isForm) content.querySelector("form :is(input:not([type=hidden]), select, textarea)")?.focus();
});
drawer.addEventListener("close", () => {
  content.replaceChildren();
  work.before(trouble);
});
for (const dialog of [drawer, help]) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

function rowAt(place) {
  if (place < 0) return null;
  return rows.children[Math.min(place, rows.childElementCount - 1)]?.querySelector(".row__call");
}

function reach() {
  const goal = wanted ? document.getElementById(wanted) : null;
  wanted = "";
  if (goal?.matches("a, button")) goal.click();
  else goal?.focus();
}

// Times run here; without this script the page says since when.
function tick() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    const seconds = Math.max(0, Math.floor(Date.now() / 1000 - Number(time.dataset.since)));
    const minutes = Math.floor(seconds / 60);
    let text = `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
    if (!("seconds" in time.dataset)) {
      text = minutes < 60 ? work.dataset.minutes : work.dataset.hours;
      text = text.replace("{h}", Math.floor(minutes / 60)).replace("{n}", minutes % 60);
    }
    if (time.textContent !== text) time.textContent = text;
  }
}
tick();
setInterval(tick, 1000);

// The stream: it says that something changed, and every four seconds that it is there.
const SILENCE = { live: 10_000, lost: 4000 };
const connection = document.getElementById("connection");
let source;
let heardAt;
let retry;

function show(state) {
  if (connection.dataset.state === state) return;
  connection.dataset.state = state;
  connection.textContent = connection.dataset[state];
}
function connect() {
  clearTimeout(retry);
  source?.close();
  source = new EventSource(work.dataset.stream);
  heardAt = Date.now();
  for (const name of ["sync", "changed", "ping"]) {
    source.addEventListener(name, () => {
      heardAt = Date.now();
      show("live");
      if (name !== "ping") htmx.trigger(refresh, `sse:${name}`);
    });
  }
  source.onerror = () => {
    source.close();
    show("lost");
    retry = setTimeout(connect, 1000 + 1000 * Math.random());
  };
}
function listen() {
  if (Date.now() - heardAt < SILENCE[connection.dataset.state ?? "live"]) return;
  show("lost");
  connect();
}
connect();
setInterval(listen, 1000);
addEventListener("online", connect);
addEventListener("offline", () => show("lost"));
document.addEventListener("visibilitychange", listen);

// The first visitor after a quiet time is heard and seen.
const title = document.title;
let audio;
function unlock() {
  calm();
  audio ??= new AudioContext();
}
addEventListener("pointerdown", unlock);
addEventListener("keydown", unlock);

function greet(what) {
  document.title = `● ${what} – ${title}`;
  announce(what);
  if (isOn("sound") && audio) chime();
  if (isOn("notify") && document.hidden && Notification.permission === "granted") {
    new Notification(title, { body: what, tag: "first" });
  }
}
function announce(what) {
  document.getElementById("announce").textContent = what;
}
function calm() {
  document.title = title;
}
function chime() {
  for (const [pitch, start] of [[660, 0], [880, 0.18]]) {
    const at = audio.currentTime + start;
    const tone = new OscillatorNode(audio, { frequency: pitch });
    const loudness = new GainNode(audio, { gain: 0 });
    loudness.gain.linearRampToValueAtTime(0.25, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
    tone.connect(loudness).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.6);
  }
}

// Keys and switches.
const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const byId = (id) => document.getElementById(id);

function ticketHere() {
  const look = (list) => document.querySelector(`${list} [data-ticket]`);
  return document.activeElement.closest("[data-ticket]") ?? look("#serving") ?? look("#rows");
}
function open(goal) {
  wanted = goal;
  if (drawer.open) reach();
  else ticketHere()?.querySelector("a").click();
}
function go(by) {
  const at = [...rows.children].indexOf(document.activeElement.closest("#rows > *"));
  rowAt(at < 0 ? 0 : Math.max(0, at + by))?.focus();
}
function press(key) {
  const button = document.querySelector(`#serving [data-key="${key}"]`);
  button?.click();
  if (button?.matches("summary") && button.parentElement.open) {
    button.parentElement.querySelector(".menu__one").focus();
  }
}
function move(to) {
  const ticket = document.activeElement.closest("#rows > *")?.dataset.ticket;
  if (!ticket || !work.dataset.move) return;
  const button = document.createElement("button");
  button.setAttribute("formaction", work.dataset.move.replace("/0/", `/${ticket}/`));
  Object.assign(button, { name: "to", value: to, hidden: true });
  work.append(button);
  button.click();
  button.remove();
}

const ALWAYS = { ArrowUp: "UP", ArrowDown: "DOWN", Home: "TOP" };
const IN_DRAWER = {
  l: () => open("drawer-label"),
  m: () => open("drawer-message"),
  e: () => open("drawer-edit"),
  g: () => open("drawer-assign"),
  f: () => open("drawer-forward"),
};
const KEYS = {
  ...IN_DRAWER,
  n: () => byId("call-next").click(),
  j: () => go(1),
  k: () => go(-1),
  o: () => open(""),
  a: () => byId("add-visitor").click(),
  u: () => byId("undo")?.click(),
  "/": () => byId("search").focus(),
  "?": () => help.showModal(),
};
for (const key of "srxbf") KEYS[key] = () => press(key);

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.defaultPrevented || event.isComposing || help.open) return;
  if (key === "Escape") closeMenus();
  if (target.closest?.(TYPING)) return;
  let action;
  if (event.ctrlKey || event.metaKey) action = key === "z" && KEYS.u;
  else if (event.altKey) action = ALWAYS[key] && (() => move(ALWAYS[key]));
  else if (isOn("keys")) action = (drawer.open ? IN_DRAWER : KEYS)[key.toLowerCase()];
  if (!action) return;
  event.preventDefault();
  if (!event.repeat || "jk".includes(key)) action();
});

function closeMenus(outside = document.body) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu.contains(outside)) continue;
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus) menu.querySelector("summary").focus();
  }
}
document.addEventListener("click", ({ target }) => closeMenus(target));

byId("help-open").hidden = false;
byId("help-open").addEventListener("click", () => help.showModal());
document.documentElement.dataset.keys = isOn("keys") ? "on" : "off";
for (const box of document.querySelectorAll("[data-setting]")) {
  const { setting } = box.dataset;
  box.checked = isOn(setting);
  box.addEventListener("change", async () => {
    if (setting === "notify" && box.checked) {
      box.checked = (await Notification.requestPermission()) === "granted";
      byId("notify-refused").hidden = box.checked;
    }
    localStorage.setItem(`staff-${setting}`, box.checked ? "on" : "off");
    if (setting === "keys") document.documentElement.dataset.keys = box.checked ? "on" : "off";
  });
}
