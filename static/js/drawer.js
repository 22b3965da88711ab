// One visit in the drawer: a double click is one click, a message is counted, focus is kept,
// and no answer comes into the wrong visit.
import { measure, said } from "./segments.js";

const SAME_CLICK = 300; // milliseconds
const SAME_SPOT = 10; // pixels
let last = { at: -Infinity, x: 0, y: 0 };

// The first click may have swapped the page: the second would press whatever is there by then.
document.addEventListener(
  "click",
  (event) => {
    const { timeStamp: at, clientX: x, clientY: y } = event;
    if (at - last.at < SAME_CLICK && Math.hypot(x - last.x, y - last.y) < SAME_SPOT) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.target.closest("#drawer-content button")) {
      last = { at, x, y };
    }
  },
  { capture: true },
);

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-counted]")) return;
  const count = document.getElementById("drawer-count");
  count.textContent = said(measure(target.value, count.dataset), count.dataset);
});

// An answer about a visit that is no longer shown must not be put into the next one. And a refresh
// gives way to a step: it would replace the form around which htmx looks where the answer belongs.
// It is made up for when the steps have ended.
const steps = new Set();
let isOutdated = false;

document.body.addEventListener("htmx:beforeRequest", (asked) => {
  const { elt, target } = asked.detail;
  const visit = elt.closest("#drawer-content .visit");
  if (!visit || target.id === "work") return;
  const isRefresh = elt.id === "visit-refresh";
  if (isRefresh && steps.size) {
    isOutdated = true;
    asked.preventDefault();
    return;
  }
  elt.addEventListener(
    "htmx:beforeOnLoad",
    (answered) => {
      const isLate = isRefresh && steps.size > 0;
      isOutdated ||= isLate;
      if (!visit.isConnected || isLate) answered.preventDefault();
    },
    { once: true },
  );
});

document.body.addEventListener("htmx:beforeSend", ({ detail: { elt, target, xhr } }) => {
  if (!elt.closest("#drawer-content .visit") || target.id === "work") return;
  if (elt.id === "visit-refresh") return;
  steps.add(xhr);
  xhr.addEventListener("loadend", () => {
    steps.delete(xhr);
    if (steps.size || !isOutdated) return;
    isOutdated = false;
    document.getElementById("visit-refresh")?.dispatchEvent(new Event("outdated"));
  });
});

// What was pressed may be gone with the step that it took: go on from the visitor's name.
document.body.addEventListener("htmx:oobAfterSwap", rescue);
document.body.addEventListener("htmx:afterSettle", rescue);

function rescue() {
  const isLost = !document.activeElement || document.activeElement === document.body;
  if (isLost) document.querySelector("dialog[open] #visit-name")?.focus();
}
