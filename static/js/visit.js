// The status page's own behaviour: what changed is said aloud, a call is felt and flashes in the title,
// and steps are asked for in a sheet over the page, which goes on telling how it is.
const FLASH = 1000; // milliseconds
const TRY_AGAIN = 3000;
const BUZZ = [400, 200, 400, 200, 600];

const said = document.getElementById("said");
const lost = document.getElementById("lost");
const sheet = document.getElementById("sheet");
let title = document.title;
let announcements = 0;
let flashing = 0;
let again = 0;
let looks = "";
let isHere = false;
let isFollowed = false;

function follow() {
  const visit = document.getElementById("visit");
  const now = visit.dataset.title.replace(/\s+/g, " ").trim();
  if (now !== title) {
    title = now;
    document.title = title;
    said.textContent = title;
  }
  tellArrival(visit.querySelector(".here"));
  if (Number(visit.dataset.announcements) > announcements) call();
  announcements = Number(visit.dataset.announcements);
  if (!announcements) stop();
  if (looks !== visit.className) sheet.close();
  looks = visit.className;
}

// What was pressed is gone from the page then: what came instead is said, and has the focus.
function tellArrival(here) {
  if (here && !isHere && isFollowed) {
    said.textContent = here.querySelector("span").textContent;
    here.querySelector("a").focus();
  }
  isHere = Boolean(here);
  isFollowed = true;
}

function call() {
  // Before the first touch of a page browsers refuse, and complain in the console.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(BUZZ);
  stop();
  flashing = setInterval(() => {
    document.title = document.title === title ? `● ${title}` : title;
  }, FLASH);
}

function stop() {
  clearInterval(flashing);
  document.title = title;
}

// What needs no second look is sent as soon as its form is here.
function ask() {
  const form = sheet.querySelector("form");
  if ("atOnce" in form.dataset) form.requestSubmit();
  else sheet.showModal();
}

function look() {
  htmx.trigger("#visit", "outdated");
}

function miss() {
  lost.hidden = false;
  clearTimeout(again);
  again = setTimeout(look, TRY_AGAIN);
}

// A phone that wakes up, or is back from another page, has slept through what happened.
document.addEventListener("visibilitychange", () => document.hidden || look());
window.addEventListener("pageshow", ({ persisted }) => persisted && look());
window.addEventListener("online", look);

document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target.id === "sheet-content") ask();
  else follow();
});
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (sheet.contains(detail.elt)) sheet.close();
  if (detail.successful) lost.hidden = true;
});
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.body.addEventListener(name, miss);
}
document.body.addEventListener("pointerdown", stop);
sheet.addEventListener("click", (event) => {
  if (event.target !== sheet && !event.target.closest("[data-close]")) return;
  event.preventDefault();
  sheet.close();
});
follow();
