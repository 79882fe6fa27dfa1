import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Nothing serious or critical keeps people from using what is shown now. */
export async function expectAccessible(page, where) {
  // through the debugger: the page's policy would stop a script element, and is not to be weakened for a test
  if (!(await page.evaluate(() => 'axe' in window))) {
    await page.evaluate(source);
  }
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, {
      resultTypes: ['violations'],
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] },
    }),
  );
  const grave = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.slice(0, 3).map((node) => `${node.target} (${node.failureSummary})`).join(' | ')}`);
  assert.deepEqual(grave, [], where);
}
