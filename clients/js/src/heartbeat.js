/**
 * Notices a connection that is open in name only. After every `interval` without a word from the server it asks for a
 * sign of life; when none comes within `timeout` the connection is lost.
 *
 * A machine that slept fires its timers late and all at once: the clock, not the timers, says how long it was silent.
 */
export class Heartbeat {
  #options;
  #heardAt;
  #askedAt = null;
  #timer = null;

  /**
   * @param {{interval: number, timeout: number, clock: import('./clock.js').Clock, ask: () => void, onLost: () => void}}
   *     options milliseconds
   */
  constructor(options) {
    this.#options = options;
    this.#heardAt = options.clock.now();
    this.#schedule(options.interval);
  }

  /** Anything came from the server. */
  heard() {
    this.#heardAt = this.#options.clock.now();
    if (this.#askedAt !== null) {
      this.#askedAt = null;
      this.#schedule(this.#options.interval);
    }
  }

  /** Asks for a sign of life at once, as after a sleep. */
  check() {
    if (this.#askedAt === null) {
      this.#ask();
    }
  }

  stop() {
    this.#options.clock.clear(this.#timer);
    this.#timer = null;
  }

  #schedule(delay) {
    this.stop();
    this.#timer = this.#options.clock.after(delay, () => this.#onTimer());
  }

  #onTimer() {
    const { clock, interval, timeout, onLost } = this.#options;
    if (this.#askedAt !== null) {
      if (clock.now() - this.#askedAt >= timeout) {
        onLost();
      } else {
        this.#schedule(this.#askedAt + timeout - clock.now());
      }
      return;
    }
    const silent = clock.now() - this.#heardAt;
    if (silent >= interval) {
      this.#ask();
    } else {
      this.#schedule(interval - silent);
    }
  }

  #ask() {
    this.#askedAt = this.#options.clock.now();
    this.#options.ask();
    this.#schedule(this.#options.timeout);
  }
}
