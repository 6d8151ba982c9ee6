/* A draft that saves itself: two seconds after the last change, at the latest every ten, and when the page is left.
 * What cannot be sent is kept in this browser, under a key of its own for each person and draft, and sent later.
 * Every save names the number of the one before: where another window was first, both versions are shown, and
 * nothing is overwritten unless the writer says so. Without it the form is saved by its buttons.
 * Markup: contributions/write.html, form[data-draft]. */
const PAUSE_MS = 2000;
const LONGEST_MS = 10000;
const RETRY_MS = [4000, 8000, 15000, 30000, 60000];
const KEY = "placet-draft:";
const KEPT_DAYS = 14;
const PARTS = ["title", "summary", "body"];

const form = document.querySelector("form[data-draft]");
const state = form?.querySelector("[data-draft-state]");
const conflict = form?.querySelector("[data-draft-conflict]");
const swap = form?.querySelector("[data-draft-swap]");
let storageKey = form ? KEY + form.dataset.keptAs : "";
let saved = form ? written() : "";
let changedAt = 0;
let timer = 0;
let failures = 0;
let isSaving = false;
let isStopped = false;
let isLeaving = false;

function fields() {
  const data = new FormData(form);
  data.delete("file");
  return data;
}

/* What counts as written: everything but the number and the token. */
function written() {
  const data = fields();
  ["number", "csrfmiddlewaretoken"].forEach((name) => data.delete(name));
  return new URLSearchParams(data).toString();
}

function say(what, sentence = "") {
  state.querySelectorAll("[data-says]").forEach((each) => { each.hidden = each.dataset.says !== what; });
  state.dataset.now = what;
  if (what === "refused") state.querySelector("[data-refusal]").textContent = sentence;
}

function sayWhen(moment) {
  const time = state.querySelector("[data-saved-at]");
  const when = moment ? new Date(moment) : new Date();
  time.dateTime = when.toISOString();
  time.textContent = when.toLocaleTimeString(state.dataset.locale, { hour: "2-digit", minute: "2-digit" });
}

function keep() {
  const kept = { content: written(), number: form.elements.number.value, at: Date.now() };
  try {
    localStorage.setItem(storageKey, JSON.stringify(kept));
    return true;
  } catch {
    return false; // storage is full or off: the words stay on the page
  }
}

function forget() {
  try {
    localStorage.removeItem(storageKey);
  } catch { /* nothing was kept either */ }
}

function takeKept() {
  try {
    Object.keys(localStorage).filter((key) => key.startsWith(KEY)).forEach((key) => {
      const age = Date.now() - (JSON.parse(localStorage.getItem(key))?.at ?? 0);
      if (age > KEPT_DAYS * 86400000) localStorage.removeItem(key);
    });
    return JSON.parse(localStorage.getItem(storageKey));
  } catch {
    return null;
  }
}

function put(name, value) {
  const field = form.elements.namedItem(name);
  if (!field || field.type === "file") return;
  field.value = value; // of radio buttons, too: their list chooses the one with that value
}

function showOther(other) {
  PARTS.forEach((name) => { conflict.querySelector(`[data-other="${name}"]`).value = other[name] ?? ""; });
  conflict.hidden = false;
  say("conflict");
}

function later(wait = Math.min(PAUSE_MS, Math.max(0, changedAt + LONGEST_MS - Date.now()))) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

function adopt(answer) {
  form.elements.number.value = answer.number;
  form.action = answer.send;
  form.dataset.saveUrl = answer.save;
  if (location.pathname !== answer.page && !form.dataset.isAdopted) {
    form.dataset.isAdopted = "";
    forget();
    history.replaceState(null, "", answer.page);
    storageKey = `${KEY}${form.dataset.keptAs.split(":")[0]}:${answer.page.split("/").at(-2)}`;
  }
}

async function save() {
  clearTimeout(timer);
  if (isStopped || isSaving || isLeaving) return;
  const content = written();
  if (content === saved) return;
  isSaving = true;
  say("saving");
  let answer = null;
  let status = 0;
  try {
    const response = await fetch(form.dataset.saveUrl, {
      method: "POST", body: new URLSearchParams(fields()), headers: { Accept: "application/json" },
    });
    status = response.status;
    if (response.headers.get("Content-Type")?.startsWith("application/json")) answer = await response.json();
  } catch { /* no connection */ }
  isSaving = false;
  if (isLeaving) return;
  settle(status, answer, content);
}

function settle(status, answer, content) {
  if (status === 200 && answer) {
    failures = 0;
    changedAt = 0;
    saved = content;
    adopt(answer);
    forget();
    sayWhen(answer.saved_at);
    say("saved");
    if (written() !== saved) changed();
    return;
  }
  keep();
  if (status === 409 && answer) {
    isStopped = true;
    form.elements.number.value = answer.number;
    showOther(answer);
  } else if (status === 410) {
    isStopped = true;
    say("submitted");
  } else if (status === 422 && answer) {
    say("refused", answer.errors.join(" "));
  } else if (status === 401 || status === 403) {
    say("signed-out");
    later(RETRY_MS.at(-1));
  } else {
    say("kept");
    later(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
    failures += 1;
  }
}

function changed() {
  if (isStopped) return;
  changedAt ||= Date.now();
  if (state.dataset.now !== "kept" && state.dataset.now !== "signed-out") say("changed");
  if (failures === 0) later();
}

function start() {
  const kept = takeKept();
  if (kept && kept.content !== saved) {
    const isSame = kept.number === form.elements.number.value;
    const other = Object.fromEntries(PARTS.map((name) => [name, form.elements[name].value]));
    new URLSearchParams(kept.content).forEach((value, name) => put(name, value));
    if (isSame) {
      say("restored");
      later();
    } else {
      isStopped = true;
      showOther(other);
    }
  } else if (kept) {
    forget();
  }
}

if (form && state) {
  if (swap) swap.hidden = false;
  if (state.querySelector("[data-saved-at]").dateTime) {
    sayWhen(state.querySelector("[data-saved-at]").dateTime);
    say("saved");
  }
  form.addEventListener("input", (event) => { if (event.target.type !== "file") changed(); });
  form.addEventListener("change", (event) => { if (event.target.type !== "file") changed(); });
  form.addEventListener("submit", () => { isLeaving = true; clearTimeout(timer); forget(); });
  swap?.addEventListener("click", () => {
    PARTS.forEach((name) => {
      const other = conflict.querySelector(`[data-other="${name}"]`);
      const mine = form.elements[name];
      [other.value, mine.value] = [mine.value, other.value];
      mine.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
  addEventListener("online", () => { failures = 0; later(0); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || isLeaving || written() === saved) return;
    keep();
    save();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) isLeaving = false; });
  start();
}
