/** How long a stream may be silent before it counts as lost, in milliseconds; the gateway speaks every second. */
const SILENCE = 4_000;

/** When a silent stream is opened anew, in milliseconds. */
const DEAD = 12_000;

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 15_000;

/**
 * One stream of the gateway's, opened again for as long as its owner wants it. The browser's own EventSource reconnects
 * after a lost connection but gives up after a refusal, and does not notice a connection that is merely dead.
 *
 * States: `connecting`, `live`, `lost`; `refused` when the gateway answers that nobody is logged in.
 */
export class Stream {
  #url;
  #handlers;
  #onState;
  #source = null;
  #watch = null;
  #pause = null;
  #failures = 0;
  #heardAt = 0;
  #state = '';
  #silence;

  /**
   * @param {string} url
   * @param {Record<string, (data: any) => void>} handlers by event name
   * @param {(state: string) => void} onState
   * @param {{beats?: boolean}} options `beats`: the stream speaks every second, so silence means that it is lost
   */
  constructor(url, handlers, onState, { beats = true } = {}) {
    this.#url = url;
    this.#handlers = handlers;
    this.#onState = onState;
    this.#silence = beats;
    this.#open();
  }

  close() {
    this.#shut();
    clearTimeout(this.#pause);
    this.#pause = null;
    this.#onState = () => {};
  }

  #open() {
    this.#become(this.#failures === 0 && this.#state === '' ? 'connecting' : 'lost');
    this.#heardAt = Date.now();
    const source = new EventSource(this.#url);
    this.#source = source;
    for (const [name, handle] of Object.entries(this.#handlers)) {
      source.addEventListener(name, (event) => {
        this.#heard();
        handle(JSON.parse(event.data));
      });
    }
    source.onopen = () => {
      this.#failures = 0;
      this.#heard();
    };
    source.onerror = () => this.#onError(source);
    this.#watch = setInterval(() => this.#look(), 1_000);
  }

  #heard() {
    this.#heardAt = Date.now();
    this.#become('live');
  }

  #onError(source) {
    if (source !== this.#source) {
      return;
    }
    this.#become('lost');
    if (source.readyState === EventSource.CLOSED) {
      this.#again();
    }
  }

  #look() {
    const silent = Date.now() - this.#heardAt;
    if (this.#silence && silent > SILENCE) {
      this.#become('lost');
    }
    if (this.#silence && silent > DEAD) {
      this.#again();
    }
  }

  #again() {
    this.#shut();
    this.#failures += 1;
    const bound = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(this.#failures - 1, 5));
    this.#pause = setTimeout(() => this.#open(), bound / 2 + (Math.random() * bound) / 2);
    this.#onState('refused?');
  }

  #shut() {
    clearInterval(this.#watch);
    this.#source?.close();
    this.#source = null;
  }

  #become(state) {
    if (this.#state !== state) {
      this.#state = state;
      this.#onState(state);
    }
  }
}
