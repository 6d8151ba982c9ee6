/* What is saved and what is not, in one line, and what was refused, with the reason; on every page of a
 * consultation that has [data-vote-state], kept votes are sent from here.
 * Markup: ui/components/vote_state.html. */
import { VoteSender } from "./vote-sender.js";

const PATIENCE_MS = 600; // nothing is said of what takes no longer
const TROUBLES = ["offline", "busy", "unkept", "stopped"];
const root = document.querySelector("[data-vote-state]");

class VoteState {
  #plural = new Intl.PluralRules(document.documentElement.lang);
  #since = Date.now();
  #saved = Number(root.dataset.voted);
  #waitingAndNew = new Set(); // statements
  #counted = new Set(); // statements: the browser may tell late what was seen already
  #hasSent = root.hasAttribute("data-says-saved");
  #timer = 0;
  #shown = "";
  #told = "";
  #listeners = [];

  constructor() {
    const { reference, voter, ballots, token, ahead } = root.dataset;
    this.sender = new VoteSender(
      {
        reference, ballots, token, ahead,
        marks: voter.split(" ").filter(Boolean),
        csrf: root.querySelector("[name=csrfmiddlewaretoken]").value,
        language: document.documentElement.lang,
      },
      {
        changed: () => this.show(),
        counted: (voted) => this.#recount(voted),
        keptElsewhere: (vote) => {
          if (vote.isNew) this.#waitingAndNew.add(vote.statement);
        },
      },
    );
    root.addEventListener("click", (event) => {
      if (event.target.closest("[data-dismiss]")) this.sender.dismissRefused();
    });
    addEventListener("beforeunload", (event) => {
      if (this.sender.wouldLose()) event.preventDefault();
    });
    this.show();
  }

  /* Statements with a vote of one's own, saved or kept. */
  get voted() {
    return this.#saved + this.#waitingAndNew.size;
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }

  show() {
    const waiting = this.sender.waiting();
    const refused = this.sender.refused();
    this.#count(waiting, refused);
    const kind = this.#kind(waiting, refused);
    if (kind !== null) this.#showLine(kind, kind === "saved" ? this.#saved : waiting.length);
    this.#showRefused(refused);
    for (const listener of this.#listeners) listener();
  }

  #recount(voted) {
    this.show(); // what was acknowledged is counted now
    this.#saved = voted;
    this.show();
  }

  #count(waiting, refused) {
    const now = new Set(waiting.filter((vote) => vote.isNew).map((vote) => vote.statement));
    for (const statement of this.#waitingAndNew) {
      const isRefused = refused.some((vote) => vote.statement === statement);
      if (now.has(statement) || isRefused || this.#counted.has(statement)) continue;
      this.#counted.add(statement);
      this.#saved += 1;
    }
    this.#waitingAndNew = now;
  }

  /* What the line says; null: what it says already. */
  #kind(waiting, refused) {
    clearTimeout(this.#timer);
    if (waiting.length === 0) return this.#hasSent && this.#saved > 0 && refused.length === 0 ? "saved" : "";
    this.#hasSent = true;
    const { trouble } = this.sender;
    if (trouble) return trouble.kind !== "stopped" && this.sender.wouldLose() ? "unkept" : trouble.kind;
    const patience = Math.max(waiting[0].castAt, this.#since) + PATIENCE_MS - Date.now();
    if (patience <= 0) return "saving";
    this.#timer = setTimeout(() => this.show(), patience);
    return null;
  }

  #showLine(kind, n) {
    const form = this.#plural.select(n) === "one" ? "one" : "other";
    const line = this.#line(kind, form, n);
    if (line) this.#tell(kind, line.textContent.trim());
  }

  /* Read out what turns for worse, and once all is well again; not every vote: its statement is read out. */
  #tell(kind, text) {
    if (kind === this.#told || !(TROUBLES.includes(kind) || (kind === "saved" && this.#told))) return;
    this.#told = kind === "saved" ? "" : kind;
    root.querySelector("[data-said]").textContent = text;
  }

  #line(kind, form, number) {
    const detail = this.sender.trouble?.detail ?? "";
    const state = [kind, form, number, detail].join();
    if (state === this.#shown) return null;
    this.#shown = state;
    let shown = null;
    for (const line of root.querySelectorAll("[data-when]")) {
      line.hidden = line.dataset.when !== kind || (line.dataset.form ?? form) !== form;
      if (line.hidden) continue;
      shown = line;
      const place = line.querySelector("[data-n]");
      if (place) place.textContent = number.toLocaleString(document.documentElement.lang);
      const reason = line.querySelector("[data-detail]");
      if (reason && (detail || kind !== "stopped")) reason.textContent = detail;
    }
    return shown;
  }

  #showRefused(refused) {
    const place = root.querySelector("[data-refusals]");
    const keys = refused.map((vote) => vote.key).join();
    if (keys === (place.dataset.keys ?? "")) return;
    place.dataset.keys = keys;
    place.replaceChildren();
    if (refused.length === 0) return;
    const box = root.querySelector("template[data-refusals-box]").content.cloneNode(true);
    const form = this.#plural.select(refused.length) === "one" ? "one" : "other";
    for (const title of box.querySelectorAll("[data-form]")) title.hidden = title.dataset.form !== form;
    box.querySelector("[data-n]").textContent = String(refused.length);
    const list = box.querySelector("ul");
    const pattern = list.firstElementChild;
    list.replaceChildren(...refused.map((vote) => {
      const item = pattern.cloneNode(true);
      const text = item.querySelector("[data-text]");
      text.textContent = vote.text ?? "";
      text.lang = vote.language ?? "";
      item.querySelector("[data-reason]").textContent = vote.refused === true ? "" : vote.refused;
      return item;
    }));
    place.append(box);
  }
}

export const voteState = root ? new VoteState() : null;
