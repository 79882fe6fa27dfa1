/**
 * Acknowledgements on their way: those of a while go together, since each message counts towards the gateway's limit. What
 * is lost with a connection need not be repeated: the gateway sends the events again.
 */
export class Acks {
  #options;
  #owed = [];
  #timer = null;
  #sentAt = Number.NEGATIVE_INFINITY;

  /**
   * @param {{interval: number, most: number, clock: import('./clock.js').Clock, send: (ids: string[]) => void}} options
   *     milliseconds between two messages; ids in one of them
   */
  constructor(options) {
    this.#options = options;
  }

  /** @param {string} id of an event */
  add(id) {
    this.#owed.push(id);
    this.#schedule();
  }

  /** The connection is gone, and what was owed on it. */
  stop() {
    this.#options.clock.clear(this.#timer);
    this.#timer = null;
    this.#owed = [];
  }

  #schedule() {
    const { clock, interval } = this.#options;
    this.#timer ??= clock.after(Math.max(0, this.#sentAt + interval - clock.now()), () => this.#send());
  }

  #send() {
    this.#timer = null;
    this.#sentAt = this.#options.clock.now();
    this.#options.send(this.#owed.splice(0, this.#options.most));
    if (this.#owed.length > 0) {
      this.#schedule();
    }
  }
}
