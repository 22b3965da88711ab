// A visitor who walks away leaves nothing on the screen: the welcome page comes back by itself.
const IDLE = 45_000;
const { home } = document.getElementById("question").dataset;
let timer;

function wait() {
  clearTimeout(timer);
  timer = setTimeout(() => location.replace(home), IDLE);
}
for (const sign of ["pointerdown", "keydown", "input", "scroll"]) {
  addEventListener(sign, wait, { passive: true });
}
wait();
