import { api } from './api.js';
import { Series } from './series.js';
import { Stream } from './stream.js';
import { Subject } from './subject.js';

/** The figures that are kept over time. */
export const FIGURES = [
  'connections',
  'events_in',
  'deliveries',
  'dropped',
  'p50',
  'p95',
  'p99',
  'uncommitted',
  'on_their_way',
  'backlog',
];

const FINE_POINTS = 3_600;
const COARSE_POINTS = 2_160;
const COARSE_EVERY = 30_000;

/**
 * What the page knows of the gateway: the last word of its stream on everything, and figures over time, which the gateway
 * remembers and this page goes on with. Bounded: the last hour by seconds, the last six by ten seconds.
 */
export class Store {
  hello = new Subject();
  tick = new Subject();
  books = new Subject();
  tenants = new Subject();
  slo = new Subject();
  /** `{state: 'connecting' | 'live' | 'lost', since: milliseconds}` */
  link = new Subject({ state: 'connecting', since: Date.now() });
  /** Said whenever figures over time have changed. */
  history = new Subject();

  fine = new Series(FIGURES, FINE_POINTS);
  coarse = new Series(FIGURES, COARSE_POINTS);

  #stream = null;
  #coarseAt = 0;
  #startedAt = null;
  #loaded = false;

  open() {
    this.#stream = new Stream(
      '/api/v1/live',
      {
        hello: (hello) => this.#onHello(hello),
        tick: (tick) => this.#onTick(tick),
        books: (books) => this.books.say(books),
        tenants: (tenants) => this.tenants.say(tenants),
        slo: (slo) => this.slo.say(slo),
      },
      (state) => this.#onState(state),
    );
  }

  close() {
    this.#stream?.close();
    this.#stream = null;
  }

  /** The figures `names` over the last `seconds`, as a chart wants them. */
  figures(seconds, names) {
    const series = seconds > FINE_POINTS ? this.coarse : this.fine;
    return series.window(seconds, names);
  }

  #onState(state) {
    if (state === 'refused?') {
      api.get('/api/v1/whoami').then(
        (who) => who.authenticated || dispatchEvent(new CustomEvent('atalaya:unauthorized')),
        () => {},
      );
      return;
    }
    const since = state === 'lost' ? (this.tick.value?.t ?? Date.now()) : Date.now();
    this.link.say({ state, since });
  }

  #onHello(hello) {
    if (this.#startedAt !== null && this.#startedAt !== hello.started_at) {
      this.fine = new Series(FIGURES, FINE_POINTS);
      this.coarse = new Series(FIGURES, COARSE_POINTS);
    }
    this.#startedAt = hello.started_at;
    this.hello.say(hello);
    this.#loaded = false;
    this.#load('1s', this.fine);
  }

  #onTick(tick) {
    this.tick.say(tick);
    this.fine.add(tick.t / 1_000, figuresOf(tick));
    if (Date.now() - this.#coarseAt > COARSE_EVERY) {
      this.#coarseAt = Date.now();
      this.#load('10s', this.coarse);
    }
    if (this.#loaded) {
      this.history.say(tick.t);
    }
  }

  async #load(step, series) {
    try {
      const answer = await api.get('/api/v1/live/history', { step });
      const times = Array.from({ length: answer.count }, (_, index) => (answer.from + index * answer.step_ms) / 1_000);
      series.replace(times, answer.series);
    } catch {
      // the figures begin now, then
    }
    this.#loaded = true;
    this.history.say(this.tick.value?.t ?? Date.now());
  }
}

/** What is kept of a tick. */
export function figuresOf(tick) {
  const latency = tick.latency?.['1s'] ?? {};
  return {
    connections: tick.connections,
    events_in: tick.events_in,
    deliveries: tick.deliveries,
    dropped: tick.dropped,
    p50: latency.p50,
    p95: latency.p95,
    p99: latency.p99,
    uncommitted: tick.buffer?.uncommitted?.size,
    on_their_way: tick.buffer?.on_their_way?.size,
    backlog: tick.buffer?.backlog?.size,
  };
}
