// Measures how long frames of the page take while a gateway is under load:
//
//   ./verify frames [sessions [events-a-second [seconds-a-view]]]
//
// Prints, for each view: frames, the median and the 99th percentile between two frames, the longest, the share of frames
// above 50 ms, the page's script time, and its heap before and after. Asserts nothing.
import { launch, openPage } from './chromium.js';
import { Product, until } from './product.js';

const [sessions = 10_000, rate = 2_000, seconds = 10] = process.argv.slice(2).map(Number);
const AUDIENCE = 10;

const gateway = await Product.gateway({
  WS_MAX_TOTAL_CONNECTIONS: String(sessions + 100),
  WS_MAX_DINERS_PER_SESSION: String(AUDIENCE),
});
const load = gateway.command(
  ...['bench', '--url', gateway.publicAddress, '--key', gateway.setting('INGEST_API_KEYS').replace(/=\*$/, '')],
  ...['--table-token-secret', gateway.setting('TABLE_TOKEN_SECRET'), '--connections', String(sessions)],
  // many requests under way: the rate is kept even while a browser holds the processors
  ...['--audience', String(AUDIENCE), '--rate', String(rate), '--window', String(Math.min(rate, 1_000)), '--warmup', '2s', '--duration', '10m'],
);
let said = '';
load.stdout.on('data', (text) => (said = (said + text).slice(-4_000)));
load.stderr.on('data', (text) => (said = (said + text).slice(-4_000)));
const browser = await launch();
try {
  await until(`${sessions} sessions`, 180_000, async () => {
    if (load.exitCode !== null) {
      throw new Error(`bench ended with ${load.exitCode}: ${said}`);
    }
    const { total } = await fetch(`${gateway.address}/api/v1/sessions?limit=1`).then((answer) => answer.json());
    return total >= sessions;
  });
  const address = gateway.address;
  const page = await openPage(browser, address, { width: 1280 });
  await page.goto(address);
  await page.locator('.shell').waitFor();
  const debug = await page.context().newCDPSession(page);
  await debug.send('Performance.enable');
  for (const view of ['live', 'books', 'sessions', 'events/tail', 'slo']) {
    await page.evaluate((hash) => (location.hash = hash), `#/${view}`);
    await page.waitForTimeout(2_000);
    const before = await metrics(debug);
    const gaps = await page.evaluate(frameGaps, seconds * 1_000);
    const after = await metrics(debug);
    console.log(line(view, gaps, before, after));
  }
  await page.evaluate(() => (location.hash = '#/live'));
  await page.waitForTimeout(3_000);
  const tiles = await page.locator('.tile').allInnerTexts();
  console.log(tiles.map((tile) => tile.replace(/\s+/g, ' ')).join(' | '));
  console.log(`complaints: ${JSON.stringify(page.complaints)}`);
} finally {
  await browser.close();
  load.kill('SIGKILL');
  await gateway.close();
}

async function metrics(debug) {
  const { metrics: values } = await debug.send('Performance.getMetrics');
  return Object.fromEntries(values.map(({ name, value }) => [name, value]));
}

function frameGaps(duration) {
  return new Promise((resolve) => {
    const gaps = [];
    const end = performance.now() + duration;
    let last = performance.now();
    const onFrame = (now) => {
      gaps.push(now - last);
      last = now;
      if (now < end) {
        requestAnimationFrame(onFrame);
      } else {
        resolve(gaps.slice(1));
      }
    };
    requestAnimationFrame(onFrame);
  });
}

function line(view, gaps, before, after) {
  const sorted = [...gaps].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
  const slow = (100 * gaps.filter((gap) => gap > 50).length) / gaps.length;
  const script = (after.ScriptDuration - before.ScriptDuration) / seconds;
  const task = (after.TaskDuration - before.TaskDuration) / seconds;
  const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);
  return [
    view.padEnd(12),
    `${gaps.length} frames`,
    `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms, above 50 ms ${slow.toFixed(1)} %`,
    `script ${(100 * script).toFixed(1)} %, main thread ${(100 * task).toFixed(1)} % of a core`,
    `heap ${mib(before.JSHeapUsedSize)} → ${mib(after.JSHeapUsedSize)} MiB, nodes ${after.Nodes}`,
  ].join(' | ');
}
