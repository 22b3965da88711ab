// One visit in the drawer: a double click is one click, a message is counted, focus is kept.
const SAME_CLICK = 300;
let last = { at: 0, name: "" };

document.addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("#drawer-content button");
    if (!button) return;
    const name = `${button.form?.action} ${button.value}`;
    const isAgain = name === last.name && event.timeStamp - last.at < SAME_CLICK;
    last = { at: event.timeStamp, name };
    if (isAgain) {
      event.preventDefault();
      event.stopPropagation();
    }
  },
  { capture: true },
);

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-counted]")) return;
  const count = document.getElementById("drawer-count");
  count.textContent = `${target.value.length} / ${target.maxLength}`;
});

// What was pressed may be gone with the step that it took: go on from the visitor's name.
document.body.addEventListener("htmx:oobAfterSwap", rescue);
document.body.addEventListener("htmx:afterSettle", rescue);

function rescue() {
  const isLost = !document.activeElement || document.activeElement === document.body;
  if (isLost) document.querySelector("dialog[open] #visit-name")?.focus();
}
