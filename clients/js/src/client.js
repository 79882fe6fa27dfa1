import { Acks } from './acks.js';
import { Backoff } from './backoff.js';
import { After, HEARTBEAT_LOST, afterClose } from './close-codes.js';
import { systemClock } from './clock.js';
import { Heartbeat } from './heartbeat.js';
import { RecentIds } from './recent-ids.js';
import { SseTransport } from './sse-transport.js';
import { WebSocketTransport } from './websocket-transport.js';

const DEFAULTS = {
  tokenParameter: 'token',
  since: 'now',
  transports: ['websocket'],
  pingInterval: 30_000,
  pongTimeout: 10_000,
  connectTimeout: 15_000,
  backoffBase: 1_000,
  backoffCap: 30_000,
  stableAfter: 10_000,
  rememberedIds: 20_000,
  autoAck: [],
};

/** Attempts that may fail in a row before the next transport is tried; one where it is known that another works. */
const FAILURES_PER_TRANSPORT = 3;

/** How long a server that asked for patience (1013) is left alone at least, in milliseconds. */
const LATER = 1_000;

/** However long a server wishes to be left alone: a timer that runs longer than a month runs at once. */
const LONGEST_WISH = 3_600_000;

/** Who cannot ask for a sign of life waits for those that come by themselves: the gateway sends one every 15 s. */
const STREAM_HEARTBEAT = 20_000;

/** Milliseconds between two messages of acknowledgements, and ids in one: well within what the gateway takes. */
const ACK_INTERVAL = 250;
const ACKS_AT_ONCE = 200;

/** A late close must not be taken for a long life: the gateway refuses tokens after the upgrade. */
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Follows one endpoint of the gateway for as long as its owner wants, over as many connections as it takes.
 *
 * ```
 *   idle ──connect()──► connecting ──► open ──lost──► waiting ──► connecting …
 *                            └────────────┴── refused for good, close() ──► stopped
 * ```
 *
 * Each event is handed to the handlers once, in order, one at a time; the cursor moves on when they are done with it, so
 * that whoever stores it continues exactly there. A reconnect continues after the last event that has arrived: those that
 * still wait for the handlers are not asked for again.
 */
export class AtalayaClient {
  #options;
  #clock;
  #backoff;
  #seen;
  #handlers = new Map();
  #watchers = { state: new Set(), gap: new Set(), error: new Set() };
  #state = 'idle';
  #cursor;
  #arrived;
  #transport = null;
  #transportIndex = 0;
  #failuresInARow = 0;
  #fallbackWorks = false;
  #heartbeat = null;
  #acks = null;
  #timer = null;
  #openedAt = NEVER;
  #freshTokenTried = false;
  #attempt = 0;
  #queue = Promise.resolve();
  #leaveSurroundings = () => {};

