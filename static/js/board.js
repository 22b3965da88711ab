// The TV's own behaviour: the clock runs in the location's time, and a lost connection is shown.
const clock = document.getElementById("clock");
const lag = Number(clock.dataset.now) - Date.now();
const time = new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: clock.dataset.timezone,
});

function tick() {
  clock.textContent = time.format(Date.now() + lag);
}
tick();
setInterval(tick, 1000);

const lost = document.getElementById("lost");
document.body.addEventListener("htmx:sseOpen", () => (lost.hidden = true));
document.body.addEventListener("htmx:sseError", () => (lost.hidden = false));
