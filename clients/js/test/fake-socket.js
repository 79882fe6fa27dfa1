/** The sockets that a client under test opens, in order; the test plays the server. */
export function fakeWebSocket() {
  const opened = [];
  class FakeWebSocket {
    sent = [];
    closed = null;

    constructor(url) {
      this.url = new URL(url);
      opened.push(this);
    }

    send(text) {
      this.sent.push(text);
    }

    close(code, reason) {
      this.closed = { code, reason };
    }

    accept() {
      this.onopen();
    }

    say(message) {
      this.onmessage({ data: typeof message === 'string' ? message : JSON.stringify(message) });
    }

    end(code, reason = '') {
      this.onclose({ code, reason });
    }
  }
  return { FakeWebSocket, opened, latest: () => opened[opened.length - 1] };
}

/** Lets promises that are already decided run on. */
export async function settle() {
  for (let i = 0; i < 20; i++) {
    await Promise.resolve();
  }
}
