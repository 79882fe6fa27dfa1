/**
 * Notices a connection that is open in name only, and keeps a living one: the gateway ends who says nothing for a minute,
 * however much it tells them itself. So after every `interval` it asks for a sign of life, even while events arrive;
 * anything heard is one, and when nothing comes within `timeout` the connection is lost.
 *
 * A machine that slept fires its timers late and all at once: the clock, not the timers, says how long it was silent.
 */
export class Heartbeat {
  #options;
  #askedAt;
  #awaiting = false;
  #timer = null;

  /**
   * @param {{interval: number, timeout: number, clock: import('./clock.js').Clock, ask: () => void, onLost: () => void}}
   *     options milliseconds
   */
  constructor(options) {
    this.#options = options;
    this.#askedAt = options.clock.now(); // the connection was asked for just now
    this.#schedule(options.interval);
  }

  /** Anything came from the server. */
  heard() {
    if (this.#awaiting) {
      const { clock, interval } = this.#options;
      this.#awaiting = false;
      this.#schedule(Math.max(0, this.#askedAt + interval - clock.now()));
    }
  }

  /** Asks for a sign of life at once, as after a sleep. */
  check() {
    if (!this.#awaiting) {
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
    const { clock, timeout, onLost } = this.#options;
    if (!this.#awaiting) {
      this.#ask();
    } else if (clock.now() - this.#askedAt >= timeout) {
      onLost();
    } else {
      this.#schedule(this.#askedAt + timeout - clock.now());
    }
  }

  #ask() {
    this.#askedAt = this.#options.clock.now();
    this.#awaiting = true;
    this.#options.ask();
    this.#schedule(this.#options.timeout);
  }
}
