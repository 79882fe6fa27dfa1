import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AtalayaClient } from '../src/index.js';
import { FakeClock } from './fake-clock.js';
import { fakeWebSocket, settle } from './fake-socket.js';

function rig(options = {}) {
  const clock = new FakeClock();
  const sockets = fakeWebSocket();
  const states = [];
  const client = new AtalayaClient({
    url: 'wss://gateway.example/ws/waiter',
    token: 'secret',
    WebSocket: sockets.FakeWebSocket,
    fetch: async () => new Response(null, { status: 404 }),
    clock,
    random: () => 0.5,
    ...options,
  });
  client.onState((change) => states.push(change));
  return { client, clock, sockets, states };
}

async function opened(options) {
  const parts = rig(options);
  parts.client.connect();
  await settle();
  parts.sockets.latest().accept();
  return parts;
}

const event = (id, more = {}) => ({ type: 'ROUND_READY', id, cursor: `c-${id}`, ...more });

test('the first connection asks for the present position', async () => {
  const { sockets, client } = await opened({ clientId: 'tablet-1' });

  const { searchParams, pathname } = sockets.latest().url;
  assert.equal(pathname, '/ws/waiter');
  assert.equal(searchParams.get('token'), 'secret');
  assert.equal(searchParams.get('since'), 'now');
  assert.equal(searchParams.get('client_id'), 'tablet-1');

  sockets.latest().say({ type: 'position', cursor: 'c-0' });
  await settle();
  assert.equal(client.cursor, 'c-0');
});

test('events reach the handlers of their type and of all types, in order', async () => {
  const { client, sockets } = await opened();
  const seen = [];
  client.on('ROUND_READY', (one) => seen.push(`ready ${one.id}`));
  client.on('*', (one) => seen.push(`any ${one.id}`));
  const off = client.on('OTHER', () => seen.push('never'));
  off();

  sockets.latest().say(event('1'));
  sockets.latest().say(event('2', { type: 'OTHER' }));
  await settle();

  assert.deepEqual(seen, ['ready 1', 'any 1', 'any 2']);
});

test('a reconnect continues after the last event that arrived, the cursor after the last that was handled', async () => {
  const { client, clock, sockets, states } = await opened();
  let release;
  client.on('*', (one) => (one.id === '2' ? new Promise((done) => (release = done)) : undefined));
  sockets.latest().say(event('1'));
  sockets.latest().say(event('2'));
  await settle();
  sockets.latest().end(1006);
  assert.equal(states.at(-1).state, 'waiting');
  assert.equal(states.at(-1).retryIn, 500);

  clock.pass(500);
  await settle();

  assert.equal(sockets.latest().url.searchParams.get('since'), 'c-2', 'the second still waits here');
  assert.equal(client.cursor, 'c-1', 'who starts anew gets it again');
  release();
  await settle();
  assert.equal(client.cursor, 'c-2');
});

test('an event that comes again is handled once', async () => {
  const { client, sockets } = await opened();
  const seen = [];
  client.on('*', (one) => seen.push(one.id));

  sockets.latest().say(event('1'));
  sockets.latest().say(event('2'));
  sockets.latest().say(event('1', { redelivered: true }));
  await settle();

  assert.deepEqual(seen, ['1', '2']);
  assert.equal(client.cursor, 'c-2', 'a redelivered event is no step back');
});

test('a gap is told and moves the position', async () => {
  const { client, sockets } = await opened();
  const gaps = [];
  client.onGap((gap) => gaps.push(gap));

  sockets.latest().say({ type: 'gap', reason: 'retention', cursor: 'c-9' });
  await settle();

  assert.deepEqual(gaps, [{ type: 'gap', reason: 'retention', cursor: 'c-9' }]);
  assert.equal(client.cursor, 'c-9');
});

