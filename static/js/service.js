// The Service View's own behaviour: the drawer, running timers, and the state of the connection.
const drawer = document.getElementById("drawer");
const content = document.getElementById("drawer-content");

document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target === content && !drawer.open) drawer.showModal();
  if (detail.target.id === "work" && detail.requestConfig.verb === "post") drawer.close();
  tick();
});
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
