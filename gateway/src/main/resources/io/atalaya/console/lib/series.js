/**
 * Figures over time in columns, bounded: one array of times and one for each name, oldest first. What is added beyond
 * the bound pushes the oldest out.
 *
 * The columns are plain arrays that are trimmed in chunks, so that adding stays cheap and charts can read them as they are.
 */
export class Series {
  #names;
  #bound;
  #times = [];
  #columns;

  /**
   * @param {string[]} names
   * @param {number} bound how many points are kept at least; a quarter more at most
   */
  constructor(names, bound) {
    this.#names = names;
    this.#bound = bound;
    this.#columns = new Map(names.map((name) => [name, []]));
  }

  get size() {
    return this.#times.length;
  }

  /** Seconds since 1970. */
  get times() {
    return this.#times;
  }

  column(name) {
    return this.#columns.get(name) ?? [];
  }

  /** The last value of a column; null when there is none. */
  last(name) {
    return this.column(name).at(-1) ?? null;
  }

  /** Adds a point; one that is not later than the last is not added. */
  add(time, values) {
    if (this.#times.length > 0 && time <= this.#times.at(-1)) {
      return false;
    }
    this.#times.push(time);
    for (const name of this.#names) {
      const value = values[name];
      this.#columns.get(name).push(typeof value === 'number' && Number.isFinite(value) ? value : null);
    }
    this.#trim();
    return true;
  }

  /** Puts what the gateway remembers before what has come in since; its points win. */
  replace(times, columns) {
    const later = this.#times.findIndex((time) => times.length === 0 || time > times.at(-1));
    const from = later < 0 ? this.#times.length : later;
    for (const name of this.#names) {
      const known = columns[name] ?? times.map(() => null);
      this.#columns.set(name, [...known, ...this.#columns.get(name).slice(from)]);
    }
    this.#times = [...times, ...this.#times.slice(from)];
    this.#trim();
  }

  /** The points of the last `seconds`, in the order of `names`: what a chart wants. */
  window(seconds, names) {
    const end = this.#times.at(-1) ?? 0;
    let from = this.#times.findIndex((time) => time > end - seconds);
    from = from < 0 ? 0 : from;
    return [this.#times.slice(from), ...names.map((name) => this.column(name).slice(from))];
  }

  #trim() {
    if (this.#times.length > this.#bound * 1.25) {
      const excess = this.#times.length - this.#bound;
      this.#times.splice(0, excess);
      for (const column of this.#columns.values()) {
        column.splice(0, excess);
      }
    }
  }
}