test('every position is offered for keeping', async () => {
  const kept = [];
  const { sockets } = await opened({ onCursor: (cursor) => kept.push(cursor) });

  sockets.latest().say({ type: 'position', cursor: 'c-0' });
  sockets.latest().say(event('1'));
  sockets.latest().say(event('2', { cursor: undefined }));
  await settle();

  assert.deepEqual(kept, ['c-0', 'c-1']);
});

test('plain texts, pongs and broken JSON are nobody’s events', async () => {
  const { client, sockets } = await opened();
  const seen = [];
  client.on('*', (one) => seen.push(one));

  ['sectors_updated:5,6', '{"type":"pong"}', '{"type":', ''].forEach((text) => sockets.latest().say(text));
  await settle();

  assert.deepEqual(seen, []);
});

for (const code of [4003, 4029]) {
  test(`${code} is final`, async () => {
    const { clock, sockets, states } = await opened();

    sockets.latest().end(code, 'no');
    clock.pass(600_000);
    await settle();

    assert.deepEqual(states.at(-1), { state: 'stopped', code, reason: 'no' });
    assert.equal(sockets.opened.length, 1);
  });
}

test('a refused token that cannot be renewed is final', async () => {
  const { sockets, states } = await opened();

  sockets.latest().end(4001, 'Token expired or revoked');

  assert.equal(states.at(-1).state, 'stopped');
});

test('a refused token is renewed once', async () => {
  const asked = [];
  const { clock, sockets, states } = await opened({
    token: async (why) => {
      asked.push(why.refused);
      return `t${asked.length}`;
    },
  });

  sockets.latest().end(4001, 'Token expired or revoked');
  clock.pass(1_000);
  await settle();
  assert.equal(sockets.latest().url.searchParams.get('token'), 't2');
  assert.deepEqual(asked, [false, true]);
  sockets.latest().accept();
  sockets.latest().end(4001, 'Authentication failed');

  assert.equal(states.at(-1).state, 'stopped');
});

test('a token that lived is renewed whenever it ends', async () => {
  const { clock, sockets, states } = await opened({ token: async () => 'fresh', pingInterval: 3_600_000 });

  for (let i = 0; i < 3; i++) {
    clock.pass(900_000);
    sockets.latest().end(4001, 'Token expired or revoked');
    clock.pass(1_000);
    await settle();
    sockets.latest().accept();
  }

  assert.equal(states.at(-1).state, 'open');
  assert.equal(sockets.opened.length, 4);
});

test('a new token that was good for something is renewed, too, when it ends', async () => {
  const { clock, sockets, states } = await opened({ token: async () => 'short-lived' });

  for (let i = 0; i < 5; i++) {
    sockets.latest().say({ type: 'position', cursor: 'c-0' });
    sockets.latest().end(4001, 'Token expired or revoked');
    assert.equal(states.at(-1).state, 'waiting');
    clock.pass(60_000);
    await settle();
    sockets.latest().accept();
  }

  assert.equal(sockets.opened.length, 6);
});

test('what waits for a slow handler is not handled again after a reconnect, however much it is', async () => {
  const { client, clock, sockets } = await opened({ rememberedIds: 2 });
  const seen = [];
  let release;
  const gate = new Promise((done) => (release = done));
  client.on('*', (one) => {
    seen.push(one.id);
    return gate;
  });
  for (const id of ['1', '2', '3', '4', '5']) {
    sockets.latest().say(event(id));
  }
  sockets.latest().end(1006);
  clock.pass(1_000);
  await settle();
  sockets.latest().accept();

  assert.equal(sockets.latest().url.searchParams.get('since'), 'c-5');
  sockets.latest().say(event('6'));
  release();
  await settle();
  await settle();

  assert.deepEqual(seen, ['1', '2', '3', '4', '5', '6']);
});

test('1013 asks for patience', async () => {
  const { sockets, states } = await opened();

  sockets.latest().end(1013, 'Connection limit reached');

  assert.equal(states.at(-1).retryIn, 1_500);
});

