import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, launchAsIs, openPage, watch } from './chromium.js';
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

/** Somebody's own page, without a build: all that it knows of the client is where its folder is. */
const PAGE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Somebody's page</title><link rel="icon" href="data:,">
<p id="state"></p><ul></ul>
<script type="module">
  import { AtalayaClient } from './package/src/index.js';
  const { url, token, transports } = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const client = new AtalayaClient({ url, token, tokenParameter: 'table_token', transports: transports.split(','), backoffBase: 20 });
  client.onState(({ state, transport }) => (document.querySelector('#state').textContent = [state, transport].join(' ')));
  client.on('ROUND_READY', ({ id }) => {
    const row = document.createElement('li');
    row.textContent = id;
    document.querySelector('ul').append(row);
  });
  client.connect();
</script>`;

/** Serves the page beside the unpacked package, from an origin of its own. */
async function site() {
  const folder = mkdtempSync(join(tmpdir(), 'atalaya-site-'));
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: new URL('../../../clients/js', import.meta.url), encoding: 'utf8' }),
  );
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder]);
  const server = createServer(({ url }, answer) => {
    const script = /^\/package\/src\/[a-z-]+\.js$/.test(url);
    answer.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html' });
    answer.end(script ? readFileSync(join(folder, url)) : PAGE);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true });
    },
  };
}

/** As behind a proxy that lets no WebSocket through: each of them ends before it opens. */
function withoutWebSockets() {
  window.WebSocket = class {
    constructor() {
      setTimeout(() => this.onclose({ code: 1006, reason: '' }));
    }

    close() {}
  };
}

test('a page without a build imports the package as it is, over either transport and where only one gets through', { timeout: 90_000 }, async () => {
  const [somebody, browser] = await Promise.all([site(), launch()]);
  try {
    for (const [session, transports, used, blocked] of [
      [51, 'websocket', 'websocket', false],
      [52, 'sse', 'sse', false],
      [53, 'websocket,sse', 'sse', true],
    ]) {
      const page = await openPage(browser, somebody.address, { allowed: [gateway.publicAddress] });
      page.setDefaultTimeout(LIMIT);
      if (blocked) {
        await page.addInitScript(withoutWebSockets);
      }
      const url = `${gateway.publicAddress.replace('http', 'ws')}/ws/diner`;
      await page.goto(`${somebody.address}/#${new URLSearchParams({ url, token: tableToken(session), transports })}`);
      await page.locator('#state', { hasText: `open ${used}` }).waitFor();
      const ids = [1, 2, 3].map((number) => `plain-${session}-${number}`);
      for (const id of ids) {
        assert.equal(await gateway.publish({ id, type: 'ROUND_READY', tenant_id: 1, branch_id: 1, session_id: session }), 202);
      }
      await page.locator('li').nth(2).waitFor();
      assert.deepEqual(await page.locator('li').allTextContents(), ids, transports);
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    }
  } finally {
    await browser.close();
    somebody.close();
  }
});
