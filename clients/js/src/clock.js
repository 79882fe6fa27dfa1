/**
 * Time, as the client takes it from its surroundings.
 *
 * @typedef {object} Clock
 * @property {() => number} now milliseconds, never falling
 * @property {(delay: number, run: () => void) => unknown} after
 * @property {(timer: unknown) => void} clear
 */

/** @type {Clock} */
export const systemClock = {
  now: () => performance.now(),
  after: (delay, run) => setTimeout(run, delay),
  clear: (timer) => clearTimeout(/** @type {any} */ (timer)),
};
