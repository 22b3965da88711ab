// The TV's own behaviour: calls are announced in turn, and staff see when it is not heard or not live.
const SHORTEST = 5_200; // each call is big for so long, also while others wait their turn
const LONGER = 2_900; // and for so much longer if nobody else is called
const CHIME = 600; // then a voice may begin, while the chime rings out
const LONGEST_SPEECH = 20_000; // some browsers never say that a voice has ended
const SILENT = 9_000; // the stream says something every 4 seconds
const NO_ANSWER = 3_000;
const AGAIN = 1_000;
const RELOADED_AFTER = 6 * 3_600_000;
const MOVED_EVERY = 120_000;

const board = document.getElementById("board");
const clock = document.getElementById("clock");
const lost = document.getElementById("lost");
const sound = document.getElementById("sound");
const frame = document.getElementById("frame");
const isStill = matchMedia("(prefers-reduced-motion: reduce)");

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const refresh = () => htmx.trigger(board, "refresh");

// What is on the screen: the call that is announced, else the one that the server says.
const queue = [];
let newest = 0;
let announced = null;
let isAnnouncing = false;
let ending;

const calls = () => document.getElementById("calls");
const sections = () => [...calls().querySelectorAll(".now")];
const sectionOf = (number) =>
  calls().querySelector(`.now[data-announcement="${number}"]`);

/** Note what was called since the last look; of a page that was just opened, nothing is said. */
function look(isSaid) {
  const numbers = [];
  for (const { dataset } of sections()) {
    if (dataset.says && Number(dataset.announcement) > newest) {
      numbers.push(Number(dataset.announcement));
    }
  }
  numbers.sort((a, b) => a - b);
  newest = numbers.at(-1) ?? newest;
  for (const section of sections()) section.dataset.isDefault = section.hidden ? "" : "true";
  board.dataset.theme = calls().dataset.theme;
  board.dataset.layout = calls().dataset.layout;
  show();
  if (isSaid) queue.push(...numbers);
  announce();
}

function show() {
  const shown = (announced && sectionOf(announced)) ?? calls().querySelector("[data-is-default=true]");
  for (const section of sections()) {
    section.hidden = section !== shown;
    section.classList.toggle("now--new", announced !== null && section === shown);
  }
  for (const row of calls().querySelectorAll(".recent [data-visit]")) {
    row.hidden = row.dataset.visit === shown.dataset.visit;
  }
}

async function announce() {
  if (isAnnouncing || !queue.length) return;
  isAnnouncing = true;
  while (queue.length) {
    const number = queue.shift();
    const section = sectionOf(number);
    if (!section) continue; // taken back meanwhile
    clearTimeout(ending);
    announced = number;
    show();
    flash();
    const { says, language } = section.dataset;
    await Promise.allSettled([say(says, language), pause(SHORTEST)]);
  }
  isAnnouncing = false;
  clearTimeout(ending);
  ending = setTimeout(() => {
    announced = null;
    show();
  }, LONGER);
}

function flash() {
  if (isStill.matches) return; // then the call keeps its strong colours, and that is all
  frame.animate({ opacity: [1, 0, 1, 0, 1, 0] }, 3_000);
}

// The sound: a chime of our own, then a voice of this device, never one from a server.
const audio = new AudioContext();

function chime() {
  for (const [begins, pitch] of [[0, 880], [0.25, 659.25]]) {
    const at = audio.currentTime + begins;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.6, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 1.2);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 1.3);
  }
}

function voiceFor(language) {
  const local = (window.speechSynthesis?.getVoices() ?? []).filter((voice) => voice.localService);
  const tags = local.map((voice) => voice.lang.replace("_", "-").toLowerCase());
  const wanted = language.toLowerCase();
  const isNear = (tag) => tag.split("-")[0] === wanted.split("-")[0];
  return local[tags.indexOf(wanted)] ?? local[tags.findIndex(isNear)];
}

async function say(text, language) {
  if (audio.state !== "running") return;
  chime();
  await pause(CHIME);
  const voice = voiceFor(language);
  if (!voice) return;
  const speech = new SpeechSynthesisUtterance(text);
  speech.voice = voice;
  speech.lang = voice.lang;
  const ended = new Promise((done) => (speech.onend = speech.onerror = done));
  speechSynthesis.speak(speech);
  await Promise.race([ended, pause(LONGEST_SPEECH)]);
}

// Whether it is heard: a browser may want a touch first. The server is told, so that somebody comes.
const button = sound.querySelector("button");
let told = null;

function soundNow() {
  if (audio.state !== "running") return "OFF";
  return voiceFor(document.documentElement.lang) ? "ON" : "CHIME";
}

async function tellSound() {
  const now = (button.dataset.sound = soundNow());
  if (now === told) return;
  const body = new FormData(sound);
  body.set("sound", now);
  const answer = await fetch(sound.action, { method: "POST", body }).catch(() => null);
  if (answer?.ok) told = now;
}

for (const event of ["pointerdown", "keydown"]) {
  addEventListener(event, () => audio.resume().then(tellSound));
}
audio.addEventListener("statechange", tellSound);
sound.addEventListener("submit", async (event) => {
  event.preventDefault();
  await audio.resume();
  if (!isAnnouncing) say(sound.dataset.says, document.documentElement.lang);
});
sound.hidden = false;

// The stream, read as it comes: what it says between two changes is how a dead line is known.
let heardAt = Date.now();

async function listen() {
  const line = new AbortController();
  let patience = setTimeout(() => line.abort(), NO_ANSWER);
  try {
    const answer = await fetch(board.dataset.stream, { signal: line.signal, cache: "no-store" });
    if (answer.status === 404) refresh(); // shut out: the answer leads to the pairing page
    if (!answer.ok) return;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      clearTimeout(patience);
      patience = setTimeout(() => line.abort(), SILENT);
      heardAt = Date.now();
      lost.hidden = true;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      if (lines.some((each) => ["event: sync", "event: changed"].includes(each))) refresh();
    }
  } catch {
    // cut, or given up on: it is tried again
  } finally {
    clearTimeout(patience);
  }
}

async function keepListening() {
  for (;;) {
    await listen();
    await pause(AGAIN);
  }
}

// Every second: the clock in the location's time, the state of the line, and care for the screen.
const openedAt = Date.now();
let lag = 0;
const time = new Intl.DateTimeFormat(document.documentElement.lang, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: clock.dataset.timezone,
});

function tick() {
  const now = Date.now();
  clock.textContent = time.format(now + lag);
  lost.hidden = now - heardAt < SILENT;
  board.dataset.place = Math.floor(now / MOVED_EVERY) % 4;
  const isQuiet = "quiet" in calls().dataset && !isAnnouncing && lost.hidden;
  if (isQuiet && now - openedAt > RELOADED_AFTER) location.reload();
}

function settle(isSaid) {
  lag = Number(calls().dataset.now) - Date.now();
  look(isSaid);
  tick();
}

document.body.addEventListener("htmx:afterSettle", () => settle(true));
settle(false);
setInterval(tick, 1_000);
setInterval(tellSound, 5_000);
tellSound();
keepListening();
