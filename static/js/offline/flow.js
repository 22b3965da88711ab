// A sign-in without network: the server's own pages, one question after the other, and then the outbox.
import { watch } from "../kiosk.js";
import * as outbox from "./outbox.js";
import { isShutOut, send } from "./sync.js";

const OFTEN = 5_000;
const SHOWN_FOR = 15_000;
const KEPT_FOR = 150_000;
const { home, first, done, language, limit } = document.querySelector("script[data-sync]").dataset;
const templates = [...document.querySelectorAll("template[data-step]")];
const mark = document.getElementById("mark");
document.querySelector(".tool--help").before(mark);

/** What cannot be right, by how it is typed; all else is the server's to judge. */
const UNDERSTOOD = {
  tel: /^(?=(?:\P{Nd}*\p{Nd}){5,15}\P{Nd}*$)[\p{Nd}\s()+\-./]+$/u,
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  decimal: /^[-+]?\p{Nd}+([.]\p{Nd}*)?$/u,
  url: /^\S+\.\S+$/,
};
const ONCE = "once";
/** Says, as the server's own pages do, that the visitor is in line and puts an answer right. */
const CHANGE = "change";
/** Says that the last page was asked for from here: what does not come then is not asked for again. */
const AGAIN = "again";
/** What helps with reading, by the field that rides along, and how the page shows it. */
const LOOKS = { text: ["large", "kiosk--large"], contrast: ["high", "kiosk--contrast"] };

const answers = new Map();
let token = crypto.randomUUID();
let line = "";
let isWelcome = true;
let isBusy = false;
let isEnding = false;
let isKept = false;
let leaving;

const find = (step, state) =>
  templates.find(({ dataset }) => dataset.step === step && [line, "", undefined].includes(dataset.line) && dataset.state === state);

/** The questions to this visitor, in order. */
function steps() {
  const asked = templates.filter(
    ({ dataset }) => dataset.state === "asked" && (!dataset.line || dataset.line === line),
  );
  return asked.map(({ dataset }) => dataset.step);
}

function choose(id) {
  const lines = new Set(templates.map(({ dataset }) => dataset.line).filter(Boolean));
  const isOnly = !find("line", "asked") && lines.size === 1;
  const offered = find("line", "asked")?.content.querySelector(`[name=line][value="${CSS.escape(id)}"]`);
  line = isOnly ? [...lines][0] : offered ? id : "";
}

function show(step, state) {
  const template = find(step, state);
  isWelcome = false;
  document.title = template.dataset.title;
  const page = template.content.cloneNode(true);
  const main = page.querySelector("main");
  document.querySelector("body > header")?.remove();
  document.querySelector("main").replaceWith(page.querySelector("header"), main);
  if (state) guard();
  fill(step);
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  (main.querySelector("[autofocus]") ?? heading).focus();
  scrollTo(0, 0);
}

/** Who walks away is noticed, as on the server's pages. */
function guard() {
  const idle = templates.map(({ content }) => content.querySelector("#idle")).find(Boolean);
  if (!idle || document.getElementById("idle")) return;
  document.body.append(idle.cloneNode(true));
  watch(document.getElementById("idle"));
}

function fill(step) {
  const given = answers.get(step) ?? [];
  for (const control of document.querySelectorAll(`[name="${CSS.escape(step)}"]`)) {
    if (control.type === "checkbox" || control.type === "radio") {
      control.checked = given.includes(control.value);
    } else if (control.localName === "button") {
      control.toggleAttribute("aria-current", given.includes(control.value));
      if (control.hasAttribute("aria-current")) control.ariaCurrent = "true";
    } else if (control.type !== "hidden") {
      control.value = given[0] ?? "";
    }
  }
}

/** How the question comes back; nothing if the answer will do. */
function fault(step) {
  const given = (answers.get(step) ?? []).filter((each) => each.trim());
  if (!given.length) return find(step, "missing") && "missing";
  const control = find(step, "asked").content.querySelector(`[name="${CSS.escape(step)}"]`);
  const pattern = UNDERSTOOD[control?.type] ?? UNDERSTOOD[control?.inputMode];
  return pattern && find(step, "wrong") && !pattern.test(given[0].trim()) ? "wrong" : undefined;
}

/** Go on as the server would from what a form says: `data` are pairs, the pressed button among them. */
async function take(data) {
  const sent = (name) => data.filter(([key]) => key === name).map(([, value]) => value);
  if (sent(CHANGE).length) return end("unchanged");
  if (sent("help").length && !sent("step").length) return help();
  token = sent(ONCE)[0] ?? token;
  for (const name of new Set(data.map(([key]) => key))) answers.set(name, sent(name));
  choose(answers.get("line")?.at(-1) ?? "");
  const asked = steps();
  if (!asked.length) return end("full");
  const [step] = sent("step");
  const place = asked.indexOf(step);
  if (place < 0) return show(asked[0], "asked");
  if (sent("toggle").length || sent("help").length) {
    show(step, "asked");
    return sent("help").length ? help() : undefined;
  }
  if (sent("back").length) return place ? show(asked[place - 1], "asked") : location.replace(home);
  if (sent("skip").length) answers.delete(step);
  for (const name of place + 1 < asked.length ? [step] : [step, ...asked]) {
    const state = fault(name);
    if (state) return show(name, state);
  }
  return place + 1 < asked.length ? show(asked[place + 1], "asked") : keep();
}

