// The admin's texts: each is shown as a phone would show it, while it is typed.
import { measure, said } from "./segments.js";

for (const phone of document.querySelectorAll("[data-preview-of]")) {
  const input = document.getElementById(phone.dataset.previewOf);
  const sample = JSON.parse(phone.dataset.sample);
  const [bubble, count] = phone.children;
  input.addEventListener("input", () => {
    const text = input.value.trim() || input.placeholder;
    bubble.textContent = text.replace(/\{([^{}]*)\}/g, (whole, name) => sample[name] ?? whole);
    count.textContent = said(measure(bubble.textContent, phone.dataset), phone.dataset);
  });
}
