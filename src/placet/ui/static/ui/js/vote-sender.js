/* Sends kept votes until each is acknowledged or refused: the same keys again after every failure, one
 * request at a time, at most a hundred votes in each. A token says as whom it is sent; votes that somebody
 * else cast are never sent under it. */
import { KeptVotes, newKey } from "./kept-votes.js";

const BATCH = 100;
const REQUEST_MS = 20_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const TOKEN_MARGIN_S = 30;

/* A request that came to nothing: `kind` is what the reader is told. */
class Trouble extends Error {
  constructor(kind, { detail = "", waitMs = 0 } = {}) {
    super(kind);
    Object.assign(this, { kind, detail, waitMs });
  }
}

async function request(address, options) {
  try {
    return await fetch(address, { ...options, signal: AbortSignal.timeout(REQUEST_MS) });
  } catch {
    throw new Trouble("offline");
  }
}

async function json(response) {
  try {
    return (await response.json()) ?? {};
  } catch {
    return {};
  }
}

function waitAskedFor(response) {
  const seconds = Number(response.headers.get("Retry-After"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

export class VoteSender {
  #config;
  #kept;
  #changed;
  #counted;
  #left; // keys that an earlier page left: whether the server counts them already is not known
  #marks;
  #token = null;
  #size = BATCH;
  #failures = 0;
  #isSending = false;
  #underWay = new Set();
  #timer = 0;
  #serverWaitUntil = 0;
  trouble = null;

  /* config: {reference, marks, ballots, token, ahead, csrf, language}; changed: called when anything changes;
   * counted: with the number of statements voted on, where the server had to be asked; keptElsewhere: with a
   * vote of the same person in another tab. */
  constructor(config, { changed, counted, keptElsewhere }) {
    this.#config = config;
    this.#kept = new KeptVotes(config.reference);
    this.#marks = config.marks;
    this.#changed = changed;
    this.#counted = counted;
    this.#adopt();
    this.#left = new Set(this.waiting().map((vote) => vote.key));
    addEventListener("online", () => this.#retry());
    addEventListener("pageshow", () => this.#retry());
    addEventListener("pagehide", () => this.#sendFarewell());
    document.addEventListener("visibilitychange", () => this.#retry());
    addEventListener("storage", (event) => {
      const vote = this.#kept.keptElsewhere(event);
      if (vote && this.#marks.includes(vote.owner)) keptElsewhere(vote);
      changed();
    });
    this.#retry();
  }

  /* Keep a vote, then send it. A newer vote on a statement takes the place of one that waits. */
  cast(vote) {
    const last = this.waiting().at(-1);
    const older = this.waiting().filter((each) => each.statement === vote.statement);
    this.#kept.put({
      ...vote,
      key: newKey(),
      owner: this.#marks[0],
      castAt: Math.max(Date.now(), (last?.castAt ?? 0) + 1), // in order, whatever the clock does
      isNew: vote.isNew || older.some((each) => each.isNew),
    });
    for (const each of older) this.#kept.remove(each.key);
    this.#changed();
    if (!this.#timer) this.#send();
  }

  /* Votes that wait for their acknowledgement. */
  waiting() {
    return this.#kept.of(this.#marks).filter((vote) => !vote.refused);
  }

  /* Votes that were refused and whose refusal nobody has dismissed yet. */
  refused() {
    return this.#kept.of(this.#marks).filter((vote) => vote.refused);
  }

  dismissRefused() {
    for (const vote of this.refused()) this.#kept.remove(vote.key);
    this.#changed();
  }

  /* Whether votes would be lost if the page went away now. */
  wouldLose() {
    return this.#kept.isAnythingInMemory() && this.waiting().length > 0;
  }

  /* What was kept under any name of this person stands under the one that is used from now on. */
  #adopt() {
    for (const vote of this.#kept.of(this.#marks.slice(1))) this.#kept.put({ ...vote, owner: this.#marks[0] });
  }

  /* Something happened after which it may work again. What the server asked to wait is waited for. */
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
    if (this.#isSending || this.trouble?.kind === "stopped" || this.waiting().length === 0) return;
    this.#isSending = true;
    try {
      await this.#alone(() => this.#sendAll());
      this.#failures = 0;
      this.trouble = null;
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) reportError(trouble);
      this.#failed(trouble instanceof Trouble ? trouble : new Trouble("busy"));
    } finally {
      this.#isSending = false;
      this.#underWay = new Set();
      this.#changed();
    }
    if (!this.#timer && this.waiting().length > 0) this.#send(); // cast while the last answer came in
  }

  /* One tab at a time. Where locks are missing, both may send: the same keys have one effect. */
  #alone(work) {
    if (!navigator.locks) return work();
    return navigator.locks.request(`placet-votes:${this.#config.reference}`, work);
  }

  #failed(trouble) {
    this.trouble = trouble;
    if (trouble.kind === "stopped") return;
    const backoff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    // A quarter more, at random: those who were sent away together do not come back together.
    const asked = trouble.waitMs * (1 + Math.random() / 4);
    if (asked) this.#serverWaitUntil = Date.now() + asked;
    this.#sendIn(Math.max(backoff, asked));
  }

  async #sendAll() {
    let hasNewToken = false;
    for (let votes = this.#next(); votes.length > 0; votes = this.#next()) {
      const token = await this.#currentToken();
      votes = this.#next(); // asking for a token takes its time: more may have been cast
      if (votes.length === 0) return; // and where no votes are taken any more, all are refused now
      this.#underWay = new Set(votes.map((vote) => vote.key));
      const response = await request(this.#config.ballots, this.#ballotsRequest(votes, token));
      if (response.status === 401 && !hasNewToken) {
        this.#token = null;
        hasNewToken = true;
        continue;
      }
      hasNewToken = false;
      await this.#answered(response, votes);
      await this.#recount();
    }
  }

  /* Once what an earlier page left is acknowledged, the server says how many there are now. Nothing else is
   * under way at this moment. */
  async #recount() {
    if (this.#left.size === 0 || this.waiting().some((vote) => this.#left.has(vote.key))) return;
    this.#counted((await this.#serverView()).voted);
    this.#left.clear();
  }

  #next() {
    return this.waiting().slice(0, this.#size);
  }

  #ballotsRequest(votes, token) {
    const ballots = votes.map(({ key, statement, vote, version, translation }) => (
      { key, statement, vote, version, translation }
    ));
    return {
      method: "POST",
      keepalive: true, // a page that is left in the middle of it does not cut it off
      headers: {
        "Authorization": `Bearer ${token}`,
        "Content-Type": "application/json",
        "Accept-Language": this.#config.language,
      },
      body: JSON.stringify({ ballots }),
    };
  }

  async #answered(response, votes) {
    const answer = await json(response);
    if (response.ok) {
      this.#size = BATCH;
      this.#take(answer.results ?? [], votes, response);
    } else if ([400, 413, 415].includes(response.status)) {
      // Ours to answer for. Smaller and smaller, until the one that cannot be read is alone.
      if (votes.length > 1) this.#size = Math.ceil(votes.length / 2);
      else this.#refuse(votes[0], answer.detail ?? "");
    } else if ([401, 403].includes(response.status)) {
      this.#token = null;
      throw new Trouble("busy");
    } else {
      throw new Trouble("busy", { waitMs: waitAskedFor(response) });
    }
    this.#changed();
  }

  #take(results, votes, response) {
    const result = new Map(results.map((each) => [each.key, each]));
    let later = null;
    for (const vote of votes) {
      const { status, detail } = result.get(vote.key) ?? { status: "later", detail: "" };
      if (status === "recorded") this.#kept.remove(vote.key);
      else if (status === "refused") this.#refuse(vote, detail);
      else later ??= detail;
    }
    this.#changed();
    if (later !== null) throw new Trouble("busy", { detail: later, waitMs: waitAskedFor(response) });
  }

  /* Told until somebody has read it; no longer sent. */
  #refuse(vote, detail) {
    this.#kept.put({ ...vote, refused: detail || true });
  }

  async #currentToken() {
    if (this.#token && this.#token.expires_at - TOKEN_MARGIN_S > Date.now() / 1000) return this.#token.token;
    const response = await request(this.#config.token, {
      method: "POST",
      headers: { "X-CSRFToken": this.#config.csrf, "Accept": "application/json" },
    });
    const answer = await json(response);
    if (response.status === 409) {
      for (const vote of this.waiting()) this.#refuse(vote, answer.detail);
      this.#changed();
      return null;
    }
    if (response.status === 403) throw new Trouble("stopped", { detail: answer.detail });
    if (!response.ok || !answer.token) {
      const detail = response.status === 429 ? answer.detail : "";
      throw new Trouble("busy", { detail, waitMs: waitAskedFor(response) });
    }
    if (!this.#marks.includes(answer.participation)) await this.#recognise(answer.participation);
    this.#token = answer;
    return answer.token;
  }

  /* The token is for a name that this page was not given: a first vote, or somebody else by now. The server
   * says which names are one person's. */
  async #recognise(participation) {
    const { marks } = await this.#serverView();
    const isSamePerson = marks.includes(participation) && marks.includes(this.#marks[0]);
    if (!isSamePerson) throw new Trouble("stopped");
    this.#marks = [participation, ...marks.filter((mark) => mark !== participation)];
    this.#adopt();
  }

  /* Who the server takes this browser for, and on how many statements that person has voted. */
  async #serverView() {
    const response = await request(this.#config.ahead, { headers: { "Accept": "text/html" } });
    if (!response.ok) throw new Trouble("busy", { waitMs: waitAskedFor(response) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const { voter = "", voted = "0" } = page.querySelector("[data-voter]")?.dataset ?? {};
    return { marks: voter.split(" "), voted: Number(voted) };
  }

  /* The page goes away: what waits is sent, whether or not the page lives to see the answer. A newer vote on a
   * statement whose older one is still under way stays behind, so as not to overtake it: the next page sends it. */
  #sendFarewell() {
    const waiting = this.#next();
    const busy = new Set(waiting.filter(({ key }) => this.#underWay.has(key)).map(({ statement }) => statement));
    const votes = waiting.filter(({ key, statement }) => !this.#underWay.has(key) && !busy.has(statement));
    if (!this.#token || votes.length === 0 || this.trouble?.kind === "stopped") return;
    fetch(this.#config.ballots, this.#ballotsRequest(votes, this.#token.token)).catch(() => {});
  }
}
