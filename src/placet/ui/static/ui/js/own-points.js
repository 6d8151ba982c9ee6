/* The points that were said in this browser, with their receipts; nowhere else are the two together.
 * A kept point: {receipt, text, reference, title, day}. */
const PREFIX = "placet-point:";

export class OwnPoints {
  /* Whether it is kept; false where the browser refuses. */
  add(point) {
    try {
      localStorage.setItem(PREFIX + point.receipt, JSON.stringify(point));
      return true;
    } catch {
      return false;
    }
  }

  remove(receipt) {
    try {
      localStorage.removeItem(PREFIX + receipt);
    } catch { /* then it was never there */ }
  }

  /* Those of one dialogue, or all of them. */
  of(reference = "") {
    const found = [];
    try {
      for (let place = 0; place < localStorage.length; place += 1) {
        const name = localStorage.key(place);
        if (!name.startsWith(PREFIX)) continue;
        const point = this.#parsed(localStorage.getItem(name));
        if (point && (!reference || point.reference === reference)) found.push(point);
      }
    } catch { /* storage is refused */ }
    return found;
  }

  #parsed(text) {
    try {
      const point = JSON.parse(text);
      return typeof point?.receipt === "string" && typeof point?.text === "string" ? point : null;
    } catch {
      return null;
    }
  }
}
