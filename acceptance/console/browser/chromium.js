import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Debian's Chromium, or the one that ATALAYA_CHROMIUM names. */
export function launch() {
  const executablePath = process.env.ATALAYA_CHROMIUM || found();
  if (!executablePath || !existsSync(executablePath)) {
    throw new Error('no Chromium (expected: chromium on the PATH, or ATALAYA_CHROMIUM)');
  }
  // root has no sandbox to lose; shared memory is small in many containers
  const args = ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  return chromium.launch({ executablePath, args });
}

function found() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // the next one, then
    }
  }
  return null;
}

/**
 * A page that is watched: errors of its scripts, violations of its policy and requests to other origins are kept in
 * `complaints`, which the tests expect to be empty.
 */
export async function openPage(browser, address, { language = 'en', theme = 'light', width = 1280, height = 860, allowed = [] } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: language === 'es' ? 'es-AR' : 'en-GB',
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // a lost connection is written to the console by the browser itself; tests of that say what they expect
    if (message.type() === 'error' && !/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY_RESPONSE|status of 40[14]/.test(message.text())) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  const origins = [new URL(address).origin, ...allowed];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && !origins.includes(url.origin)) {
      complaints.push(`request to ${url.origin}`);
    }
  });
  await page.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)),
  );
  page.complaints = complaints;
  return page;
}
