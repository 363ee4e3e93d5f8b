import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** Where Debian, Ubuntu, Fedora and macOS put it; the first that exists is used. */
const candidates = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export const chromiumPath = candidates.find((path) => existsSync(path));
export const hasChromium = chromiumPath !== undefined;
if (!hasChromium) {
  console.log('SKIPPED: browser tests need Chromium (Debian: apt-get install chromium)');
}

export type Scheme = 'dark' | 'light';

/** A hang is a failure, a busy machine is none. */
const shownWithinMs = 60_000;

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

export interface TestBrowser {
  open: (scheme?: Scheme, viewport?: { width: number; height: number }) => Promise<BrowserContext>;
  close: () => Promise<void>;
}

export async function startBrowser(): Promise<TestBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'plimsoll-chromium-'));
  const browser: Browser = await chromium.launch({
    ...(chromiumPath ? { executablePath: chromiumPath } : {}),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disk-cache-dir=${profile}`,
    ],
  });
  return {
    open: async (scheme = 'dark', viewport = desktop) => {
      const timezoneId = 'Europe/Berlin';
      const context = await browser.newContext({ viewport, colorScheme: scheme, timezoneId, reducedMotion: 'reduce' });
      context.setDefaultTimeout(shownWithinMs);
      return context;
    },
    close: async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Collects what a page complains of; a test expects the list to stay empty. */
export function watchPage(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  return complaints;
}

/** Waits until the page shows its content: no skeleton, charts drawn, fonts there. */
export async function settle(page: Page): Promise<void> {
  await page.locator('#main h1').first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"][aria-label="Loading"]') === null);
  await page.waitForTimeout(250);
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeViolation {
  id: string;
  help: string;
  nodes: { target: unknown[]; failureSummary?: string }[];
}

/** Violations of WCAG 2.0 to 2.2, A and AA, and of best practice, one line each. */
export async function accessibilityViolations(page: Page, rules: 'all' | 'contrast' = 'all'): Promise<string[]> {
  // Through the debugger: the page's content security policy rightly refuses injected script elements.
  // Once a page: to read half a megabyte of script for each look took longer than many a look.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(`${axeSource}; undefined`);
  const runOnly =
    rules === 'all'
      ? ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
      : { type: 'rule', values: ['color-contrast'] };
  const violations = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(runOnly)}, resultTypes: ['violations'], preload: false }).then((result) => result.violations)`,
  )) as AxeViolation[];
  return violations.flatMap(({ id, help, nodes }) =>
    nodes
      .slice(0, 3)
      .map(({ target, failureSummary }) => `${id}: ${help} at ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

/** Words that betray a value that was not handled. */
export async function leakedWords(page: Page): Promise<string[]> {
  const text = await page.locator('body').innerText();
  return ['NaN', 'undefined', 'Invalid Date', '[object Object]', 'Infinity'].filter((word) => text.includes(word));
}

export async function overflowWidth(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
