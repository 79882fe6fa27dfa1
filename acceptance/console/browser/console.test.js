import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { expectAccessible } from './axe.js';
import { launch, openPage, watch } from './chromium.js';
import { Product, until } from './product.js';

const VIEWS = ['live', 'books', 'sessions', 'events', 'slo', 'kpi', 'health'];
const LIMIT = 30_000;

/** Every two of language, theme and width together; accessibility depends on each of them, not on their pairs. */
const LOOKS = [
  { language: 'en', theme: 'light', width: 1280, thoroughly: true },
  { language: 'es', theme: 'dark', width: 390, thoroughly: true },
  { language: 'es', theme: 'light', width: 390 },
  { language: 'en', theme: 'dark', width: 1280 },
];

/** What each view shows of a gateway at work; nothing of it can come from an empty one. */
const ALIVE = {
  live: async (page) => {
    await page.locator('.tile-value').first().filter({ hasText: /[1-9]/ }).waitFor();
    await page.locator('.chart canvas').nth(5).waitFor();
    assert.equal(await page.locator('.chart canvas').count(), 6);
    await page.locator('.table-scroll tbody tr').first().waitFor();
  },
  books: async (page) => {
    await page.locator('.book [data-tone="ok"].badge').nth(2).waitFor();
    await page.locator('[data-book="intake"] .sum').first().filter({ hasText: /[1-9]/ }).waitFor();
  },
  sessions: async (page) => {
    await page.locator('tbody tr').nth(3).waitFor();
  },
  events: async (page) => {
    await page.locator('.tail-row').nth(1).waitFor();
  },
  slo: async (page) => {
    await page.locator('.slo').nth(1).waitFor();
  },
  kpi: async (page) => {
    await page.locator('[data-kpi="rounds-served"] .figure', { hasText: /[1-9]/ }).waitFor();
  },
  health: async (page) => {
    await page.locator('td', { hasText: '(hidden)' }).first().waitFor();
    await page.locator('.facts .badge[data-tone="ok"]').first().waitFor();
  },
};

let demo;
let browser;

before(async () => {
  browser = await launch();
  demo = await Product.demo('--speed', '600');
}, { timeout: 90_000 });

after(async () => {
  await browser?.close();
  await demo?.close();
});

async function consolePage(look = {}) {
  const page = await openPage(browser, demo.address, look);
  page.setDefaultTimeout(LIMIT);
  await page.goto(demo.address);
  await page.locator('.shell').waitFor();
  return page;
}

async function show(page, view) {
  await page.evaluate((hash) => (location.hash = hash), `#/${view}`);
  await page.locator(`.nav a[href="#/${view.split(/[/?]/)[0]}"][aria-current="page"]`).waitFor();
}

/**
 * A session that outlives the evenings, which end every few seconds and take theirs with them: a guest of the first table
 * that was told of, who reads a stream. Its number, whether it has ended, and its end.
 */
async function ownSession() {
  const table = /--table-token (\S+)/.exec(demo.beginning)[1];
  const known = new Set((await streams()).map(({ id }) => id));
  const leave = new AbortController();
  const answer = await fetch(`${demo.publicAddress}/sse/diner?table_token=${encodeURIComponent(table)}`, { signal: leave.signal });
  assert.equal(answer.status, 200);
  const ended = (async () => {
    for await (const _ of answer.body);
  })().catch(() => {});
  let own;
  await until('a session of our own', LIMIT, async () => (own = (await streams()).find(({ id }) => !known.has(id))));
  return { id: own.id, ended, leave: () => leave.abort() };
}

/** Nobody else in the demonstration reads a stream. */
async function streams() {
  const { sessions } = await demo.ask('/api/v1/sessions?endpoint=diner&limit=1000');
  return sessions.filter(({ transport }) => transport === 'sse');
}

async function tailOpens(page) {
  await page.locator('.panel[data-open] .tail').waitFor({ state: 'attached' });
}

async function noSidewaysScrolling(page, where) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(content <= window + 1, `${where}: ${content} px wide in ${window} px`);
}

describe('every view', () => {
  for (const look of LOOKS) {
    test(`is alive, accessible and whole: ${look.language}, ${look.theme}, ${look.width} px`, { timeout: 120_000 }, async () => {
      const page = await consolePage(look);
      assert.equal(await page.getAttribute('html', 'lang'), look.language);
      for (const view of VIEWS) {
        await show(page, view);
        await ALIVE[view](page);
        await noSidewaysScrolling(page, view);
        if (look.thoroughly) {
          await expectAccessible(page, `${view}: ${JSON.stringify(look)}`);
        }
      }
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    });
  }
});

