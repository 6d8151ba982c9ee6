/* The theme switch: light, dark, or as the system wishes. Kept in this browser's local storage.
 * Markup: buttons [data-theme-choice="light|dark|auto"] with aria-pressed. */
const KEY = "placet-theme";

function chosen() {
  return document.documentElement.dataset.theme ?? "auto";
}

function choose(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch { /* storage is off: the choice holds for this page */ }
  show();
}

function show() {
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen()));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (button) choose(button.dataset.themeChoice);
});
window.addEventListener("storage", (event) => {
  if (event.key === KEY) choose(event.newValue ?? "auto");
});
show();
