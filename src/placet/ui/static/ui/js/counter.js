/* Counts what is written into a textarea[maxlength], beside it: "42 / 280". Said aloud only near the end,
 * once the writer pauses. Markup: ui/forms/field.html puts a hidden .counter[data-counter-for] there. */
const NEAR = 0.9;
const PAUSE_MS = 800;
const timers = new WeakMap();

function count(area) {
  const counter = document.querySelector(`[data-counter-for="${CSS.escape(area.id)}"]`);
  if (!counter) return;
  const used = area.value.length;
  counter.hidden = false;
  counter.querySelector("[data-count]").textContent = String(used);
  const isNear = used >= area.maxLength * NEAR;
  counter.toggleAttribute("data-near", isNear);
  clearTimeout(timers.get(area));
  const status = counter.querySelector("[role=status]");
  timers.set(area, setTimeout(() => {
    status.textContent = isNear ? `${used} / ${area.maxLength}` : "";
  }, PAUSE_MS));
}

function countAll() {
  document.querySelectorAll("textarea[maxlength]").forEach(count);
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("textarea[maxlength]")) count(event.target);
});
document.addEventListener("htmx:afterSettle", countAll);
countAll();