test('pauses grow while connections do not live, and are short again after one that did', async () => {
  const { clock, sockets, states } = await opened({ transports: ['websocket'], pingInterval: 60_000 });
  const pauses = [];
  for (let i = 0; i < 4; i++) {
    sockets.latest().end(1006);
    pauses.push(states.at(-1).retryIn);
    clock.pass(states.at(-1).retryIn);
    await settle();
    sockets.latest().accept();
  }
  clock.pass(10_000);
  sockets.latest().end(1006);

  assert.deepEqual([...pauses, states.at(-1).retryIn], [500, 1000, 2000, 4000, 500]);
});

test('a connection that is open in name only is left', async () => {
  const { clock, sockets, states } = await opened();

  clock.pass(30_000);
  assert.deepEqual(sockets.latest().sent, ['{"type":"ping"}']);
  clock.pass(10_000);

  assert.deepEqual(sockets.latest().closed, { code: 4000, reason: 'heartbeat timeout' });
  assert.equal(states.at(-1).state, 'waiting');
});

test('an attempt that hangs is given up', async () => {
  const { client, clock, states } = rig();
  client.connect();
  await settle();

  clock.pass(15_000);

  assert.equal(states.at(-1).reason, 'connect timeout');
});

test('when WebSockets do not open, server-sent events are tried, and the other way round', async () => {
  const asked = [];
  const { client, clock, sockets } = rig({
    transports: ['websocket', 'sse'],
    fetch: async (url) => {
      asked.push(new URL(url));
      return new Response(null, { status: 503, headers: { 'retry-after': '3' } });
    },
  });
  const waits = [];
  client.onState((change) => change.state === 'waiting' && waits.push(change));
  client.connect();
  for (let i = 0; i < 3; i++) {
    await settle();
    sockets.latest().end(1006);
    clock.pass(60_000);
  }
  await settle();

  assert.equal(asked[0].href, 'https://gateway.example/sse/waiter?token=secret&since=now');
  assert.equal(waits[3].code, 1013);
  assert.ok(waits[3].retryIn >= 3_000, 'Retry-After is honoured');
});

test('where there is no WebSocket it is said at once, and streams do without', () => {
  const url = 'wss://gateway.example/ws/waiter';

  assert.throws(() => new AtalayaClient({ url, WebSocket: undefined }), /WebSocket: missing.*package ws/);
  assert.equal(new AtalayaClient({ url, WebSocket: undefined, transports: ['sse'] }).state, 'idle');
});

test('a server that wishes to be left alone for a year is left alone for an hour', async () => {
  const { client, states } = rig({
    transports: ['sse'],
    fetch: async () => new Response(null, { status: 503, headers: { 'retry-after': '31536000' } }),
  });

  client.connect();
  await settle();

  assert.equal(states.at(-1).state, 'waiting');
  assert.ok(states.at(-1).retryIn >= 3_600_000 && states.at(-1).retryIn < 3_700_000, String(states.at(-1).retryIn));
});

/** A gateway that serves event streams: what it says is written by the test. */
function streams() {
  const opened = [];
  const posted = [];
  const fetch = async (url, { method = 'GET', body, signal } = {}) => {
    if (method === 'POST') {
      posted.push({ url: new URL(url), body: JSON.parse(body) });
      return new Response(null, { status: 204 });
    }
    let controller;
    const stream = new ReadableStream({ start: (given) => (controller = given) });
    signal.addEventListener('abort', () => controller.error(new Error('aborted')));
    opened.push({
      url: new URL(url),
      say: (text) => controller.enqueue(new TextEncoder().encode(text)),
      end: () => controller.close(),
    });
    return new Response(stream, { status: 200 });
  };
  return { fetch, opened, posted, latest: () => opened[opened.length - 1] };
}