/** Nobody can be called from here: say so, rather than let somebody wait. */
function help() {
  document.querySelector("main").prepend(document.getElementById("no-help").content.cloneNode(true));
}

function turn(name, isOn) {
  document.body.classList.toggle(LOOKS[name][1], isOn);
  document.querySelector(`.tools [value="${name}"]`).ariaPressed = isOn;
  if (isOn && isEnding) stay(KEPT_FOR);
  else if (isOn) guard();
}

const isReadAloud = () => document.getElementById("read-aloud").ariaPressed === "true";

/** How the visitor wants the pages, as the server's addresses say it. */
function looks() {
  const on = Object.entries(LOOKS).filter(([, [, style]]) => document.body.classList.contains(style));
  const wanted = Object.fromEntries(on.map(([name, [value]]) => [name, value]));
  return isReadAloud() ? { ...wanted, voice: "on" } : wanted;
}

/** In line, once it is on the disk; nothing is said to be kept that is not. */
async function keep() {
  const named = answers.get("first_name")?.[0]?.trim();
  const pairs = steps().flatMap((name) => (answers.get(name) ?? []).map((value) => [name, value]));
  try {
    await outbox.add({ token, line, language, answers: pairs });
  } catch {
    return end("full");
  }
  answers.clear();
  isKept = true;
  settle(named);
  await look();
}

function settle(named) {
  end("done");
  const other = named ? "[data-nameless]" : "[data-named]";
  for (const part of document.querySelectorAll(other)) part.remove();
  for (const part of document.querySelectorAll("[data-name]")) part.textContent = named;
}

function end(page) {
  isEnding = true;
  show(page);
  const { text, voice } = looks();
  stay(text || voice ? KEPT_FOR : SHOWN_FOR);
}

function stay(time) {
  clearTimeout(leaving);
  leaving = setTimeout(() => location.replace(home), time);
}

/** Ask for the first question, unless nothing more can be kept. */
async function begin() {
  if (isShutOut) return location.replace(home);
  const { waiting, refused } = await outbox.counts().catch(() => ({ waiting: Infinity }));
  choose("");
  if (waiting + refused < Number(limit) && steps().length) show(steps()[0], "asked");
  else end("full");
}

/** Send what waits, and say to the staff what is left. Who is sent meanwhile sees their place. */
async function look() {
  const isThere = await send(() => (isKept ? token : ""));
  const left = await outbox.counts().catch(() => undefined); // a disk that fails hides no server
  if (!left) return isThere;
  const { waiting, refused } = left;
  if (isThere && isKept && !waiting) {
    location.replace(`${done}?${new URLSearchParams({ lang: language, ...looks(), [AGAIN]: 1 })}`);
  }
  mark.hidden = false;
  document.getElementById("kept").textContent = waiting < limit * 0.9 ? waiting : `${waiting} / ${limit}`;
  document.getElementById("refused").hidden = !refused;
  document.querySelector("#refused .number").textContent = refused;
  return isThere;
}

/** The server's own welcome page is the better one, and the one for pairing. */
async function giveWay() {
  if (isEnding) dispatchEvent(new Event("input")); // its own time is up later than that of a question
  const isThere = await look();
  if ((isThere || isShutOut) && isWelcome) location.replace(home);
}

addEventListener("submit", async (event) => {
  const { submitter, target } = event;
  if (target.method === "dialog") return;
  event.preventDefault();
  if (submitter?.name === "toggle") turn(submitter.value, submitter.ariaPressed !== "true");
  else if (submitter?.name === "help") help();
  else if (target.id === "question" && !isBusy) {
    isBusy = true;
    const data = [...new FormData(target)];
    if (submitter?.name) data.push([submitter.name, submitter.value]);
    await take(data).finally(() => (isBusy = false));
  }
});

addEventListener("click", (event) => {
  const keepShowing = event.target.closest("[data-keep]");
  if (keepShowing) {
    keepShowing.remove();
    stay(KEPT_FOR);
    document.querySelector("h1").focus();
  }
  const link = event.target.closest("a");
  if (link?.matches("[data-begin]")) {
    event.preventDefault();
    begin();
  } else if (link?.pathname === home) {
    event.preventDefault();
    location.replace(home);
  } else if (link) {
    isWelcome = false; // on the way to another language
  }
});

const carried = JSON.parse(document.getElementById("carried")?.textContent ?? "null");
document.getElementById("carried")?.remove();
const ridden = new Map(carried ?? new URLSearchParams(location.search));
for (const [name, [value]] of Object.entries(LOOKS)) {
  turn(name, (ridden.get(name) === value) !== (ridden.get("toggle") === name));
}
// A form that is sent once more, from the history, is of a visitor who may have left.
const isFirst = performance.getEntriesByType("navigation")[0].type === "navigate";
if (!isFirst && (carried || location.pathname === done)) location.replace(home);
else if (carried) take(carried);
else if (location.pathname === done) {
  isKept = !ridden.has(AGAIN);
  settle();
} else if (ridden.has(CHANGE)) end("unchanged");
else if (location.pathname === first && templates.some(({ dataset }) => dataset.state)) begin();
look();
addEventListener("online", giveWay);
setInterval(giveWay, OFTEN);
