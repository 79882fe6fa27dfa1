/** The ids of the latest events, so that a repetition is recognised. Bounded; forgets the oldest first. */
export class RecentIds {
  #ids = new Set();
  #most;

  /** @param {number} most ids remembered */
  constructor(most) {
    this.#most = most;
  }

  /**
   * Remembers an id.
   *
   * @param {string} id
   * @returns {boolean} whether it is new
   */
  add(id) {
    if (this.#ids.has(id)) {
      return false;
    }
    this.#ids.add(id);
    if (this.#ids.size > this.#most) {
      this.#ids.delete(this.#ids.values().next().value);
    }
    return true;
  }
}
