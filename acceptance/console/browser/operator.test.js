import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { expectAccessible } from './axe.js';
import { launch, openPage } from './chromium.js';
import { Product, until } from './product.js';

const TOKEN = randomBytes(24).toString('hex');
const LIMIT = 30_000;

let gateway;
let browser;

before(async () => {
  browser = await launch();
  gateway = await Product.gateway({ MANAGEMENT_TOKEN: TOKEN, ALLOW_MISSING_ORIGIN: 'true' });
}, { timeout: 90_000 });

after(async () => {
  await browser?.close();
  await gateway?.close();
});

async function openConsole(look = {}) {
  const page = await openPage(browser, gateway.address, look);
  page.setDefaultTimeout(LIMIT);
  await page.goto(gateway.address);
  return page;
}

async function logIn(page) {
  await page.getByLabel('Management token').fill(TOKEN);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('.shell').waitFor();
}

test('nothing is shown without the token, and the page does not keep it', { timeout: 90_000 }, async () => {
  const page = await openConsole();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  assert.equal(await page.locator('.shell').count(), 0);
  for (const path of ['live', 'live/history', 'books', 'sessions', 'config', 'catalogue', 'events/live', 'slo']) {
    assert.equal(await page.evaluate((url) => fetch(url).then(({ status }) => status), `/api/v1/${path}`), 401, path);
  }
  await expectAccessible(page, 'login');

  await page.getByLabel('Management token').fill('wrong');
  await page.keyboard.press('Enter');
  await page.locator('.problem', { hasText: 'not the token' }).waitFor();

  await logIn(page);
  await page.locator('.badge', { hasText: 'Live' }).first().waitFor();
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]));
  assert.ok(!kept.includes(TOKEN), kept);

  await page.reload();
  await page.locator('.shell').waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('a page of another site cannot act in the name of an operator', { timeout: 90_000 }, async () => {
  const page = await openConsole();
  await logIn(page);
  const statuses = await page.evaluate(async () => {
    const ask = (headers) =>
      fetch('/api/v1/sessions/disconnect', { method: 'POST', headers, body: '{"tenant":"1","subject":"7"}' }).then(({ status }) => status);
    return [await ask({ 'content-type': 'application/json' }), await ask({ 'content-type': 'application/json', 'x-atalaya-console': '1' })];
  });
  assert.deepEqual(statuses, [403, 200]);
  await page.context().close();
});

