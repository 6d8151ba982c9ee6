/* While somebody writes: a button in what comes back sets the language, which nothing else changes.
 * Markup: sensemaking/_similar.html, [data-sets-language] inside the form. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sets-language]");
  const field = button?.form?.elements.namedItem("language");
  if (!field) return;
  field.value = button.dataset.setsLanguage;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  field.focus();
});
