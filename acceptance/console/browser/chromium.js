import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

// root has no sandbox to lose; shared memory is small in many containers
const ARGUMENTS = ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];

/** How long a browser may take to end by itself, in milliseconds. */
const PATIENCE = 5_000;

/** Debian's Chromium, or the one that ATALAYA_CHROMIUM names. */
export function launch() {
  return chromium.launch({ executablePath: executable(), args: ARGUMENTS });
}

/**
 * The same, as people have it: elsewhere every page is kept from noticing that nobody looks at it, which also keeps it
 * from being frozen.
 *
 * @returns {Promise<{page: import('playwright-core').Page, close: () => Promise<void>}>} its one page
 */
export async function launchAsIs() {
  const folder = mkdtempSync(join(tmpdir(), 'atalaya-chromium-'));
  const more = ['--headless=new', '--remote-debugging-port=0', '--no-first-run', `--user-data-dir=${folder}`, 'about:blank'];
  const child = spawn(executable(), [...ARGUMENTS, ...more], { stdio: ['ignore', 'ignore', 'pipe'] });
  const address = await new Promise((resolve, reject) => {
    let said = '';
    child.once('exit', () => reject(new Error(`Chromium has ended: ${said}`)));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-10_000);
      const found = /DevTools listening on (\S+)/.exec(said);
      if (found) {
        resolve(found[1]);
      }
    });
  });
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  return {
    page: browser.contexts()[0].pages()[0],
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
      await (await browser.newBrowserCDPSession()).send('Browser.close').catch(() => {}); // it may be gone before it answers
      await ended;
      clearTimeout(late);
      rmSync(folder, { recursive: true, force: true, maxRetries: 20 }); // its other processes end a moment later
    },
  };
}

function executable() {
  const path = process.env.ATALAYA_CHROMIUM || found();
  if (!path || !existsSync(path)) {
    throw new Error('no Chromium (expected: chromium on the PATH, or ATALAYA_CHROMIUM)');
  }
  return path;
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
  return watch(await context.newPage(), address, allowed);
}

/** Watches a page from now on. */
export async function watch(page, address, allowed = []) {
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
