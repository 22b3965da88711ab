// Names the autocomplete boxes by their labels: the library that draws them does not.
addEventListener("load", () => {
  for (const select of document.querySelectorAll("select.admin-autocomplete")) {
    const name = select.labels[0]?.textContent.trim();
    const parts = select.parentElement.querySelectorAll(
      ".select2-selection, .select2-selection__rendered, .select2-search__field",
    );
    for (const part of parts) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", name);
    }
  }
});
