/**
 * One WebSocket.
 *
 * @typedef {object} Listener
 * @property {() => void} onOpen
 * @property {(text: string) => void} onText
 * @property {(code: number, reason: string, retryAfter: number) => void} onEnd once, at the end; retryAfter is a wish of
 *     the server's in milliseconds
 */
export class WebSocketTransport {
  name = 'websocket';
  /** Whether an open connection means that the token was accepted: the gateway refuses after the handshake. */
  opensWhenLetIn = false;
  #socket;
  #ended = false;
  #onEnd;

  /**
   * @param {string} url with its query
   * @param {Listener} listener
   * @param {{WebSocket: any}} surroundings
   */
  constructor(url, listener, { WebSocket }) {
    this.#onEnd = listener.onEnd;
    this.#socket = new WebSocket(url);
    this.#socket.onopen = () => this.#ended || listener.onOpen();
    this.#socket.onmessage = (message) => {
      if (!this.#ended && typeof message.data === 'string') {
        listener.onText(message.data);
      }
    };
    this.#socket.onclose = (event) => this.#end(event.code, event.reason ?? '');
    this.#socket.onerror = () => {}; // a close always follows
  }

  get canSend() {
    return true;
  }

  /** @param {string} text */
  send(text) {
    this.#socket.send(text);
  }

  /** @param {string[]} ids of events */
  acknowledge(ids) {
    this.send(JSON.stringify({ type: 'ack', ids }));
  }

  /**
   * Ends the connection now; nothing is heard of it any more but its end.
   *
   * @param {number} code
   * @param {string} reason
   */
  close(code, reason) {
    try {
      this.#socket.close(code, reason);
    } catch {
      // a socket that cannot be closed is ended all the same
    }
    this.#end(code, reason);
  }

  #end(code, reason) {
    if (!this.#ended) {
      this.#ended = true;
      this.#onEnd(code, reason, 0);
    }
  }
}