  /** @param {import('../index.js').ClientOptions} options */
  constructor(options) {
    this.#options = { ...DEFAULTS, ...surroundings(), ...options };
    if (!this.#options.url) {
      throw new TypeError('url: missing (expected: ws://host/path or wss://host/path)');
    }
    if (this.#options.transports.includes('websocket') && !this.#options.WebSocket) {
      throw new TypeError('WebSocket: missing (expected: a browser, Node 22 or newer, or that of the package ws in the options)');
    }
    this.#clock = this.#options.clock ?? systemClock;
    this.#backoff = new Backoff({
      base: this.#options.backoffBase,
      cap: this.#options.backoffCap,
      random: this.#options.random ?? Math.random,
    });
    this.#seen = new RecentIds(this.#options.rememberedIds);
    this.#cursor = this.#options.cursor ?? null;
    this.#arrived = this.#cursor;
  }

  /** `idle`, `connecting`, `open`, `waiting` or `stopped`. */
  get state() {
    return this.#state;
  }

  /** Where the log continues after the last event handled; null before the first position is known. */
  get cursor() {
    return this.#cursor;
  }

  /** The transport in use, or null. */
  get transport() {
    return this.#transport?.name ?? null;
  }

  /** Starts following; does nothing when already started. */
  connect() {
    if (this.#state === 'idle') {
      this.#leaveSurroundings = watchSurroundings(this.#options.window, { wake: () => this.wake(), thaw: () => this.#thaw() });
      this.#open();
    }
    return this;
  }

  /** Stops for good. */
  close() {
    this.#stop({ code: 1000, reason: 'closed by the client' });
  }

  /**
   * Looks after the connection at once instead of when a timer says so: a tab was shown again, the network is back.
   */
  wake() {
    if (this.#state === 'waiting') {
      this.#open();
    } else if (this.#state === 'open') {
      this.#heartbeat?.check();
    }
  }

  /** A browser ends what a frozen page was reading without telling it: a stream that cannot ask is opened anew. */
  #thaw() {
    if (this.#state === 'open' && !this.#transport.canSend) {
      this.#transport.close(HEARTBEAT_LOST, 'the page was frozen');
    } else {
      this.wake();
    }
  }

  /**
   * Hands events of a type to `handler`; `*` stands for every type. The next event waits for a promise that it returns.
   *
   * @returns {() => void} takes the handler away
   */
  on(type, handler) {
    const handlers = this.#handlers.get(type) ?? new Set();
    handlers.add(handler);
    this.#handlers.set(type, handlers);
    return () => handlers.delete(handler);
  }

  /** Tells `watcher` of every change of state: `{state, code, reason, retryIn}`. */
  onState(watcher) {
    return this.#watch('state', watcher);
  }

  /** Tells `watcher` of events that cannot be had any more: the gateway's gap message. */
  onGap(watcher) {
    return this.#watch('gap', watcher);
  }

  /** Tells `watcher` of what a handler, the token callback or the cursor callback threw. */
  onError(watcher) {
    return this.#watch('error', watcher);
  }

  /**
   * Sends a command: a text, or an object as JSON.
   *
   * @returns {boolean} false when there is no connection that can send
   */
  send(message) {
    if (this.#state !== 'open' || !this.#transport?.canSend) {
      return false;
    }
    this.#transport.send(typeof message === 'string' ? message : JSON.stringify(message));
    return true;
  }

  /**
   * Acknowledges an event, by itself or by its id; several of a moment go together. What does not reach the gateway need
   * not be repeated: the event comes again, and with `autoAck` it is acknowledged then without the handlers seeing it.
   *
   * @returns {boolean} false when there is no connection
   */
  ack(event) {
    this.#acks?.add(typeof event === 'string' ? event : event.id);
    return this.#acks !== null;
  }

  #watch(kind, watcher) {
    this.#watchers[kind].add(watcher);
    return () => this.#watchers[kind].delete(watcher);
  }

  #tell(kind, value) {
    for (const watcher of this.#watchers[kind]) {
      try {
        watcher(value);
      } catch (error) {
        if (kind !== 'error') {
          this.#tell('error', error);
        }
      }
    }
  }

  #become(state, details = {}) {
    this.#state = state;
    this.#tell('state', { state, ...details });
  }

  async #open() {
    this.#clock.clear(this.#timer);
    const attempt = ++this.#attempt;
    this.#become('connecting');
    let url;
    try {
      url = await this.#url();
    } catch (error) {
      this.#tell('error', error);
      if (attempt === this.#attempt && this.#state === 'connecting') {
        this.#wait(0, { code: 1006, reason: 'no token' });
      }
      return;
    }
    if (attempt !== this.#attempt || this.#state !== 'connecting') {
      return;
    }
    this.#timer = this.#clock.after(this.#options.connectTimeout, () =>
      this.#transport?.close(HEARTBEAT_LOST, 'connect timeout'),
    );
    this.#start(url);
  }

  #start(url) {
    const listener = {
      onOpen: () => this.#onOpen(),
      onText: (text) => this.#onText(text),
      onEnd: (code, reason, retryAfter) => this.#onEnd(code, reason, retryAfter),
    };
    try {
      this.#transport = new (this.#transportClass())(url, listener, this.#options);
    } catch (error) {
      this.#tell('error', error);
      this.#onEnd(1006, 'no transport', 0);
    }
  }

  #transportName() {
    const { transports } = this.#options;
    return transports[this.#transportIndex % transports.length];
  }

  #transportClass() {
    return this.#transportName() === 'sse' ? SseTransport : WebSocketTransport;
  }

  async #url() {
    const { url, sseUrl, token, tokenParameter, since, clientId } = this.#options;
    const given = typeof token === 'function' ? await token({ refused: this.#freshTokenTried }) : token;
    const target = new URL(this.#transportName() === 'sse' ? (sseUrl ?? sseUrlOf(url)) : url);
    if (given !== undefined) {
      target.searchParams.set(tokenParameter, given);
    }
    const from = this.#arrived ?? since;
    if (from) {
      target.searchParams.set('since', from);
    }
    if (clientId) {
      target.searchParams.set('client_id', clientId);
    }
    return target.href;
  }

  #onOpen() {
    this.#clock.clear(this.#timer);
    this.#openedAt = this.#clock.now();
    const { pingInterval, pongTimeout } = this.#options;
    const asks = this.#transport.canSend;
    this.#heartbeat = new Heartbeat({
      interval: asks ? pingInterval : Math.max(pingInterval, STREAM_HEARTBEAT),
      timeout: asks ? pongTimeout : Math.max(pongTimeout, STREAM_HEARTBEAT),
      clock: this.#clock,
      ask: () => this.#transport?.canSend && this.#transport.send('{"type":"ping"}'),
      onLost: () => this.#transport?.close(HEARTBEAT_LOST, 'heartbeat timeout'),
    });
    this.#acks = new Acks({
      interval: ACK_INTERVAL,
      most: ACKS_AT_ONCE,
      clock: this.#clock,
      send: (ids) => this.#transport?.acknowledge(ids),
    });
    this.#fallbackWorks = this.#isFallback();
    this.#freshTokenTried &&= !this.#transport.opensWhenLetIn;
    this.#become('open', { transport: this.#transportName() });
  }

  #onText(text) {
    this.#heartbeat?.heard();
    const message = parsed(text);
    if (message === null) {
      return;
    }
    this.#freshTokenTried = false; // who is told something was let in
    if (message.type === 'pong') {
      return;
    }
    if (typeof message.cursor === 'string' && !message.redelivered) {
      this.#arrived = message.cursor;
    }
    this.#queue = this.#queue.then(() => this.#onMessage(message)).catch((error) => this.#tell('error', error));
  }

  async #onMessage(message) {
    if (this.#state === 'stopped') {
      return;
    }
    if (message.type === 'position') {
      this.#moveTo(message.cursor);
    } else if (message.type === 'gap') {
      this.#tell('gap', message);
      this.#moveTo(message.cursor);
    } else {
      await this.#onEvent(message);
    }
  }

  async #onEvent(event) {
    if (event.id === undefined || this.#seen.add(event.id)) {
      for (const type of [event.type, '*']) {
        for (const handler of this.#handlers.get(type) ?? []) {
          await this.#handle(handler, event);
        }
      }
    }
    if (wants(this.#options.autoAck, event.type)) {
      this.ack(event);
    }
    if (!event.redelivered) {
      this.#moveTo(event.cursor);
    }
  }

  async #handle(handler, event) {
    try {
      await handler(event);
    } catch (error) {
      this.#tell('error', error);
    }
  }

  #moveTo(cursor) {
    if (typeof cursor === 'string') {
      this.#cursor = cursor;
      try {
        this.#options.onCursor?.(cursor);
      } catch (error) {
        this.#tell('error', error);
      }
    }
  }

  #onEnd(code, reason, retryAfter) {
    this.#clock.clear(this.#timer);
    this.#heartbeat?.stop();
    this.#heartbeat = null;
    this.#acks?.stop();
    this.#acks = null;
    this.#transport = null;
    if (this.#state === 'stopped') {
      return;
    }
    const lived = this.#clock.now() - this.#openedAt;
    const opened = this.#openedAt !== NEVER;
    this.#openedAt = NEVER;
    if (lived >= this.#options.stableAfter) {
      this.#backoff.reset();
      this.#freshTokenTried = false;
    }
    this.#chooseTransport(opened);
    this.#goOn(afterClose(code), { code, reason }, Math.min(LONGEST_WISH, retryAfter));
  }

  #goOn(after, end, retryAfter) {
    switch (after) {
      case After.STOP:
        this.#stop(end);
        break;
      case After.NEW_TOKEN:
        if (typeof this.#options.token !== 'function' || this.#freshTokenTried) {
          this.#stop(end);
        } else {
          this.#freshTokenTried = true;
          this.#wait(retryAfter, end);
        }
        break;
      case After.LATER:
        this.#wait(Math.max(LATER, retryAfter), end);
        break;
      default:
        this.#wait(retryAfter, end);
    }
  }

  #isFallback() {
    return this.#transportIndex % this.#options.transports.length > 0;
  }

  /**
   * A proxy may be in the way of a transport that does not even open; the next one may get through. When that has, the
   * preferred one gets another chance with every reconnect: perhaps it was only the gateway that was down.
   */
  #chooseTransport(opened) {
    if (opened) {
      this.#failuresInARow = 0;
      this.#transportIndex = 0;
      return;
    }
    this.#failuresInARow++;
    if (this.#failuresInARow >= (this.#fallbackWorks && !this.#isFallback() ? 1 : FAILURES_PER_TRANSPORT)) {
      this.#failuresInARow = 0;
      this.#transportIndex++;
    }
  }

  #wait(atLeast, end) {
    const retryIn = this.#backoff.next(atLeast);
    this.#timer = this.#clock.after(retryIn, () => this.#open());
    this.#become('waiting', { ...end, retryIn });
  }

  #stop(end) {
    if (this.#state === 'stopped') {
      return;
    }
    this.#clock.clear(this.#timer);
    this.#leaveSurroundings();
    const transport = this.#transport;
    this.#become('stopped', end);
    transport?.close(1000, 'closed by the client');
  }
}