test('a login that ends while somebody is at work is told, and what they did is there again afterwards', { timeout: 120_000 }, async () => {
  const page = await openConsole();
  await logIn(page);
  await page.locator('.bar .badge', { hasText: 'Live' }).waitFor();
  await page.locator('.chart canvas').first().waitFor();
  const since = () => page.evaluate(() => Number(document.querySelector('.chart-box').dataset.since));
  const points = () => page.evaluate(() => Number(document.querySelector('.chart-box')?.dataset.points ?? 0));
  await until('four points', LIMIT, async () => (await points()) >= 4);
  const began = await since();
  await page.evaluate(() => (location.hash = '#/events/publish'));
  await page.getByLabel('Type').fill('ROUND_READY');
  await page.getByLabel('tenant_id').fill('1');
  await page.getByLabel('branch_id').fill('17');

  await endLogin(page);
  await page.locator('.login [role="status"]', { hasText: 'The login has ended' }).waitFor();
  await page.locator('#announcer', { hasText: 'has ended' }).waitFor({ state: 'attached' });
  assert.equal(await page.locator('.shell').count(), 0, 'nothing is shown meanwhile');
  await expectAccessible(page, 'a login that has ended');
  await page.getByLabel('Management token').fill('wrong');
  await page.keyboard.press('Enter');
  await page.locator('.problem', { hasText: 'not the token' }).waitFor();

  await logIn(page);
  assert.match(page.url(), /#\/events\/publish$/);
  assert.equal(await page.title(), 'Events · Atalaya');
  assert.equal(await page.getByLabel('branch_id').inputValue(), '17');
  await page.locator('.bar .badge', { hasText: 'Live' }).waitFor();
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.locator('[role="status"] .badge[data-tone="ok"]').waitFor();
  await page.getByRole('button', { name: 'Follow its path' }).click();
  await page.locator('.sheet .path li').nth(4).waitFor();

  // what is open over the page must not be in the way of the login
  await endLogin(page);
  await page.locator('.login').waitFor();
  assert.equal(await page.locator('dialog').count(), 0);
  await page.selectOption('[data-choose="language"]', 'es');
  await page.getByLabel('Token de administración').fill(TOKEN);
  await page.getByRole('button', { name: 'Entrar' }).click();
  await page.getByRole('heading', { level: 1, name: 'Eventos' }).waitFor();
  await page.evaluate(() => (location.hash = '#/live'));
  await page.locator('.chart canvas').first().waitFor();
  await until('the past', LIMIT, async () => (await points()) >= 4);
  assert.ok((await since()) <= began, 'the past is there, too');
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

/** Ends the login of a page behind its back, as its time would. */
async function endLogin(page) {
  const answer = await page.request.post(`${gateway.address}/api/v1/logout`, {
    headers: { 'x-atalaya-console': '1', 'content-type': 'application/json', origin: gateway.address },
    data: '{}',
  });
  assert.equal(answer.status(), 200);
}

test('a token is revoked from the sheet of its session: the session ends, and the token is good for nothing', { timeout: 90_000 }, async () => {
  const [token, other] = [staffToken(5), staffToken(5)];
  const stream = await openStream(token);
  const neighbour = await openStream(other);
  const { sessions } = await (await fetch(`${gateway.address}/api/v1/sessions`, { headers: { authorization: `Bearer ${TOKEN}` } })).json();
  assert.equal(sessions.length, 2);
  const page = await openConsole();
  await logIn(page);
  await page.evaluate(() => (location.hash = '#/sessions'));
  const oldest = sessions.sort((a, b) => a.connected_at.localeCompare(b.connected_at))[0].id;
  await page.getByRole('button', { name: `Session ${oldest}: details`, exact: true }).click();
  await page.locator('.sheet .facts', { hasText: 'branch-waiters' }).waitFor();
  await page.getByRole('button', { name: 'Revoke the token' }).click();
  await page.locator('dialog.dialog').getByRole('button', { name: 'Revoke the token' }).click();
  await page.locator('.toast', { hasText: 'One session closed' }).waitFor();
  assert.match(await stream.text(), /event: close\ndata: .*4001/);
  assert.equal((await ask(token)).status, 401);
  const again = await openStream(other);
  await again.body.cancel();
  await neighbour.body.cancel();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

/** A token of a waiter's, as a backend makes them. */
function staffToken(user) {
  const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1_000);
  const claims = { sub: String(user), tenant_id: 1, branch_ids: [1], roles: ['WAITER'], type: 'access', iss: 'menu-ops', aud: 'menu-ops-users' };
  const said = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ ...claims, iat: now, exp: now + 900, jti: randomBytes(8).toString('hex') })}`;
  return `${said}.${createHmac('sha256', gateway.setting('JWT_SECRET')).update(said).digest('base64url')}`;
}

function ask(token) {
  return fetch(`${gateway.publicAddress}/sse/waiter?token=${token}`);
}

async function openStream(token) {
  const answer = await ask(token);
  assert.equal(answer.status, 200);
  return answer;
}

test('a lost gateway is told, what is shown is marked as old, and everything goes on by itself', { timeout: 90_000 }, async () => {
  const page = await openConsole();
  await logIn(page);
  await page.locator('.badge', { hasText: 'Live' }).first().waitFor();
  await gateway.kill();
  await page.locator('.stale', { hasText: 'No connection' }).waitFor();
  assert.match(await page.locator('.stale').textContent(), /\d\d:\d\d:\d\d/);
  await page.locator('#announcer', { hasText: 'lost' }).waitFor({ state: 'attached' });
  await expectAccessible(page, 'a lost connection');

  await gateway.start();
  // the logins of a gateway end with it: the page asks for one, and is back where it was
  await page.locator('.login, .bar .badge[data-tone="ok"]').first().waitFor();
  if ((await page.locator('.login').count()) > 0) {
    await logIn(page);
  }
  await page.locator('.bar .badge', { hasText: 'Live' }).waitFor();
  await page.locator('.stale').waitFor({ state: 'hidden' });
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
