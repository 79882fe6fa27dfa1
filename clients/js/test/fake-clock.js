/** Time that passes when a test says so. */
export class FakeClock {
  #now = 0;
  #timers = new Set();

  now = () => this.#now;

  after = (delay, run) => {
    const timer = { at: this.#now + delay, run };
    this.#timers.add(timer);
    return timer;
  };

  clear = (timer) => this.#timers.delete(timer);

  /** Lets time pass; timers fire in order, at their time. */
  pass(milliseconds) {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) {
        break;
      }
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }

  /** The machine sleeps: time passes, and whatever was due fires afterwards. */
  sleep(milliseconds) {
    this.#now += milliseconds;
    this.pass(0);
  }
}
