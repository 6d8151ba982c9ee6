/* Votes that no server has acknowledged yet, in this browser's local storage; in memory where storage is
 * refused. Each stands under a key of its own, so that two tabs never overwrite each other.
 *
 * A kept vote: {key, owner, statement, vote, version, translation, castAt, isNew, text, language, refused}.
 * `owner` is an opaque mark of whoever cast it: on a shared computer, votes of others are neither sent nor
 * shown. They stay when their owner signs out, and are sent when that person is back. */
const PREFIX = "placet-vote:";
const FIELDS = { key: "string", owner: "string", statement: "string", vote: "number", castAt: "number" };

function parsed(text) {
  try {
    const vote = JSON.parse(text);
    return Object.entries(FIELDS).every(([name, type]) => typeof vote?.[name] === type) ? vote : null;
  } catch {
    return null;
  }
}

/* A random UUID, version 4. crypto.randomUUID is missing where a page came without encryption. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class KeptVotes {
  #prefix;
  #inMemory = new Map();

  constructor(reference) {
    this.#prefix = `${PREFIX}${reference}:`;
  }

  /* Keep a vote, or what is new of one. */
  put(vote) {
    const name = this.#prefix + vote.key;
    try {
      localStorage.setItem(name, JSON.stringify(vote));
      this.#inMemory.delete(name);
    } catch {
      this.#inMemory.set(name, vote);
    }
  }

  remove(key) {
    this.#inMemory.delete(this.#prefix + key);
    try {
      localStorage.removeItem(this.#prefix + key);
    } catch { /* then it was never there */ }
  }

  /* What is kept under one of these marks, in the order in which it was cast. */
  of(owners) {
    return this.#all().filter((vote) => owners.includes(vote.owner)).sort((a, b) => a.castAt - b.castAt);
  }

  /* The vote that another tab kept just now, by what the browser tells of it; null: it was something else. That
   * tab may have sent it and removed it before this one looks. */
  keptElsewhere({ key, newValue }) {
    return key?.startsWith(this.#prefix) ? parsed(newValue) : null;
  }

  /* Whether something would be lost with this page. */
  isAnythingInMemory() {
    return this.#inMemory.size > 0;
  }

  #all() {
    const found = [...this.#inMemory.values()];
    try {
      for (let place = 0; place < localStorage.length; place += 1) {
        const name = localStorage.key(place);
        if (!name.startsWith(this.#prefix) || this.#inMemory.has(name)) continue;
        const vote = parsed(localStorage.getItem(name));
        if (vote) found.push(vote);
      }
    } catch { /* storage is refused */ }
    return found;
  }
}
