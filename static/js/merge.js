// Live parts: a list keeps the children that the server did not send anew, so that focus, scroll,
// open menus and selected text stay where they are (tickets/views/parts.py).
const HAVE = "X-Have";
const lists = () => document.querySelectorAll("[data-parts]");
const marksOf = (list) => list.dataset.parts.split(" ").filter(Boolean);

htmx.defineExtension("merge", {
  onEvent(name, { detail }) {
    if (name === "htmx:configRequest" && detail.target?.id === "work") {
      detail.headers[HAVE] = [...lists()].map((list) => list.dataset.parts).join(" ");
    }
  },
  isInlineSwap: (style) => style === "merge",
  handleSwap(style, target, fragment) {
    if (style !== "merge") return false;
    const added = [];
    for (const news of fragment.querySelectorAll("[data-parts]")) {
      const list = document.getElementById(news.id);
      if (!merge(list, news, added)) {
        // Another answer came between: ask for everything.
        lists().forEach((each) => (each.dataset.parts = ""));
        htmx.trigger("#refresh", "sse:sync");
        return [];
      }
    }
    return added;
  },
});

function merge(list, news, added) {
  const marks = marksOf(news);
  const old = marksOf(list);
  const pairs = old.map((mark, index) => [mark, list.children[index]]);
  const here = new Map(pairs.filter(([, child]) => child)); // what is gone is asked for anew
  const sent = [...news.children];
  const kept = new Set(marks.filter((mark) => here.has(mark)));
  if (sent.length !== marks.length - kept.size) return false;
  const wanted = marks.map((mark) => {
    if (kept.has(mark)) return here.get(mark);
    const child = sent.shift();
    keepMenusOpen(child);
    added.push(child);
    return child;
  });
  const ranks = new Map(wanted.map((child, rank) => [child, rank]));
  for (const child of [...list.children]) if (!ranks.has(child)) child.remove();
  const stays = inOrder([...list.children].map((child) => ranks.get(child)));
  let place = list.firstElementChild;
  wanted.forEach((child, rank) => {
    if (stays.has(rank)) place = child.nextElementSibling;
    else if (child.isConnected && list.moveBefore) list.moveBefore(child, place);
    else list.insertBefore(child, place);
  });
  if (list.dataset.parts !== news.dataset.parts) list.dataset.parts = news.dataset.parts;
  const beside = news.dataset.beside?.split("|") ?? [];
  beside.forEach((text, index) => {
    const place = list.children[index].querySelector(".beside");
    if (place.textContent !== text) place.textContent = text;
  });
  return true;
}

// The most children that are in the right order already: they stay, the others move around them.
function inOrder(ranks) {
  const lengths = [];
  const previous = [];
  let last = -1;
  ranks.forEach((rank, index) => {
    lengths[index] = 1;
    previous[index] = -1;
    for (let before = 0; before < index; before += 1) {
      if (ranks[before] < rank && lengths[before] >= lengths[index]) {
        lengths[index] = lengths[before] + 1;
        previous[index] = before;
      }
    }
    if (last < 0 || lengths[index] > lengths[last]) last = index;
  });
  const found = new Set();
  for (; last >= 0; last = previous[last]) found.add(ranks[last]);
  return found;
}

function keepMenusOpen(child) {
  for (const menu of child.querySelectorAll("details[id]")) {
    menu.open = document.getElementById(menu.id)?.open ?? false;
  }
}
