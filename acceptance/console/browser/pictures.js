// Takes the pictures of docs/images from a demonstration: `./verify pictures`.
import { mkdirSync } from 'node:fs';
import { launch, openPage } from './chromium.js';
import { Product } from './product.js';

const FOLDER = new URL('../../../docs/images/', import.meta.url).pathname;

/** How long the demonstration plays before the first picture, in milliseconds: empty charts say nothing. */
const WARM_UP = 45_000;

const PICTURES = [
  { name: 'live', look: { language: 'en', theme: 'light' }, hash: '#/live', height: 900 },
  { name: 'live-dark', look: { language: 'es', theme: 'dark' }, hash: '#/live', height: 900 },
  { name: 'books', look: { language: 'en', theme: 'light' }, hash: '#/books', height: 820 },
  { name: 'sessions', look: { language: 'en', theme: 'dark' }, hash: '#/sessions', height: 700, open: 'tbody button.link' },
  { name: 'flight', look: { language: 'en', theme: 'light' }, hash: '#/events/tail', height: 820, open: '.tail-row:nth-child(3)' },
  { name: 'publish', look: { language: 'en', theme: 'dark' }, hash: '#/events/publish', height: 900 },
  { name: 'slo', look: { language: 'es', theme: 'light' }, hash: '#/slo', height: 820 },
  { name: 'phone', look: { language: 'es', theme: 'dark', width: 390 }, hash: '#/live', height: 800 },
];

mkdirSync(FOLDER, { recursive: true });
const [demo, browser] = await Promise.all([Product.demo('--speed', '300'), launch()]);
try {
  await new Promise((resolve) => setTimeout(resolve, WARM_UP));
  for (const { name, look, hash, height, open } of PICTURES) {
    const page = await openPage(browser, demo.address, { ...look, height });
    await page.goto(`${demo.address}/${hash}`);
    await page.locator('.panel').first().waitFor();
    await page.waitForTimeout(2_500);
    if (open) {
      await page.locator(open).first().click();
      await page.waitForTimeout(800);
    }
    await page.screenshot({ path: `${FOLDER}console-${name}.png` });
    console.log(`docs/images/console-${name}.png`);
    await page.context().close();
  }
  for (const name of ['waiter', 'kitchen']) {
    const page = await openPage(browser, demo.address, { width: name === 'waiter' ? 390 : 900, height: 640 });
    await page.goto(`${demo.address}/console/examples/${name}.html`);
    await page.waitForTimeout(9_000);
    await page.screenshot({ path: `${FOLDER}example-${name}.png` });
    console.log(`docs/images/example-${name}.png`);
    await page.context().close();
  }
} finally {
  await browser.close();
  await demo.close();
}
