import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { expectAccessible } from './axe.js';
import { launch, openPage } from './chromium.js';
import { Product, until } from './product.js';

const LIMIT = 30_000;

/** The engine looks every ten seconds, and both windows of a tier have to be bad. */
const ALARMED = 90_000;

/** One promise that a test can break at once: bad requests are mistakes of the caller's, but here they count. */
const OBJECTIVES = `
slo: drill
window: 10m
tiers:
  fast: {budget: 10, long: 40s, short: 20s, severity: critical}
services:
  api: {title: HTTP API, owner: me}
objectives:
  good-requests:
    service: api
    title: requests that make sense
    titles: {es: solicitudes con sentido}
    objective: 90
    events:
      bad: {metric: atalaya_http_answers_total, labels: {port: public, status: [4*]}}
      valid: {metric: atalaya_http_answers_total, labels: {port: public}}
`;

const folder = mkdtempSync(join(tmpdir(), 'atalaya-objectives-'));
let gateway;
let browser;

before(async () => {
  writeFileSync(join(folder, 'atalaya.yaml'), OBJECTIVES);
  browser = await launch();
  gateway = await Product.gateway({ PROFILE: 'operations', SLO_FILES: folder, ARCHIVE_BATCH_INTERVAL: '50ms' });
}, { timeout: 90_000 });

