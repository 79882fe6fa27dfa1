/** Something that is listened to. */
export class Subject {
  #listeners = new Set();
  #value;

  constructor(value = null) {
    this.#value = value;
  }

  /** What was said last; null before the first time. */
  get value() {
    return this.#value;
  }

  say(value) {
    this.#value = value;
    for (const listener of [...this.#listeners]) {
      listener(value);
    }
  }

  /**
   * Tells `listener` what is known now, and then whatever is said.
   *
   * @returns {() => void} stops that
   */
  follow(listener) {
    this.#listeners.add(listener);
    if (this.#value !== null) {
      listener(this.#value);
    }
    return () => this.#listeners.delete(listener);
  }
}
