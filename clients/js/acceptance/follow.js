/*
 * Follows endpoints of a gateway and tells on standard output what happens, a line each:
 *
 *   <follower> TAB event TAB <id>
 *   <follower> TAB gap TAB <reason>
 *   <follower> TAB state TAB <state> <transport or code> <reason>
 *   <follower> TAB position TAB <cursor>
 *   <follower> TAB error TAB <message>
 *
 * The argument is a JSON list of followers: {name, tokenUrl, …options of the client}. Ends with its standard input.
 */
import { AtalayaClient } from '../src/index.js';

const WebSocket = globalThis.WebSocket ?? (await import('ws')).WebSocket;

function tell(name, what, text) {
  process.stdout.write(`${name}\t${what}\t${text}\n`);
}

function follow({ name, tokenUrl, ...options }) {
  const client = new AtalayaClient({
    WebSocket,
    tokenParameter: 'table_token',
    token: () => fetch(tokenUrl).then((answer) => answer.text()),
    backoffBase: 100,
    backoffCap: 1_000,
    pingInterval: 2_000,
    pongTimeout: 2_000,
    connectTimeout: 3_000,
    onCursor: (cursor) => tell(name, 'position', cursor),
    ...options,
  });
  client.on('*', (event) => tell(name, 'event', event.id));
  client.onGap((gap) => tell(name, 'gap', gap.reason));
  client.onState(({ state, transport, code, reason }) => tell(name, 'state', [state, transport ?? code, reason].join(' ')));
  client.onError((error) => tell(name, 'error', error));
  return client.connect();
}

const clients = JSON.parse(process.argv[2]).map(follow);
process.stdin.resume().on('end', () => clients.forEach((client) => client.close()));