after(async () => {
  await browser?.close();
  await gateway?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function consolePage(hash, look = {}) {
  const page = await openPage(browser, gateway.address, look);
  page.setDefaultTimeout(LIMIT);
  await page.goto(`${gateway.address}/#/${hash}`);
  await page.locator('.shell').waitFor();
  return page;
}

/** A morning of an operations centre: 20 assignments, 18 of them with success, and what people say of it. */
function morning() {
  const at = { tenant_id: 'north' };
  const each = (make) => Array.from({ length: 20 }, (_, number) => ({ ...at, ...make(number) }));
  const before = new Date(Date.now() - 60_000).toISOString();
  return [
    ...each((number) => ({ type: 'ASSIGNMENT_CREATED', assignment_id: `a${number}` })),
    ...each((number) => ({ type: 'ASSIGNMENT_FINISHED', assignment_id: `a${number}`, outcome: number < 18 ? 'success' : 'failure' })),
    ...each((number) => ({ type: 'POSITION_CHECKED', error_m: number })),
    ...each(() => ({ type: 'SURVEY_ANSWERED', score: 4, group: 'operator' })),
    { ...at, type: 'ASSET_STATE', asset_id: 'x', state: 'available', ts: before },
    { ...at, type: 'ASSET_STATE', asset_id: 'y', state: 'unavailable', ts: before },
  ];
}

test('the scorecard tells what the events of the day come to', { timeout: 90_000 }, async () => {
  await until('the past', LIMIT, async () => (await gateway.ask('/api/v1/kpi')).history === 'complete');
  assert.equal(await gateway.publish(morning()), 202);
  await until('20 samples', LIMIT, async () => {
    const { kpis } = await gateway.ask('/api/v1/kpi');
    return kpis.find(({ id }) => id === 'operational-effectiveness').current.samples === 20;
  });

  const page = await consolePage('kpi');
  const card = (id) => page.locator(`[data-kpi="${id}"]`);
  await card('operational-effectiveness').locator('.figure', { hasText: /^90 %$/ }).waitFor();
  await card('operational-effectiveness').locator('.badge[data-tone="attention"]', { hasText: 'At risk' }).waitFor();
  assert.match(await card('operational-effectiveness').textContent(), /≥ 95 %.*20/s);
  assert.equal(await card('geolocation-precision').locator('.figure').textContent(), '9.5');
  await card('geolocation-precision').locator('.badge[data-tone="ok"]', { hasText: 'On target' }).waitFor();
  assert.equal(await card('user-satisfaction').locator('.figure').textContent(), '4');
  assert.match(await card('asset-availability').locator('.figure').textContent(), /^(49|50|51)(\.\d+)? %$/);
  await card('notification-efficiency').locator('.badge', { hasText: 'No data' }).waitFor();
  await expectAccessible(page, 'the scorecard');
  assert.deepEqual(page.complaints, []);
  await page.context().close();

  const phone = await consolePage('kpi', { language: 'es', theme: 'dark', width: 390 });
  await phone.getByRole('heading', { name: 'Eficacia operativa' }).waitFor();
  await phone.locator('[data-kpi="geolocation-precision"] .figure', { hasText: '9,5' }).waitFor();
  await expectAccessible(phone, 'the scorecard on a phone');
  const [content, window] = await phone.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(content <= window + 1, `${content} px wide in ${window} px`);
  await phone.context().close();
});

test('a broken promise is shown where it is made, on every view, and as an alert that can be paused', { timeout: 240_000 }, async () => {
  const page = await consolePage('slo', { language: 'es' });
  await page.locator('.slo', { hasText: 'solicitudes con sentido' }).waitFor();
  await page.locator('td', { hasText: 'No suena ninguna alerta' }).or(page.getByText('No suena ninguna alerta')).first().waitFor();
  let wrong = true;
  const nonsense = (async () => {
    while (wrong) {
      await gateway.publish({ type: 'ALERT' }); // without a tenant: 400
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  try {
    page.setDefaultTimeout(ALARMED);
    const row = page.locator('tr', { hasText: 'SLOErrorBudgetBurn' });
    await row.waitFor();
    assert.match(await row.textContent(), /solicitudes con sentido: el presupuesto se consume demasiado rápido/);
    assert.match(await row.textContent(), /crítica/);
    await page.locator('.slo .badge[data-tone="attention"], .slo .badge[data-tone="broken"]').first().waitFor();
    await page.locator('.nav a[href="#/slo"] .dot[data-tone]').waitFor();
    await page.locator('.panel', { hasText: 'Cerrada' }).filter({ hasText: 'agotados: solicitudes con sentido' }).waitFor();
    await expectAccessible(page, 'an alert');
    page.setDefaultTimeout(LIMIT);

    await page.evaluate(() => (location.hash = '#/live'));
    await page.locator('.verdict[data-tone="attention"], .verdict[data-tone="broken"]', { hasText: 'presupuesto' }).waitFor();

    const pause = { for: '1h', reason: 'un ensayo', service: 'api' };
    const made = await page.evaluate(
      (body) =>
        fetch('/api/v1/alerts/pauses', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-atalaya-console': '1' },
          body: JSON.stringify(body),
        }).then(({ status }) => status),
      pause,
    );
    assert.equal(made, 201);
    await page.evaluate(() => (location.hash = '#/slo'));
    await page.locator('tr', { hasText: 'un ensayo' }).getByRole('button', { name: 'Terminar la pausa' }).click();
    await page.locator('.toast', { hasText: 'La pausa terminó' }).waitFor();
    await until('no pause', LIMIT, async () => (await gateway.ask('/api/v1/alerts')).pauses.length === 0);
    await page.locator('tr', { hasText: 'un ensayo' }).waitFor({ state: 'detached' });
    assert.deepEqual(page.complaints, []);
  } finally {
    wrong = false;
    await nonsense;
    await page.context().close();
  }
});

test('dead letters are listed, read, re-driven and purged, and the books say so', { timeout: 120_000 }, async () => {
  gateway.sql("CREATE TRIGGER refuse BEFORE INSERT ON archived WHEN NEW.type = 'ASSET_REGISTERED' BEGIN SELECT RAISE(ABORT, 'not this one'); END");
  const letters = ['one', 'two', 'three', 'four'].map((id) => ({ id: `letter-${id}`, type: 'ASSET_REGISTERED', tenant_id: 'north', asset_id: id }));
  assert.equal(await gateway.publish(letters), 202);
  await until('four dead letters', LIMIT, async () => (await gateway.ask('/api/v1/dead-letters')).total === 4);

  const page = await consolePage('events/dead-letters');
  const row = (id) => page.locator('tbody tr', { hasText: `letter-${id}` });
  const open = (id) => page.getByRole('button', { name: `letter-${id}`, exact: true });
  await page.getByText('4 dead letters').waitFor();
  await row('one').filter({ hasText: 'SQLITE_CONSTRAINT' }).filter({ hasText: 'not this one' }).waitFor();
  await expectAccessible(page, 'dead letters');
  await open('one').click();
  await page.locator('.sheet pre', { hasText: '"asset_id":"one"' }).waitFor();
  await expectAccessible(page, 'a dead letter');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Re-drive letter-one' }).click();
  await page.locator('.toast', { hasText: 'not this one' }).waitFor();
  await row('one').filter({ hasText: 'SQLITE_CONSTRAINT' }).waitFor();

  gateway.sql('DROP TRIGGER refuse');
  await page.getByRole('button', { name: 'Re-drive letter-one' }).click();
  await page.locator('.toast', { hasText: 'letter-one is archived now' }).waitFor();
  await row('one').waitFor({ state: 'detached' });

  const ask = page.locator('dialog.dialog', { hasText: 'letter-two' });
  await page.getByRole('button', { name: 'Delete letter-two' }).click();
  await ask.getByRole('button', { name: 'Cancel' }).click();
  await row('two').waitFor();
  await page.getByRole('button', { name: 'Delete letter-two' }).click();
  await ask.getByRole('button', { name: 'Delete' }).click();
  await page.locator('.toast', { hasText: 'letter-two is deleted' }).waitFor();
  await row('two').waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Re-drive all' }).click();
  await page.locator('.toast', { hasText: '2 archived, 0 refused again' }).waitFor();
  await page.getByText('No dead letters').waitFor();

  await page.evaluate(() => (location.hash = '#/books'));
  const archive = page.locator('[data-book="archive"]');
  const term = (name, value) => archive.locator('.term', { hasText: name }).filter({ hasText: new RegExp(`${name}\\D*${value}$`) });
  await term('dead letters', 0).waitFor();
  await term('purged', 1).waitFor();
  await archive.locator('.badge[data-tone="ok"]', { hasText: 'alanced' }).waitFor();
  const { events } = await gateway.ask('/api/v1/events?type=ASSET_REGISTERED');
  assert.deepEqual(events.map(({ id }) => id).sort(), ['letter-four', 'letter-one', 'letter-three']);
  // what is refused again is answered with a conflict, which the browser notes by itself
  assert.deepEqual(page.complaints.filter((complaint) => !/status of 409/.test(complaint)), []);
  await page.context().close();
});
