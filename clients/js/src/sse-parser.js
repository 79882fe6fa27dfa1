/**
 * Reads a stream of server-sent events (HTML standard, section 9.2.6) in pieces as they come.
 *
 * @typedef {{event: string, data: string, id: string}} ServerSentEvent
 */
export class SseParser {
  #onEvent;
  #onRetry;
  #onComment;
  #rest = '';
  #event = '';
  #data = [];
  #id = '';

  /**
   * @param {{onEvent: (event: ServerSentEvent) => void, onRetry: (milliseconds: number) => void, onComment: () => void}}
   *     handlers
   */
  constructor({ onEvent, onRetry, onComment }) {
    this.#onEvent = onEvent;
    this.#onRetry = onRetry;
    this.#onComment = onComment;
  }

  /** @param {string} text the next piece of the stream */
  push(text) {
    const pending = this.#rest + text;
    // a lone CR at the end may be the first half of CRLF
    const safe = pending.endsWith('\r') ? pending.length - 1 : pending.length;
    const lines = pending.slice(0, safe).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() + pending.slice(safe);
    lines.forEach((line) => this.#line(line));
  }

  #line(line) {
    if (line === '') {
      this.#dispatch();
    } else if (line.startsWith(':')) {
      this.#onComment();
    } else {
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
      this.#field(field, value);
    }
  }

  #field(field, value) {
    if (field === 'data') {
      this.#data.push(value);
    } else if (field === 'event') {
      this.#event = value;
    } else if (field === 'id' && !value.includes('\0')) {
      this.#id = value;
    } else if (field === 'retry' && /^\d+$/.test(value)) {
      this.#onRetry(Number(value));
    }
  }

  #dispatch() {
    if (this.#data.length > 0) {
      this.#onEvent({ event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id });
    }
    this.#event = '';
    this.#data = [];
  }
}
