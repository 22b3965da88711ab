// The Service View's own behaviour: the drawer, running timers, and the state of the connection.
const drawer = document.getElementById("drawer");
const content = document.getElementById("drawer-content");

document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target === content && !drawer.open) drawer.showModal();
  if (detail.target.id === "work") {
    drawer.close();
    trouble.hidden = true;
    // The button that was pressed is gone: go on from what the step led to.
    if (!document.activeElement || document.activeElement === document.body) {
      (document.querySelector(".card-serving__name a") ?? document.getElementById("call-next")).focus();
    }
  }
  tick();
});

// A step that nobody answered is not pretended to be done; a right that is gone ends the page.
const trouble = document.getElementById("trouble");
for (const event of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.body.addEventListener(event, ({ detail }) => {
    if ([403, 404].includes(detail.xhr.status)) location.reload();
    else if (detail.requestConfig.verb === "post") trouble.hidden = false;
  });
}
drawer.addEventListener("close", () => content.replaceChildren());
drawer.addEventListener("click", (event) => {
  if (event.target === drawer) drawer.close();
});

function tick() {
  for (const time of document.querySelectorAll("time[data-since]")) {
    const seconds = Math.max(0, Math.floor(Date.now() / 1000 - Number(time.dataset.since)));
    const minutes = Math.floor(seconds / 60);
    time.textContent = `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  }
}
tick();
setInterval(tick, 1000);

const connection = document.getElementById("connection");

function show(state) {
  if (connection.dataset.state === state) return;
  connection.dataset.state = state;
  connection.textContent = connection.dataset[state];
}
document.body.addEventListener("htmx:sseOpen", () => show("live"));
document.body.addEventListener("htmx:sseError", () => show("lost"));