function wants(autoAck, type) {
  return autoAck === true || (Array.isArray(autoAck) && autoAck.includes(type));
}

/** A message of the gateway; null for anything else (plain-text answers, comments). */
function parsed(text) {
  if (!text.startsWith('{')) {
    return null;
  }
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `wss://host/ws/waiter` and `https://host/sse/waiter` are the same stream. */
function sseUrlOf(url) {
  const target = new URL(url);
  target.protocol = target.protocol === 'wss:' || target.protocol === 'https:' ? 'https:' : 'http:';
  target.pathname = target.pathname.replace(/^\/ws\//, '/sse/');
  return target.href;
}

/** What the platform offers; every part can be given in the options instead. */
function surroundings() {
  return {
    WebSocket: globalThis.WebSocket,
    fetch: globalThis.fetch?.bind(globalThis),
    window: typeof document === 'undefined' ? undefined : globalThis,
  };
}

/** Timers of a hidden page are slow or asleep: being shown and coming online are better signs. */
function watchSurroundings(window, { wake, thaw }) {
  if (!window?.addEventListener) {
    return () => {};
  }
  const shown = () => window.document.visibilityState === 'visible' && wake();
  const back = (event) => (event.persisted ? thaw() : wake());
  window.document.addEventListener('visibilitychange', shown);
  window.document.addEventListener('resume', thaw); // Page Lifecycle: after a freeze
  window.addEventListener('online', wake);
  window.addEventListener('pageshow', back);
  return () => {
    window.document.removeEventListener('visibilitychange', shown);
    window.document.removeEventListener('resume', thaw);
    window.removeEventListener('online', wake);
    window.removeEventListener('pageshow', back);
  };
}
