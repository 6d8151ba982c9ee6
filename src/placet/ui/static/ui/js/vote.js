/* Voting: the keys A, D and P press the three buttons of #ballot; after the swap the focus goes to the new
 * statement's heading ([data-focus]) and it is announced; each statement gets a client key of its own, so
 * that a repeated request has one effect. Without scripts the server fills the key in and the page reloads.
 * A vote that could not be sent or was refused is said under the buttons ([data-vote-error]).
 * The keys can be switched off ([data-vote-keys], kept in this browser), as single-key shortcuts must be. */
const KEY = "placet-vote-keys";
const VOTES = { a: "1", d: "-1", p: "0" };
const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

function keysAreOn() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

function prepare() {
  const toggle = document.querySelector("[data-vote-keys]");
  if (toggle) toggle.checked = keysAreOn();
  const key = document.querySelector("#ballot input[name=client_key]");
  if (key && window.crypto?.randomUUID) key.value = crypto.randomUUID();
}

document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-vote-keys]")) return;
  try {
    localStorage.setItem(KEY, event.target.checked ? "on" : "off");
  } catch { /* storage is off: the keys stay on */ }
});

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.matches?.(FIELDS) || document.querySelector("dialog[open]")) return;
  const vote = VOTES[event.key.toLowerCase()];
  if (vote === undefined || !keysAreOn()) return;
  const button = document.querySelector(`#ballot button[name=vote][value="${vote}"]`);
  if (!button || button.matches(":disabled")) return;
  event.preventDefault();
  button.click();
});

function showFailure(event) {
  const failure = event.target.closest?.("#ballot")?.querySelector("[data-vote-error]");
  if (failure) failure.hidden = false;
}

for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, showFailure);
}
document.addEventListener("htmx:afterSwap", () => prepare());
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "ballot" && event.detail.elt?.id !== "ballot") return;
  const ballot = document.getElementById("ballot");
  const heading = ballot?.querySelector("[data-focus]");
  heading?.focus({ preventScroll: false });
  const announcer = document.getElementById("announcer");
  const statement = ballot?.querySelector("[data-announce]");
  if (announcer && statement) announcer.textContent = statement.textContent.trim();
});
prepare();