test('language and theme are chosen, change at once and are remembered', { timeout: 90_000 }, async () => {
  const page = await consolePage();
  await page.selectOption('[data-choose="language"]', 'es');
  await page.getByRole('heading', { level: 1, name: 'En vivo' }).waitFor();
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.selectOption('[data-choose="theme"]', 'dark');
  assert.notEqual(await ground(), light);
  const dark = await ground();
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'En vivo' }).waitFor();
  assert.equal(await ground(), dark);
  assert.equal(await page.title(), 'En vivo · Atalaya');
  await page.context().close();
});

test('figures move by themselves, and the past is there after a reload', { timeout: 90_000 }, async () => {
  const page = await consolePage();
  const total = () => page.locator('.tile-note').nth(1).textContent();
  const before = await total();
  await until('another total', LIMIT, async () => (await total()) !== before);
  const points = () => page.evaluate(() => Number(document.querySelector('.chart-box')?.dataset.points ?? 0));
  const since = () => page.evaluate(() => Number(document.querySelector('.chart-box').dataset.since));
  await until('eight points', LIMIT, async () => (await points()) >= 8);
  const had = await points();
  const began = await since();
  await page.reload();
  await page.locator('.chart canvas').first().waitFor();
  await until('the same points', LIMIT, async () => (await points()) >= had);
  assert.ok((await since()) <= began, 'what is shown begins before the reload');
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('what is looked up closely is accessible, too', { timeout: 90_000 }, async () => {
  const page = await consolePage({ theme: 'dark' });
  for (const part of ['find', 'publish', 'dead-letters']) {
    await show(page, `events/${part}`);
    await page.locator('[role="tabpanel"] .panel').first().waitFor();
    await expectAccessible(page, part);
  }
  await show(page, 'slo');
  await page.locator('.slo summary').first().click();
  await page.locator('.slo table').first().waitFor();
  await expectAccessible(page, 'an objective in detail');
  const own = await ownSession();
  await show(page, `sessions?q=${own.id}`);
  await page.getByRole('button', { name: `Session ${own.id}: details`, exact: true }).click();
  await page.locator('dialog.sheet .facts').waitFor();
  await expectAccessible(page, 'a session');
  own.leave();
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('an event is followed from its intake to the sessions it reached, and explained', { timeout: 90_000 }, async () => {
  const page = await consolePage();
  await show(page, 'events/tail');
  await page.locator('.tail-row', { hasText: 'ROUND_' }).first().click();
  await page.locator('.path li').nth(4).waitFor();
  assert.deepEqual(
    await page.locator('.path strong').allTextContents(),
    ['Received', 'Committed', 'Archived', 'Routed', 'Delivered', 'Acknowledged'],
  );
  await page.locator('.path table tbody tr').first().waitFor();
  await expectAccessible(page, 'the path of an event');
  // evenings end, and their sessions with them
  await until('an explanation', LIMIT, async () => {
    const { sessions } = await (await page.request.get(`${demo.address}/api/v1/sessions?endpoint=admin`)).json();
    if (sessions.length > 0) {
      await page.getByLabel('Number of a session').fill(String(sessions[0].id));
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.locator('.explanation, .sheet .failure').first().waitFor();
    }
    return (await page.locator('.explanation .badge').count()) > 0;
  });
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('rows of the tail stay where they are while somebody points at them', { timeout: 90_000 }, async () => {
  const page = await consolePage();
  await show(page, 'events/tail');
  await page.locator('.tail-row').nth(3).waitFor();
  await page.locator('.tail').hover();
  await page.locator('.muted', { hasText: 'while you look' }).waitFor();
  const first = await page.locator('.tail-row').first().textContent();
  await page.waitForTimeout(1_500);
  assert.equal(await page.locator('.tail-row').first().textContent(), first);
  await page.mouse.move(0, 0);
  await until('newer rows', LIMIT, async () => (await page.locator('.tail-row').first().textContent()) !== first);
  await page.context().close();
});

test('going back leaves what was opened over the view, too', { timeout: 90_000 }, async () => {
  const page = await consolePage();
  await show(page, 'books');
  await show(page, 'events/tail');
  await page.locator('.tail-row').first().click();
  await page.locator('.path li').nth(4).waitFor();
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'Books' }).waitFor();
  await page.locator('dialog').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('what strangers write stays text', { timeout: 90_000 }, async () => {
  const page = await consolePage();
  const bad = '"><img src=x onerror="window.hacked=1"><script>window.hacked=2</script>';
  await show(page, 'events/publish');
  await page.getByLabel('Type').fill('ROUND_READY');
  await page.getByLabel('tenant_id').fill('1');
  await page.getByLabel('branch_id').fill('1');
  await page.locator('textarea').first().fill(JSON.stringify({ name: bad, '<b>key</b>': bad }));
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByRole('button', { name: 'Follow its path' }).click();
  await page.locator('.sheet pre', { hasText: 'window.hacked' }).first().waitFor();
  await page.keyboard.press('Escape');

  // of a busy evening only what is looked for: nothing scrolls away before it is seen
  await show(page, 'events/tail');
  await page.locator('.filters input[type="search"]').fill('onerror');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.mouse.move(0, 0);
  await tailOpens(page);
  const type = `X_${bad}`.slice(0, 60);
  for (const event of [{ type: 'ROUND_READY', entity: { [bad]: bad } }, { type, entity: {} }]) {
    assert.equal(await demo.publish({ tenant_id: 1, branch_id: 1, ...event }), 202, event.type);
  }
  await page.locator('.tail-row .what', { hasText: 'onerror' }).first().waitFor();
  await page.locator('.tail-row .type', { hasText: 'onerror' }).first().waitFor();
  for (const view of ['books', 'health', 'live']) {
    await show(page, view);
    await ALIVE[view](page);
  }
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator('img').count(), 0);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('a bad event is refused before it is sent, member by member', { timeout: 90_000 }, async () => {
  const page = await consolePage({ language: 'es' });
  await show(page, 'events/publish');
  await page.getByLabel('tenant_id').fill('1');
  await page.getByRole('button', { name: 'Publicar', exact: true }).click();
  await page.getByText('Aceptado').first().waitFor();
  await page.getByLabel('tenant_id').fill('cero');
  await page.locator('textarea').first().fill('{');
  await page.getByRole('button', { name: 'Publicar', exact: true }).click();
  assert.deepEqual(
    (await page.locator('.problem:visible').allTextContents()).sort(),
    ['Debe ser un número entero', 'Debe ser un objeto JSON'],
  );
  assert.equal(await page.locator('form [role="status"]').textContent(), '', 'the answer to the event before is gone');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-invalid')), 'true');
  await page.context().close();
});

test('everything can be reached and done with the keyboard', { timeout: 90_000 }, async () => {
  const own = await ownSession();
  const page = await consolePage();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');

  await tabTo(page, (active) => active.getAttribute('href') === '#/sessions', 'Shift+Tab');
  await page.keyboard.press('Enter');
  await page.locator('tbody button.link').first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
  await tabTo(page, (active) => active.matches('input[type="search"]'));
  await page.keyboard.type(String(own.id));
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: `Session ${own.id}: details`, exact: true }).waitFor();
  await tabTo(page, `(active) => active.matches('tbody button.link') && active.textContent === '${own.id}'`);
  await expectFocusToBeSeen(page);
  const opener = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press('Enter');
  await page.locator('dialog.sheet .danger').first().waitFor();
  await tabTo(page, (active) => active.matches('.danger'));
  await page.keyboard.press('Enter');
  await page.locator('dialog.dialog').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Cancel');
  await page.keyboard.press('Enter');
  await page.locator('dialog.dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.locator('dialog.sheet').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), opener);

  own.leave();

  await show(page, 'events');
  await tabTo(page, (active) => active.getAttribute('role') === 'tab');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.getByLabel('tenant_id').waitFor();
  assert.match(await page.evaluate(() => location.hash), /publish/);
  await page.keyboard.press('Home');
  await page.locator('.tail-row').first().waitFor();
  await tabTo(page, (active) => active.matches('.tail-row'));
  await page.keyboard.press('Enter');
  await page.locator('.path li').nth(4).waitFor();
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

async function tabTo(page, wanted, key = 'Tab') {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press(key);
    if (await page.evaluate(`(${wanted})(document.activeElement)`)) {
      return;
    }
  }
  assert.fail(`80 times ${key} did not reach ${wanted}`);
}

async function expectFocusToBeSeen(page) {
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, 'none', 'the focus is not visible');
}

test('a session is disconnected from its sheet', { timeout: 90_000 }, async () => {
  const own = await ownSession();
  const page = await consolePage();
  await show(page, `sessions?q=${own.id}`);
  await page.getByRole('button', { name: `Session ${own.id}: details`, exact: true }).click();
  await page.getByRole('button', { name: 'Disconnect' }).click();
  await page.locator('dialog.dialog').getByRole('button', { name: 'Disconnect' }).click();
  await page.locator('.toast', { hasText: 'One session closed' }).waitFor();
  await own.ended;
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

for (const [name, card] of [['waiter', '#tables .card'], ['kitchen', '.lanes .card']]) {
  test(`the ${name}'s example is a tap away on a phone, connects by itself and shows the evening`, { timeout: 90_000 }, async () => {
    const start = await consolePage({ width: 390, allowed: [demo.publicAddress] });
    const opened = start.context().waitForEvent('page');
    await start.getByRole('link', { name, exact: true }).click();
    const page = await watch(await opened, demo.address, [demo.publicAddress]);
    page.setDefaultTimeout(45_000);
    await page.reload(); // watched from its beginning
    await page.locator('.lamp[data-state="open"]').waitFor();
    await page.locator(card).first().waitFor();
    await expectAccessible(page, name);
    await noSidewaysScrolling(page, name);
    assert.deepEqual([...start.complaints, ...page.complaints], []);
    await page.context().close();
  });
}
