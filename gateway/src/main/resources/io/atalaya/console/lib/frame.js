/**
 * Gathers changes and draws them together, once per animation frame. A hidden tab draws nothing: there are no frames.
 */
export class Painter {
  #pending = new Map();
  #requested = false;

  /** Draws with `draw` at the next frame; of several calls with the same key only the last one counts. */
  later(key, draw) {
    this.#pending.set(key, draw);
    if (!this.#requested) {
      this.#requested = true;
      requestAnimationFrame(() => this.#paint());
    }
  }

  /** Forgets what is to be drawn under `key`. */
  forget(key) {
    this.#pending.delete(key);
  }

  #paint() {
    this.#requested = false;
    const draws = [...this.#pending.values()];
    this.#pending.clear();
    for (const draw of draws) {
      try {
        draw();
      } catch (error) {
        console.error(error); // one view must not stop the others
      }
    }
  }
}

export const painter = new Painter();
