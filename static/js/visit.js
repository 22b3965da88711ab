// The status page's own behaviour: what changed is said aloud, a call is felt and flashes in the title.
const FLASH = 1000; // milliseconds
const BUZZ = [400, 200, 400, 200, 600];

const said = document.getElementById("said");
let title = document.title;
let announcements = 0;
let flashing = 0;

function follow() {
  const visit = document.getElementById("visit").dataset;
  const now = visit.title.replace(/\s+/g, " ").trim();
  if (now !== title) {
    title = now;
    document.title = title;
    said.textContent = title;
  }
  if (Number(visit.announcements) > announcements) call();
  announcements = Number(visit.announcements);
  if (!announcements) stop();
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

document.body.addEventListener("htmx:afterSettle", follow);
document.body.addEventListener("pointerdown", stop);
follow();
