// The phone shows what came last, and keeps to it unless somebody has scrolled up.
const screen = () => document.getElementById("bubbles");
let isAtEnd = true;

const toEnd = () => screen()?.scrollTo(0, screen().scrollHeight);

document.body.addEventListener("htmx:oobBeforeSwap", () => {
  const { scrollTop, clientHeight, scrollHeight } = screen();
  isAtEnd = scrollTop + clientHeight > scrollHeight - 24;
});
document.body.addEventListener("htmx:oobAfterSwap", () => {
  if (isAtEnd) toEnd();
});
toEnd();
