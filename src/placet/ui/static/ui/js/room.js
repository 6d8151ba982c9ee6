/* A room, on the phones of those present and on the screen of whoever leads it.
 * Counts the time down; asks less often while the server does not answer, and says so; keeps what is said,
 * supported or answered until the server has it (room-outbox.js); marks after each change of the page what
 * this device did. Without scripts forms and a link do the same.
 * Markup: dialogues/live/room.html and screen.html. */
import { newKey } from "./kept-votes.js";
import { OwnPoints } from "./own-points.js";
import { RoomOutbox } from "./room-outbox.js";

const POLL_MS = 3_000;
const LONGEST_WAIT_MS = 30_000;
const PRESS_MS = 600; // nothing moves under a finger

const root = document.querySelector("[data-room]");

/* The time left, by the server's clock. */
class Countdown {
  #offset = Number(root.dataset.now) - Date.now();

  constructor() {
    this.show();
    setInterval(() => this.show(), 1_000);
  }

  show() {
    for (const place of document.querySelectorAll("[data-until]")) {
      const left = Math.ceil((Number(place.dataset.until) - Date.now() - this.#offset) / 1_000);
      place.hidden = false;
      place.toggleAttribute("data-is-over", left <= 0);
      const minutes = Math.floor(left / 60);
      const text = left > 0 ? `${minutes}:${String(left % 60).padStart(2, "0")}` : place.dataset.over;
      if (place.textContent !== text) place.textContent = text;
    }
  }
}

/* How HTMX asks for what is new: never under a finger, and less and less often while nobody answers. */
class Line {
  #failures = 0;
  #nextAt = 0;
  #pressedAt = 0;
  #changed;
  isLost = !navigator.onLine;

  constructor(changed) {
    this.#changed = changed;
    document.addEventListener("pointerdown", () => { this.#pressedAt = Date.now(); });
    document.addEventListener("htmx:beforeRequest", (event) => {
      if (!this.#isPoll(event)) return;
      const isPressing = Date.now() - this.#pressedAt < PRESS_MS;
      if (isPressing || Date.now() < this.#nextAt) event.preventDefault();
    });
    document.addEventListener("htmx:afterRequest", (event) => {
      if (!this.#isPoll(event)) return;
      const { status } = event.detail.xhr;
      if (event.detail.successful || status === 204) this.#answered();
      else if (status !== 404) this.#failed();
    });
    addEventListener("online", () => { this.#nextAt = 0; });
    addEventListener("offline", () => this.#failed());
  }

  #isPoll(event) {
    return event.detail.requestConfig?.verb === "get" && event.target.closest?.("#room-now, #screen");
  }

  #answered() {
    this.#failures = 0;
    this.#nextAt = 0;
    if (!this.isLost) return;
    this.isLost = false;
    this.#changed();
  }

  #failed() {
    const wait = Math.min(LONGEST_WAIT_MS, POLL_MS * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#nextAt = Date.now() + wait;
    if (this.isLost) return;
    this.isLost = true;
    this.#changed();
  }
}

/* What is open stays open, whatever comes in its place. */
function keepOpen() {
  const open = new Set();
  document.addEventListener("toggle", (event) => {
    const { id } = event.target;
    if (id) open[event.target.open ? "add" : "delete"](id);
  }, true);
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  });
}

class Room {
  #place = root.querySelector("[data-room-state]");
  #own = new OwnPoints();
  #supported = new Set();
  #answered = new Set();
  #said = "";
  #line;
  #outbox;

  constructor(countdown) {
    this.#readMarks();
    this.#line = new Line(() => {
      if (!this.#line.isLost) this.#outbox?.retry();
      this.#show();
    });
    if (root.dataset.mark) this.#takeForms();
    document.addEventListener("htmx:afterSwap", () => {
      this.#mark();
      countdown.show();
    });
    this.#show();
  }

  #takeForms() {
    const forms = [...document.querySelectorAll("[data-room-form]")];
    this.#outbox = new RoomOutbox(
      {
        reference: root.dataset.room,
        mark: root.dataset.mark,
        csrf: forms[0].querySelector("[name=csrfmiddlewaretoken]").value,
        addresses: Object.fromEntries(forms.map((form) => [form.dataset.roomForm, form.action])),
      },
      { changed: () => this.#show(), done: (deed, answer) => this.#done(deed, answer) },
    );
    document.addEventListener("submit", (event) => {
      const kind = event.target.dataset.roomForm;
      if (!kind) return;
      event.preventDefault();
      if (kind === "say") this.#say(event.target);
      else if (kind === "support") this.#support(event.submitter);
      else this.#answer(event.submitter);
    });
    root.addEventListener("click", (event) => {
      const key = event.target.closest("[data-dismiss]")?.dataset.dismiss;
      if (key) this.#outbox.dismiss(key);
      const receipt = event.target.closest("[data-forget]")?.dataset.forget;
      if (receipt) this.#forget(receipt);
    });
    addEventListener("beforeunload", (event) => {
      if (this.#outbox.wouldLose()) event.preventDefault();
    });
    this.#keepDraft();
    this.#showOwn();
    for (const deed of this.#outbox.waiting()) this.#apply(deed);
    this.#mark();
  }

  #readMarks() {
    for (const button of document.querySelectorAll("[data-point][aria-pressed=true]")) {
      this.#supported.add(button.dataset.point);
    }
    for (const button of document.querySelectorAll("[data-option][aria-pressed=true]")) {
      this.#answered.add(button.dataset.option);
    }
  }

  #say(form) {
    const data = new FormData(form);
    const text = data.get("body").trim();
    const area = form.querySelector("textarea");
    if (!text || text.length > area.maxLength) {
      area.focus();
      return;
    }
    this.#outbox.put({
      kind: "say", about: "", key: data.get("client_key"), text,
      fields: { body: text, language: data.get("language"), client_key: data.get("client_key") },
    });
    document.querySelector("[data-said-point]").hidden = true;
    area.value = "";
    area.dispatchEvent(new Event("input", { bubbles: true }));
    form.querySelector("[name=client_key]").value = newKey();
  }

  #support(button) {
    const point = button.dataset.point;
    const isSupported = !this.#supported.has(point);
    const deed = {
      kind: "support", about: `point ${point}`, fields: { point, is_supported: isSupported ? "1" : "0" },
    };
    this.#apply(deed);
    this.#mark();
    this.#outbox.put(deed);
  }

  #answer(button) {
    const { option } = button.dataset;
    const question = [...button.closest("ul").querySelectorAll("[data-option]")].map((each) => each.dataset.option);
    const deed = { kind: "answer", about: `question ${question[0]}`, fields: { option }, question };
    this.#apply(deed);
    this.#mark();
    this.#outbox.put(deed);
  }

