/**
 * Pauses between attempts to connect: full jitter, so that clients that lost one server together do not come back
 * together. The n-th pause is a random time below `base · 2ⁿ`, and never above `cap`.
 */
export class Backoff {
  #base;
  #cap;
  #random;
  #failures = 0;

  /**
   * @param {{base: number, cap: number, random: () => number}} options milliseconds; `random` gives [0, 1)
   */
  constructor({ base, cap, random }) {
    this.#base = base;
    this.#cap = cap;
    this.#random = random;
  }

  /** Attempts that failed since the last {@link reset}. */
  get failures() {
    return this.#failures;
  }

  /**
   * The pause before the next attempt, in milliseconds.
   *
   * @param {number} atLeast a wish of the server's; the jitter comes on top of it
   */
  next(atLeast = 0) {
    const bound = Math.min(this.#cap, this.#base * 2 ** Math.min(this.#failures, 30));
    this.#failures++;
    return atLeast + this.#random() * bound;
  }

  /** The connection has proved itself. */
  reset() {
    this.#failures = 0;
  }
}
