// A page of the kiosk by itself: it warns and wipes, reads aloud, stays awake, and leads nowhere else.
const IDLE = 45_000;
const WARNED = 30_000;

const idleDialog = document.getElementById("idle");
if (idleDialog) watch(idleDialog);

// A visitor who walks away leaves nothing on the screen: the welcome page comes back by itself.
export function watch(dialog) {
  const { home } = dialog.dataset;
  const left = dialog.querySelector(".idle__left");
  let touchedAt;
  let idle;
  let counting;

  // Nothing is left on the screen, also while the network takes its time to bring another page.
  function wipe() {
    clearInterval(counting);
    document.getElementById("main").replaceChildren();
    location.replace(home);
  }
  const untilWipe = () => touchedAt + IDLE + WARNED - Date.now();

  function wait() {
    if (dialog.open) return;
    touchedAt = Date.now();
    clearTimeout(idle);
    idle = setTimeout(warn, IDLE);
  }
  function warn() {
    dialog.showModal();
    counting = setInterval(count, 1000);
  }
  function count() {
    if (!dialog.open) return;
    if (untilWipe() <= 0) wipe();
    else left.textContent = Math.ceil(untilWipe() / 1000);
  }
  dialog.addEventListener("close", () => {
    clearInterval(counting);
    left.textContent = WARNED / 1000;
    wait();
  });
  for (const sign of ["pointerdown", "keydown", "input", "scroll"]) {
    addEventListener(sign, wait, { passive: true });
  }
  // Neither a device that slept nor a page out of the browser's memory shows what was there.
  addEventListener("visibilitychange", () => document.hidden || untilWipe() > 0 || wipe());
  addEventListener("pageshow", ({ persisted }) => persisted && wipe());
  wait();
}

// Read aloud by a voice of the device itself; others send the text to somebody's server.
const reader = document.getElementById("read-aloud");
const voices = globalThis.speechSynthesis;
const language = document.documentElement.lang.split("-")[0];
const voice = () =>
  voices.getVoices().find((each) => each.localService && each.lang.split(/[-_]/)[0] === language);

if (reader && voices) {
  const isWanted = () => reader.getAttribute("aria-pressed") === "true";
  const offer = () => {
    const wasHidden = reader.hidden;
    reader.hidden = !voice();
    if (wasHidden && !reader.hidden && isWanted()) read();
  };
  reader.addEventListener("click", () => {
    const isOn = !isWanted();
    reader.setAttribute("aria-pressed", isOn);
    ride(isOn ? "on" : "");
    voices.cancel();
    if (isOn) read();
  });
  voices.addEventListener?.("voiceschanged", offer);
  addEventListener("pagehide", () => voices.cancel());
  offer();
}

function read() {
  const said = document.getElementById("main").innerText.split("\n").filter((line) => line.trim());
  for (const line of said) {
    const words = new SpeechSynthesisUtterance(line);
    words.voice = voice();
    words.lang = words.voice.lang;
    voices.speak(words);
  }
}

// The next pages are read, too.
function ride(value) {
  for (const field of document.querySelectorAll("input[name=voice]")) field.value = value;
  for (const link of document.querySelectorAll("a[href*='/sign-in/'], a[href*='/done/']")) {
    const address = new URL(link.href);
    address.searchParams.set("voice", value);
    link.href = address;
  }
}

// The screen stays on, and a long touch or a drag opens nothing.
async function stayAwake() {
  if (document.visibilityState === "visible") {
    await navigator.wakeLock?.request("screen").catch(() => {});
  }
}
document.addEventListener("visibilitychange", stayAwake);
stayAwake();
for (const name of ["contextmenu", "dragstart"]) {
  addEventListener(name, (event) => event.preventDefault());
}
