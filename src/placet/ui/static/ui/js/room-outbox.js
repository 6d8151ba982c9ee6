/* What somebody said, supported or answered in a room and no server has acknowledged yet: in this browser's
 * local storage, in memory where storage is refused. Sent until acknowledged or refused, the same keys again
 * after every failure, one after another. As kept-votes.js and vote-sender.js do it for votes.
 *
 * A kept deed: {key, mark, kind, about, fields, text, at, refused}. `mark` is the device's: what was kept
 * before somebody joined anew is not sent in that person's name. A newer deed `about` the same thing takes
 * the place of one that waits. */
import { newKey } from "./kept-votes.js";

const PREFIX = "placet-room:";
const FIELDS = { key: "string", mark: "string", kind: "string", about: "string", at: "number" };
const REQUEST_MS = 15_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

function parsed(text) {
  try {
    const deed = JSON.parse(text);
    return Object.entries(FIELDS).every(([name, type]) => typeof deed?.[name] === type) ? deed : null;
  } catch {
    return null;
  }
}

/* A request that came to nothing: `kind` is what the reader is told. */
class Trouble extends Error {
  constructor(kind, waitMs = 0) {
    super(kind);
    Object.assign(this, { kind, waitMs });
  }
}

export class RoomOutbox {
  #config;
  #prefix;
  #inMemory = new Map();
  #isSending = false;
  #failures = 0;
  #timer = 0;
  #serverWaitUntil = 0;
  trouble = null;

  /* config: {reference, mark, csrf, addresses}, where `addresses` holds one for each kind of deed.
   * changed: called when anything changes; done: with a deed and what the server answered to it. */
  constructor(config, { changed, done }) {
    this.#config = { ...config, changed, done };
    this.#prefix = `${PREFIX}${config.reference}:`;
    for (const kind of ["online", "pageshow"]) addEventListener(kind, () => this.#retry());
    document.addEventListener("visibilitychange", () => this.#retry());
    this.#retry();
  }

  /* Keep a deed, then send it. */
  put(deed) {
    const older = this.waiting().filter((each) => deed.about && each.about === deed.about);
    const last = this.waiting().at(-1);
    const at = Math.max(Date.now(), (last?.at ?? 0) + 1); // in order, whatever the clock does
    this.#store({ ...deed, key: deed.key ?? newKey(), mark: this.#config.mark, at });
    for (const each of older) this.#remove(each);
    this.#config.changed();
    if (!this.#timer) this.#send();
  }

  waiting() {
    return this.#own().filter((deed) => !deed.refused);
  }

  refused() {
    return this.#own().filter((deed) => deed.refused);
  }

  dismiss(key) {
    for (const deed of this.refused()) if (deed.key === key) this.#remove(deed);
    this.#config.changed();
  }

  /* Whether something would be lost if the page went away now. */
  wouldLose() {
    return this.#inMemory.size > 0 && this.waiting().length > 0;
  }

  /* The line seems to be back. */
  retry() {
    if (this.trouble?.kind === "offline") this.#retry();
  }

  #retry() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const wait = this.#serverWaitUntil - Date.now();
    if (wait > 0) this.#sendIn(wait);
    else this.#send();
  }

  #sendIn(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#send();
    }, wait);
  }

  async #send() {
    if (this.#isSending || this.trouble?.kind === "stopped") return;
    this.#isSending = true;
    try {
      for (let next = this.waiting()[0]; next; next = this.waiting()[0]) await this.#deliver(next);
      this.#failures = 0;
      this.trouble = null;
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) reportError(trouble);
      this.#failed(trouble instanceof Trouble ? trouble : new Trouble("offline"));
    } finally {
      this.#isSending = false;
      this.#config.changed();
    }
  }

  #failed(trouble) {
    this.trouble = trouble;
    if (trouble.kind === "stopped") return;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    // A quarter more, at random: those who were sent away together do not come back together.
    const asked = trouble.waitMs * (1 + Math.random() / 4);
    if (asked) this.#serverWaitUntil = Date.now() + asked;
    this.#sendIn(Math.max(wait, asked));
  }

  async #deliver(deed) {
    const response = await this.#request(deed);
    const answer = await response.json().catch(() => null);
    if (response.ok && answer) {
      this.#remove(deed);
      this.#config.done(deed, answer);
    } else if ([400, 404, 409, 422].includes(response.status)) {
      this.#refuse(deed, answer?.detail ?? "");
    } else if (response.status === 403) {
      throw new Trouble("stopped");
    } else {
      const seconds = Number(response.headers.get("Retry-After"));
      throw new Trouble("offline", Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0);
    }
    this.#config.changed();
  }

  async #request(deed) {
    const body = new URLSearchParams({ ...deed.fields, csrfmiddlewaretoken: this.#config.csrf });
    try {
      return await fetch(this.#config.addresses[deed.kind], {
        method: "POST",
        keepalive: true, // a page that is left in the middle of it does not cut it off
        headers: { "Accept": "application/json" },
        body,
        signal: AbortSignal.timeout(REQUEST_MS),
      });
    } catch {
      throw new Trouble("offline");
    }
  }

  /* Told until somebody has read it; no longer sent. A support that came too late needs no telling. */
  #refuse(deed, detail) {
    if (deed.kind === "say") this.#store({ ...deed, refused: detail || true });
    else {
      this.#remove(deed);
      this.#config.done(deed, null);
    }
  }

  #store(deed) {
    const name = this.#prefix + deed.key;
    try {
      localStorage.setItem(name, JSON.stringify(deed));
      this.#inMemory.delete(name);
    } catch {
      this.#inMemory.set(name, deed);
    }
  }

  #remove(deed) {
    this.#inMemory.delete(this.#prefix + deed.key);
    try {
      localStorage.removeItem(this.#prefix + deed.key);
    } catch { /* then it was never there */ }
  }

  #own() {
    const found = [...this.#inMemory.values()];
    try {
      for (let place = 0; place < localStorage.length; place += 1) {
        const name = localStorage.key(place);
        if (!name.startsWith(this.#prefix) || this.#inMemory.has(name)) continue;
        const deed = parsed(localStorage.getItem(name));
        if (deed) found.push(deed);
      }
    } catch { /* storage is refused */ }
    return found.filter((deed) => deed.mark === this.#config.mark).sort((a, b) => a.at - b.at);
  }
}
