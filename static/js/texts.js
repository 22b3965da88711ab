// The admin's texts: each is shown as a phone would show it, while it is typed.
import { measure, said } from "./segments.js";

for (const phone of document.querySelectorAll("[data-preview-of]")) {
  const input = document.getElementById(phone.dataset.previewOf);
  const sample = JSON.parse(phone.dataset.sample);
  const [bubble, count] = phone.children;
  input.addEventListener("input", () => {
    const text = input.value.trim() || input.placeholder;
    const shown = text.replace(/\{([^{}]*)\}/g, (whole, name) => sample[name] ?? whole);
    bubble.innerText = shown; // keeps its line breaks
    count.textContent = said(measure(shown, phone.dataset), phone.dataset);
  });
}
