/* Copies the code beside a button. Markup: .code > pre + button[data-copy][data-copied="Copied"]. */
const SHOWN_MS = 2000;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.querySelector("[data-copy-label]");
  await navigator.clipboard.writeText(button.closest(".code").querySelector("pre").textContent.trim());
  const before = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => { label.textContent = before; }, SHOWN_MS);
});