test('after a fallback the preferred transport gets one chance with every reconnect', async () => {
  const server = streams();
  const { client, clock, sockets } = rig({ transports: ['websocket', 'sse'], fetch: server.fetch });
  client.connect();
  for (let i = 0; i < 3; i++) {
    await settle();
    sockets.latest().end(1006);
    clock.pass(60_000);
  }
  await settle();
  assert.equal(client.transport, 'sse');
  server.latest().say('event: close\ndata: {"code":1001,"reason":"Server shutdown"}\n\n');
  await settle();
  await settle();

  clock.pass(60_000);
  await settle();
  assert.equal(sockets.opened.length, 4, 'a WebSocket first');
  sockets.latest().end(1006);
  clock.pass(60_000);
  await settle();

  assert.equal(server.opened.length, 2, 'and only once');
  assert.equal(client.transport, 'sse');
  client.close();
});

test('acknowledges over a stream by requests', async () => {
  const server = streams();
  const { client, clock } = rig({ transports: ['sse'], fetch: server.fetch, autoAck: true, clientId: 'wall' });
  client.connect();
  await settle();
  server.latest().say('id: c-1\ndata: {"type":"A","id":"1","cursor":"c-1"}\n\n');
  server.latest().say('id: c-2\ndata: {"type":"A","id":"2","cursor":"c-2"}\n\n');
  await new Promise((done) => setTimeout(done, 20));
  clock.pass(0);

  assert.equal(server.posted[0].url.pathname, '/sse/waiter/ack');
  assert.equal(server.posted[0].url.searchParams.get('token'), 'secret');
  assert.equal(server.posted[0].url.searchParams.get('client_id'), 'wall');
  assert.ok(server.posted.every(({ body }) => body.type === 'ack'));
  assert.deepEqual(server.posted.flatMap(({ body }) => body.ids), ['1', '2']);
  assert.equal(client.send('ping'), false);
  client.close();
});

test('a stream is not given up between two heartbeats of the gateway, but after them', async () => {
  const server = streams();
  const { client, clock } = rig({ transports: ['sse'], fetch: server.fetch, pingInterval: 1_000, pongTimeout: 1_000 });
  client.connect();
  await settle();
  client.wake();
  for (let i = 0; i < 4; i++) {
    clock.pass(15_000);
    server.latest().say(': hb\n\n');
    await new Promise((done) => setTimeout(done, 5));
    assert.equal(client.state, 'open');
  }

  clock.pass(20_000);
  clock.pass(20_000);

  assert.equal(client.state, 'waiting');
  client.close();
});

test('a stream that is not served is no reason to stop', async () => {
  const { client, clock, states } = rig({ transports: ['sse'] });
  client.connect();
  for (let i = 0; i < 4; i++) {
    await settle();
    clock.pass(60_000);
  }
  await settle();

  assert.ok(states.every(({ state }) => state !== 'stopped'));
});

test('waking up reconnects or checks at once', async () => {
  const { client, clock, sockets } = await opened();
  client.wake();
  assert.deepEqual(sockets.latest().sent, ['{"type":"ping"}']);
  sockets.latest().end(1006);

  client.wake();
  await settle();

  assert.equal(sockets.opened.length, 2);
  clock.pass(60_000);
  assert.equal(sockets.opened.length, 2, 'the pause that was under way is over');
});

/** A window of a browser's, as far as the client looks at it. */
function fakeWindow() {
  const window = new EventTarget();
  window.document = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
  return window;
}

test('a page that is shown again, or thawed, asks on its socket at once', async () => {
  const window = fakeWindow();
  const { sockets } = await opened({ window });

  window.document.dispatchEvent(new Event('visibilitychange'));
  assert.deepEqual(sockets.latest().sent, [], 'still hidden');
  window.document.dispatchEvent(new Event('resume'));

  assert.deepEqual(sockets.latest().sent, ['{"type":"ping"}']);
  assert.equal(sockets.opened.length, 1);
});

