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
  const here = new Map(old.map((mark, index) => [mark, list.children[index]]));
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
  const stays = new Set(wanted);
  for (const child of [...list.children]) if (!stays.has(child)) child.remove();
  let place = list.firstElementChild;
  for (const child of wanted) {
    if (child === place) place = place.nextElementSibling;
    else if (child.isConnected && list.moveBefore) list.moveBefore(child, place);
    else list.insertBefore(child, place);
  }
  if (list.dataset.parts !== news.dataset.parts) list.dataset.parts = news.dataset.parts;
  const beside = news.dataset.beside?.split("|") ?? [];
  beside.forEach((text, index) => {
    const place = list.children[index].querySelector(".beside");
    if (place.textContent !== text) place.textContent = text;
  });
  return true;
}

function keepMenusOpen(child) {
  for (const menu of child.querySelectorAll("details[id]")) {
    menu.open = document.getElementById(menu.id)?.open ?? false;
  }
}
