// Many join from this network: the phone works for its turn, then joins by itself (kiosk/gate.py).
const form = document.querySelector("form[data-worker]");
const button = form.querySelector("button");
const worker = new Worker(form.dataset.worker, { type: "module" });
worker.onmessage = ({ data }) => {
  form.elements.work.value = data;
  form.submit();
};
worker.onerror = () => (button.disabled = false);
button.disabled = true;
worker.postMessage({ token: form.elements.once.value, bits: Number(form.dataset.bits) });