  /* What a deed changes of the marks, before the server knows of it. */
  #apply(deed) {
    if (deed.kind === "support") {
      const { point, is_supported: isSupported } = deed.fields;
      this.#supported[isSupported === "1" ? "add" : "delete"](point);
    } else if (deed.kind === "answer") {
      for (const option of deed.question ?? []) this.#answered.delete(option);
      this.#answered.add(deed.fields.option);
    }
  }

  #mark() {
    for (const button of document.querySelectorAll("[data-point]")) {
      const isSupported = this.#supported.has(button.dataset.point);
      button.setAttribute("aria-pressed", String(isSupported));
      button.setAttribute("form", isSupported ? "unsupport-form" : "support-form");
    }
    for (const button of document.querySelectorAll("[data-option]")) {
      button.setAttribute("aria-pressed", String(this.#answered.has(button.dataset.option)));
    }
  }

  #done(deed, answer) {
    if (deed.kind !== "say" || !answer?.receipt) return;
    this.#own.add({
      receipt: answer.receipt,
      text: deed.text,
      reference: root.dataset.room,
      title: root.dataset.title,
      day: new Date().toISOString().slice(0, 10),
    });
    const place = document.querySelector("[data-said-point]");
    place.querySelector("[data-receipt]").textContent = answer.receipt;
    place.hidden = false;
    document.getElementById("announcer").textContent = place.querySelector("h3").textContent;
    this.#showOwn();
  }

  #forget(receipt) {
    this.#own.remove(receipt);
    const shown = document.querySelector("[data-said-point]");
    if (shown?.querySelector("[data-receipt]").textContent === receipt) shown.hidden = true;
    this.#showOwn();
  }

  #showOwn() {
    const section = document.querySelector("[data-own-points]");
    const pattern = document.querySelector("template[data-own-point]").content;
    const points = this.#own.of(root.dataset.room);
    section.hidden = points.length === 0;
    section.querySelector("ul").replaceChildren(...points.map((point) => {
      const item = pattern.cloneNode(true);
      item.querySelector("[data-text]").textContent = point.text;
      item.querySelector("[data-receipt]").textContent = point.receipt;
      item.querySelector("[name=receipt]").value = point.receipt;
      item.querySelector("[data-forget]").dataset.forget = point.receipt;
      return item;
    }));
  }

  /* What is being written survives the page. */
  #keepDraft() {
    const area = document.querySelector("#say-form textarea");
    if (!area) return;
    const name = `placet-room-draft:${root.dataset.room}:${root.dataset.mark}`;
    try {
      area.value ||= sessionStorage.getItem(name) ?? "";
      area.addEventListener("input", () => {
        try {
          sessionStorage.setItem(name, area.value);
        } catch { /* storage is full */ }
      });
    } catch { /* storage is refused */ }
  }

  #kind() {
    const waiting = this.#outbox?.waiting() ?? [];
    const trouble = this.#outbox?.trouble?.kind;
    if (trouble === "stopped") return "stopped";
    if (this.#outbox?.wouldLose() && trouble) return "unkept";
    if (!this.#line.isLost && !trouble) return this.#said && this.#said !== "back" ? "back" : this.#said;
    if (waiting.some((deed) => deed.kind === "say")) return "kept-point";
    return waiting.length > 0 ? "kept" : "lost";
  }

  #show() {
    if (!this.#place) return;
    const kind = this.#kind();
    if (kind !== this.#said) {
      this.#said = kind;
      for (const line of this.#place.querySelectorAll("[data-when]")) {
        line.hidden = line.dataset.when !== kind;
        if (!line.hidden) this.#place.querySelector("[data-said]").textContent = line.textContent.trim();
      }
    }
    if (this.#outbox) this.#showRefused();
  }

  #showRefused() {
    const place = this.#place.querySelector("[data-refusals]");
    const pattern = this.#place.querySelector("template[data-refusal]").content;
    const refused = this.#outbox.refused();
    const keys = refused.map((deed) => deed.key).join();
    if (keys === (place.dataset.keys ?? "")) return;
    place.dataset.keys = keys;
    place.replaceChildren(...refused.map((deed) => {
      const box = pattern.cloneNode(true);
      box.querySelector("[data-text]").textContent = deed.text ?? "";
      box.querySelector("[data-reason]").textContent = deed.refused === true ? "" : deed.refused;
      box.querySelector("[data-dismiss]").dataset.dismiss = deed.key;
      return box;
    }));
  }
}

if (root) {
  keepOpen();
  new Room(new Countdown());
}
