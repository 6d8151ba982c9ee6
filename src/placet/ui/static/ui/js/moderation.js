/* Moderation with the keyboard: J/K or the arrows move from statement to statement, A accepts, R opens the
 * rejection at its reason, D presses the first likely duplicate or opens the form for one, ? shows the keys,
 * Escape leads from a field back to its statement. Arrows move once a statement has the focus; else they scroll.
 * The keys can be switched off (kept in this browser), as single-key shortcuts must be.
 * Markup: consultations/manage/moderation.html and _card.html; everything works without it. */
const KEY = "placet-queue-keys";
const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const WAITING = "[data-queue] > [data-waiting]";
const keys = document.querySelector("[data-queue-keys]");
const onSwitch = keys?.querySelector("[data-queue-keys-on]");
let place = 0;

function isOn() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

function waiting() {
  return [...document.querySelectorAll(WAITING)];
}

function here() {
  return document.activeElement?.closest(WAITING) ?? null;
}

function goTo(card) {
  const article = card?.querySelector("article");
  if (!article) return;
  place = waiting().indexOf(card);
  article.focus({ preventScroll: true });
  article.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const cards = waiting();
  const current = here();
  // A card that was decided is no longer in the list: the one that took its place comes next.
  const from = current ? cards.indexOf(current) + step : step > 0 ? place : place - 1;
  goTo(cards[Math.max(0, Math.min(from, cards.length - 1))]);
}

function open(card, selector) {
  const details = card?.querySelector(selector);
  if (!details) return;
  details.open = true;
  details.querySelector("select, input:not([type=hidden]), textarea")?.focus();
}

function markDuplicate(card) {
  const suggested = card?.querySelector("[data-duplicate]");
  if (suggested) suggested.focus();
  else open(card, "[data-merge]");
}

const ARROWS = { arrowdown: 1, arrowup: -1 };
const DEEDS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => here()?.querySelector("[data-accept]")?.click(),
  r: () => open(here(), "[data-reject]"),
  d: () => markDuplicate(here()),
  "?": () => {
    const help = keys.querySelector("[data-queue-help]");
    help.open = !help.open;
  },
};

if (keys) {
  keys.hidden = false;
  onSwitch.checked = isOn();
  onSwitch.addEventListener("change", () => {
    try {
      localStorage.setItem(KEY, onSwitch.checked ? "on" : "off");
    } catch { /* storage is off: the choice holds for this page */ }
  });
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape" && here()) {
      goTo(here());
      return;
    }
    const key = event.key.toLowerCase();
    const deed = key in ARROWS && here() ? () => move(ARROWS[key]) : DEEDS[key];
    if (!deed || !onSwitch.checked || event.target.matches?.(FIELDS)) return;
    event.preventDefault();
    deed();
  });
}