for (const [target, event] of [['document', 'resume'], ['window', 'pageshow']]) {
  test(`a stream is opened anew when a frozen page goes on: ${event}`, async () => {
    const window = fakeWindow();
    const server = streams();
    const { client, clock, states } = rig({ window, transports: ['sse'], fetch: server.fetch });
    client.connect();
    await settle();
    server.latest().say('id: c-1\ndata: {"type":"ROUND_READY","id":"1","cursor":"c-1"}\n\n');
    await new Promise((done) => setTimeout(done, 5));

    (target === 'window' ? window : window.document).dispatchEvent(Object.assign(new Event(event), { persisted: true }));
    assert.equal(states.at(-1).state, 'waiting');
    clock.pass(1_000);
    await settle();

    assert.equal(client.state, 'open');
    assert.equal(server.opened.length, 2);
    assert.equal(new URL(server.latest().url).searchParams.get('since'), 'c-1');
    client.close();
    window.document.dispatchEvent(new Event('resume'));
    await settle();
    assert.equal(server.opened.length, 2, 'a client that was closed leaves the page alone');
  });
}

test('acknowledges by hand and by itself', async () => {
  const { client, clock, sockets } = await opened({ autoAck: ['SERVICE_CALL_CREATED'] });
  client.on('ROUND_READY', (one) => client.ack(one));

  sockets.latest().say(event('1'));
  sockets.latest().say(event('2', { type: 'SERVICE_CALL_CREATED' }));
  sockets.latest().say(event('3', { type: 'OTHER' }));
  sockets.latest().say(event('2', { type: 'SERVICE_CALL_CREATED', redelivered: true }));
  await settle();
  clock.pass(0);

  assert.deepEqual(sockets.latest().sent, ['{"type":"ack","ids":["1","2","2"]}']);
});

test('acknowledgements of a busy client stay far below the limit of messages', async () => {
  const { clock, sockets } = await opened({ autoAck: true });
  const expected = [];
  for (let i = 0; i < 1_000; i++) {
    sockets.latest().say(event(`${i}`));
    expected.push(`${i}`);
    await settle();
    clock.pass(2);
  }
  clock.pass(1_000);

  const { sent } = sockets.latest();
  assert.deepEqual(sent.flatMap((text) => JSON.parse(text).ids), expected);
  assert.ok(sent.length <= 13, `${sent.length} messages in three seconds`);
  assert.ok(sent.every((text) => text.length < 64 * 1024));
});

test('what was owed on a lost connection is forgotten', async () => {
  const { client, clock, sockets } = await opened();
  assert.equal(client.ack('1'), true);
  sockets.latest().end(1006);
  assert.equal(client.ack('2'), false);
  clock.pass(1_000);
  await settle();
  sockets.latest().accept();
  clock.pass(1_000);

  assert.deepEqual(sockets.latest().sent, []);
});

test('what handlers throw is told and stops nothing', async () => {
  const { client, sockets } = await opened();
  const errors = [];
  client.onError((error) => errors.push(error.message));
  client.on('*', () => {
    throw new Error('broken handler');
  });

  sockets.latest().say(event('1'));
  sockets.latest().say(event('2'));
  await settle();

  assert.deepEqual(errors, ['broken handler', 'broken handler']);
  assert.equal(client.cursor, 'c-2');
});

test('a token callback that fails is asked again later', async () => {
  let calls = 0;
  const { client, clock, sockets, states } = rig({
    token: async () => {
      calls++;
      if (calls === 1) {
        throw new Error('offline');
      }
      return 't';
    },
  });
  client.connect();
  await settle();
  assert.equal(states.at(-1).state, 'waiting');

  clock.pass(1_000);
  await settle();

  assert.equal(sockets.opened.length, 1);
});

test('close ends everything, whatever the state', async () => {
  const { client, clock, sockets, states } = await opened();

  client.close();
  client.close();
  clock.pass(600_000);
  await settle();

  assert.equal(sockets.latest().closed.code, 1000);
  assert.deepEqual(states.at(-1), { state: 'stopped', code: 1000, reason: 'closed by the client' });
  assert.equal(client.send('ping'), false);
  assert.equal(sockets.opened.length, 1);
});

test('a client without an address is refused', () => {
  assert.throws(() => new AtalayaClient({}), /url: missing \(expected: ws/);
});
