import { codeOfStatus } from './close-codes.js';
import { SseParser } from './sse-parser.js';

/**
 * One stream of server-sent events, read with `fetch`: `EventSource` hides the status of a refusal. Receives only;
 * acknowledgements go by requests of their own.
 */
export class SseTransport {
  name = 'sse';
  opensWhenLetIn = true;
  #listener;
  #abort = new AbortController();
  #ended = false;
  #retry = 0;
  #url;
  #fetch;

  /**
   * @param {string} url with its query
   * @param {import('./websocket-transport.js').Listener} listener
   * @param {{fetch: typeof fetch}} surroundings
   */
  constructor(url, listener, { fetch }) {
    this.#listener = listener;
    this.#url = url;
    this.#fetch = fetch;
    this.#run(url, fetch).catch(() => this.#end(1006, 'connection lost'));
  }

  get canSend() {
    return false;
  }

  send() {
    throw new Error('server-sent events go one way; nothing can be sent');
  }

  /**
   * As text, so that a browser need not ask whether it may (Fetch standard: CORS-safelisted).
   *
   * @param {string[]} ids of events
   */
  acknowledge(ids) {
    const target = new URL(this.#url);
    target.pathname += '/ack';
    this.#fetch(target.href, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ type: 'ack', ids }),
    }).then(
      (answer) => answer.body?.cancel(),
      () => {}, // the events come again
    );
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  close(code, reason) {
    this.#end(code, reason);
  }

  async #run(url, fetch) {
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream' },
      cache: 'no-store',
      signal: this.#abort.signal,
    });
    if (this.#ended) {
      return;
    }
    if (response.status !== 200 || !response.body) {
      this.#retry = 1000 * (Number(response.headers.get('retry-after')) || 0);
      this.#end(codeOfStatus(response.status), `HTTP ${response.status}`);
      return;
    }
    this.#listener.onOpen();
    await this.#read(response.body.getReader());
    this.#end(1006, 'stream ended');
  }

  async #read(reader) {
    const decoder = new TextDecoder();
    const parser = new SseParser({
      onEvent: (event) => this.#onEvent(event),
      onRetry: (milliseconds) => (this.#retry = milliseconds),
      onComment: () => this.#ended || this.#listener.onText(''),
    });
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#ended) {
        return;
      }
      parser.push(decoder.decode(value, { stream: true }));
    }
  }

  #onEvent({ event, data }) {
    if (this.#ended) {
      return;
    }
    if (event === 'close') {
      const { code = 1006, reason = '' } = parsed(data);
      this.#end(code, reason);
    } else {
      this.#listener.onText(data);
    }
  }

  #end(code, reason) {
    if (!this.#ended) {
      this.#ended = true;
      this.#abort.abort();
      this.#listener.onEnd(code, reason, this.#retry);
    }
  }
}

function parsed(json) {
  try {
    return JSON.parse(json) ?? {};
  } catch {
    return {};
  }
}
