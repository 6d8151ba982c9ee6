/* Voting. The next card is there at once; what was voted is kept and sent by vote-state.js and what it
 * imports. The keys A, D and P press the buttons of #ballot; after a vote the focus goes to the new card's
 * heading ([data-focus]) and its statement is announced. Without scripts the form is posted and the page
 * comes anew.
 * The keys can be switched off ([data-vote-keys], kept in this browser), as single-key shortcuts must be.
 * Markup: consultations/_ballot.html. Cards: [data-card] holds the statement's key, "" where there is none. */
import { voteState } from "./vote-state.js";

const KEY = "placet-vote-keys";
const VOTES = { a: "1", d: "-1", p: "0" };
const FIELDS = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const FEW = 4; // fewer cards than that: more are asked for
const WITHOUT_LIMIT = 100;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

function keysAreOn() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
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
  if (!button || button.matches(":disabled, [hidden] *")) return;
  event.preventDefault();
  button.click();
});

class Voting {
  #form;
  #cards;
  #seen = new Set();
  #isAsking = false;
  #failures = 0;
  #timer = 0;

  constructor(form) {
    this.#form = form;
    this.#cards = [...document.querySelector("template[data-cards]").content.children];
    for (const kind of ["mousedown", "click"]) {
      form.addEventListener(kind, (event) => {
        // The second click of a double click would be a vote on a statement that nobody has read.
        if (event.detail > 1 && event.target.closest("button[name=vote]")) event.preventDefault();
      });
    }
    form.addEventListener("submit", (event) => {
      if (!event.submitter?.matches("button[name=vote]")) return;
      event.preventDefault();
      this.#vote(Number(event.submitter.value));
    });
    addEventListener("online", () => this.#ask());
    voteState.onChange(() => {
      this.#showProgress();
      this.#number();
    });
    this.#forgetWaiting();
    if (!form.hasAttribute("data-is-chosen") && this.#isWaiting(this.#card)) this.#advance();
    this.#number();
    this.#showProgress();
  }

  get #card() {
    return this.#form.querySelector("[data-card]");
  }

  #vote(vote) {
    const card = this.#card;
    const field = (name) => card.querySelector(`input[name=${name}]`).value;
    const words = card.querySelector("[data-announce]");
    voteState.sender.cast({
      statement: card.dataset.card,
      vote,
      version: Number(field("version")),
      translation: field("translation") ? Number(field("translation")) : null,
      isNew: card.hasAttribute("data-is-new"),
      text: words.textContent.trim(),
      language: words.lang,
    });
    document.querySelector("[data-after-a-vote]").hidden = false;
    this.#advance();
    this.#present();
  }

  /* Show the next card, or that it is on its way. */
  #advance() {
    if (this.#card.dataset.card) this.#seen.add(this.#card.dataset.card);
    this.#forgetWaiting();
    const next = this.#cards.shift()
      ?? document.querySelector("template[data-waiting]").content.firstElementChild.cloneNode(true);
    this.#card.replaceWith(document.adoptNode(next));
    const isStatement = Boolean(next.dataset.card);
    this.#form.querySelector("fieldset").hidden = !isStatement;
    this.#form.querySelector(".vote-keys").hidden = !isStatement;
    for (const button of this.#form.querySelectorAll("[aria-pressed]")) button.removeAttribute("aria-pressed");
    this.#number();
    this.#ask();
  }

  /* Lead the reader to the card: after a vote, and where one was waited for. */
  #present() {
    this.#card.querySelector("[data-focus]").focus();
    const announcer = document.getElementById("announcer");
    announcer.textContent = this.#card.querySelector("[data-announce]").textContent.trim();
  }

  #number() {
    const place = this.#card.querySelector("[data-number]");
    if (place) place.textContent = String(voteState.voted + 1);
  }

  #showProgress() {
    const progress = document.getElementById("voting-progress");
    const voted = Math.min(voteState.voted, progress.max);
    const words = `${voted} / ${progress.max}`;
    progress.value = voted;
    progress.textContent = words;
    progress.closest(".progress").querySelector(".progress__label > span").textContent = words;
  }

  /* Statements that are voted on already, though the server does not know it yet. */
  #isWaiting(card) {
    return voteState.sender.waiting().some((vote) => vote.statement === card.dataset.card);
  }

  #forgetWaiting() {
    this.#cards = this.#cards.filter((card) => !this.#isWaiting(card));
  }

  get #hasEnd() {
    return "isEnd" in (this.#cards.at(-1) ?? this.#card).dataset;
  }

  async #ask() {
    if (this.#isAsking || this.#hasEnd || this.#cards.length >= FEW) return;
    this.#isAsking = true;
    clearTimeout(this.#timer);
    try {
      this.#take(await this.#cardsAhead());
      this.#failures = 0;
    } catch {
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures) * (0.5 + Math.random() / 2);
      this.#failures += 1;
      this.#timer = setTimeout(() => this.#ask(), wait);
    } finally {
      this.#isAsking = false;
    }
  }

  async #cardsAhead() {
    const here = [this.#card, ...this.#cards].map((card) => card.dataset.card).filter(Boolean);
    const waiting = voteState.sender.waiting().map((vote) => vote.statement);
    const address = new URL(document.querySelector("[data-vote-state]").dataset.ahead, location);
    for (const key of [...new Set([...here, ...waiting])].slice(0, WITHOUT_LIMIT)) {
      address.searchParams.append("without", key);
    }
    const response = await fetch(address, { signal: AbortSignal.timeout(20_000) });
    if (!response.ok) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return [...page.querySelectorAll("[data-card]")];
  }

  #take(cards) {
    const known = new Set([...this.#seen, this.#card.dataset.card, ...this.#cards.map((card) => card.dataset.card)]);
    const fresh = cards.filter((card) => "isEnd" in card.dataset || !known.has(card.dataset.card));
    if (fresh.length === 0) throw new Error("nothing new: more was voted on than could be named");
    this.#cards.push(...fresh);
    if (this.#card.dataset.card) return;
    const hadFocus = this.#form.contains(document.activeElement) || document.activeElement === document.body;
    this.#advance();
    if (hadFocus) this.#present();
  }
}

const toggle = document.querySelector("[data-vote-keys]");
if (toggle) toggle.checked = keysAreOn();
const form = document.querySelector("form[data-ballot-form]");
if (form && voteState) new Voting(form);
