import { mkdirSync, writeFileSync } from 'node:fs';
import { launch, openPage } from './chromium.js';
import { Product } from './product.js';
const out = '/tmp/people/tour/'; mkdirSync(out, { recursive: true });
const [demo, browser] = await Promise.all([Product.demo('--speed', '300'), launch()]);
const notes = [];
try {
  await new Promise((r) => setTimeout(r, 25_000));
  const views = ['live', 'books', 'sessions', 'events/tail', 'events/find', 'events/publish', 'events/dead', 'slo', 'kpi', 'health'];
  for (const [tag, look] of [['es-dark-390', { language: 'es', theme: 'dark', width: 390, height: 800 }], ['en-light-1280', { language: 'en', theme: 'light', width: 1280, height: 860 }]]) {
    const page = await openPage(browser, demo.address, look);
    for (const view of views) {
      await page.goto(`${demo.address}/#/${view}`);
      await page.waitForTimeout(1_800);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) notes.push(`${tag} ${view}: overflows by ${wide}`);
      await page.screenshot({ path: `${out}${tag}-${view.replace('/', '_')}.png`, fullPage: tag.startsWith('es') });
    }
    notes.push(`${tag} complaints: ${JSON.stringify(page.complaints)}`);
    await page.context().close();
  }
} finally {
  writeFileSync(`${out}notes.txt`, notes.join('\n') + '\n');
  await browser.close();
  await demo.close();
}
