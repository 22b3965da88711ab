// Shows the API's document by Swagger UI, a plain script that has run before any module does.
const place = document.getElementById("api");
const isDark = matchMedia("(prefers-color-scheme: dark)");
const setTheme = () => document.documentElement.classList.toggle("dark-mode", isDark.matches);

isDark.addEventListener("change", setTheme);
setTheme();

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.document,
  deepLinking: false, // its links would be inside buttons
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  filter: true,
  persistAuthorization: false,
  syntaxHighlight: { activated: false }, // its colours are too faint to read
  validatorUrl: null,
});
