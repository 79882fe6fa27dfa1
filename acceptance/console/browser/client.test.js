import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { launchAsIs, watch } from './chromium.js';
import { Product, until } from './product.js';

const LIMIT = 30_000;

/** How soon a tab that goes on has everything, in milliseconds: well before any of its heartbeats would tell. */
const SOON = 15_000;

/** How long the gateway waits for a word from a client, in seconds. */
const PATIENCE = 4;

let gateway;

before(async () => {
  gateway = await Product.gateway({ WS_HEARTBEAT_TIMEOUT: `${PATIENCE}s` });
}, { timeout: 90_000 });

after(async () => {
  await gateway?.close();
});

/** A table token in its documented form: tenant 1, branch 1, table 7. */
function tableToken(session) {
  const fields = `1:1:7:${session}:${Math.floor(Date.now() / 1_000) + 3_600}`;
  const signature = createHmac('sha256', gateway.setting('TABLE_TOKEN_SECRET')).update(fields).digest('hex');
  return `${fields}:${signature.slice(0, 32)}`;
}

/** A page in which the client follows a table and notes what its handlers get. */
async function follow(page, session, transports) {
  await watch(page, gateway.address, [gateway.publicAddress]);
  page.setDefaultTimeout(LIMIT);
  await page.goto(`${gateway.address}/console/examples/waiter.html`); // its policy lets it connect to the public port
  await page.evaluate(
    async ({ url, token, transports }) => {
      const { AtalayaClient } = await import('/console/src/index.js');
      window.noted = { ids: [], times: [], gaps: [], states: [], position: false };
      const client = new AtalayaClient({
        url,
        token: () => token,
        tokenParameter: 'table_token',
        transports,
        pingInterval: 1_000,
        pongTimeout: 2_000,
        backoffBase: 100,
        backoffCap: 1_000,
        onCursor: () => (window.noted.position = true),
      });
      client.on('*', ({ id }) => {
        window.noted.ids.push(id);
        window.noted.times.push(Date.now());
      });
      client.onGap(({ reason }) => window.noted.gaps.push(reason));
      client.onState(({ state, code }) => window.noted.states.push(`${state} ${code ?? ''}`));
      client.connect();
    },
    { url: `${gateway.publicAddress.replace('http', 'ws')}/ws/diner`, token: tableToken(session), transports },
  );
  await page.waitForFunction(() => window.noted.position);
}

/** Publishes numbered events for a table until told to stop; what was acknowledged is the answer. */
function publishing(session) {
  const ids = [];
  let going = true;
  const done = (async () => {
    for (let number = 0; going; number++) {
      const id = `${session}-${number}`;
      const status = await gateway.publish({ id, type: 'CART_ITEM_ADDED', tenant_id: 1, branch_id: 1, session_id: session });
      assert.equal(status, 202);
      ids.push(id);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return ids;
  })();
  return {
    stop: () => {
      going = false;
      return done;
    },
  };
}

async function closedByGateway() {
  const metrics = await (await fetch(`${gateway.address}/metrics?view=atalaya`)).text();
  return [...metrics.matchAll(/^atalaya_sessions_closed_total\{.*\} (\S+)$/gm)].reduce((sum, [, value]) => sum + Number(value), 0);
}

for (const [session, transport] of [[41, 'websocket'], [42, 'sse']]) {
  test(`a tab that is frozen for longer than the gateway waits loses nothing and sees nothing twice: ${transport}`, { timeout: 120_000 }, async () => {
    const browser = await launchAsIs();
    try {
      const { page } = browser;
      await follow(page, session, [transport]);
      const noted = () => page.evaluate(() => window.noted);
      const debug = await page.context().newCDPSession(page);
      const publisher = publishing(session);
      await until('events', LIMIT, async () => (await noted()).ids.length > 10);
      const before = await closedByGateway();

      await debug.send('Page.setWebLifecycleState', { state: 'frozen' });
      await new Promise((resolve) => setTimeout(resolve, (2 * PATIENCE + 2) * 1_000));
      const given = (await closedByGateway()) - before;
      await debug.send('Page.setWebLifecycleState', { state: 'active' });
      await page.bringToFront();
      await new Promise((resolve) => setTimeout(resolve, 500));
      const published = await publisher.stop();

      await until('everything', SOON, async () => (await noted()).ids.length >= published.length);
      const { ids, times, gaps, states } = await noted();
      assert.deepEqual(ids, published);
      assert.deepEqual(gaps, []);
      assert.ok(Math.max(...times.slice(1).map((time, place) => time - times[place])) > 2 * PATIENCE * 1_000, 'it slept');
      if (transport === 'websocket') {
        assert.equal(given, 1, 'the gateway gave the sleeper up');
        assert.ok(states.some((state) => state.startsWith('waiting')), `${states}`);
      }
      // what freezing does to a socket is noted by the browser itself
      assert.deepEqual(page.complaints.filter((complaint) => !/Back-Forward Cache/.test(complaint)), []);
    } finally {
      await browser.close();
    }
  });
}
