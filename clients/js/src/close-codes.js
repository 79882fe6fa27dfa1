/** What a client does after a connection has ended. */
export const After = Object.freeze({
  /** Try again with the usual pauses. */
  RETRY: 'retry',
  /** The server is full or cannot decide now: try again, but not at once. */
  LATER: 'later',
  /** The token was refused: try once more with a fresh one, if one can be had. */
  NEW_TOKEN: 'new-token',
  /** The same attempt would get the same answer. */
  STOP: 'stop',
});

/** The client itself gives up a connection that does not answer. */
export const HEARTBEAT_LOST = 4000;

const CODES = new Map([
  [1013, After.LATER],
  [4001, After.NEW_TOKEN],
  [4003, After.STOP],
  [4029, After.STOP],
]);

/**
 * @param {number} code close code of a WebSocket (RFC 6455 section 7.4) or of the gateway
 */
export function afterClose(code) {
  return CODES.get(code) ?? After.RETRY;
}

/**
 * The close code that stands for an HTTP answer, where there is no WebSocket to close.
 *
 * @param {number} status
 */
export function codeOfStatus(status) {
  switch (status) {
    case 401:
      return 4001;
    case 403:
      return 4003;
    case 429:
    case 503:
      return 1013;
    default:
      // nothing is served there (404), or something in between failed: another attempt or transport may do better
      return 1006;
  }
}
