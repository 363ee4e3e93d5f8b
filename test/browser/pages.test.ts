import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  accessibilityViolations,
  desktop,
  hasChromium,
  leakedWords,
  overflowWidth,
  phone,
  settle,
  startBrowser,
  watchPage,
  type TestBrowser,
} from './browser.js';
import { gpus, traces } from './fixtures.js';
import { startFixtureServer, type FixtureServer } from './fixture-server.js';

const firstTrace = traces(undefined).items[2]?.traceId ?? '';
const firstGpu = gpus().items[1]?.id ?? '';

const pages: readonly string[] = [
  'incidents',
  'incidents?state=resolved',
  'incidents/inc-204',
  'incidents/inc-205',
  'incidents/inc-209',
  'incidents/inc-213',
  'slos',
  'slos/support-answer-quality',
  'slos/objective-6',
  'slos/objective-1/calls?outcome=all&promptVersion=v42&group=other',
  'slos/objective-3/calls?outcome=all&sort=cost&of=outcomes',
  'slos/new',
  'slos/objective-2/edit',
  'traces',
  `traces?sel=${firstTrace}&feature=sql-copilot`,
  'traces?heat=quality',
  `traces/${firstTrace}`,
  `traces/${firstTrace}?tab=scores`,
  `traces/compare?a=${firstTrace}&b=${traces(undefined).items[4]?.traceId}`,
  'costs',
  'costs?by=model',
  'drift',
  'drift/d0',
  'gpus',
  `gpus/${firstGpu}`,
  'settings/keys',
  'settings/on-call',
  'welcome',
];

/** Made of the same form and the same list as the two above: structure and width only. */
const sections = 'projects scorers judges channels silences runbooks scraping prices audit'.split(' ');

describe.skipIf(!hasChromium)('dashboard pages on fixtures', () => {
  let server: FixtureServer;
  let browser: TestBrowser;

  beforeAll(async () => {
    server = await startFixtureServer();
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** One load a page; then it is looked at in both sizes and both schemes. Structure does not depend on the scheme. */
  describe('every page in both schemes and both sizes', () => {
    let context: BrowserContext;
    beforeAll(async () => {
      context = await browser.open('dark', desktop);
    });
    afterAll(() => context?.close());

    test.each(pages)('%s', async (path) => {
      const page = await context.newPage();
      const complaints = watchPage(page);
      await page.goto(`${server.url}/p/demo/${path}`);
      await settle(page);
      expect(await leakedWords(page)).toEqual([]);
      expect(await page.locator('header').first().innerText()).toContain('Simulated');
      for (const viewport of [desktop, phone]) {
        await page.setViewportSize(viewport);
        await page.waitForTimeout(150);
        await expect.poll(() => overflowWidth(page), { message: `${viewport.width}` }).toBe(0);
        for (const colorScheme of ['dark', 'light'] as const) {
          await page.emulateMedia({ colorScheme });
          const rules = colorScheme === 'dark' ? 'all' : 'contrast';
          expect(await accessibilityViolations(page, rules), `${viewport.width} ${colorScheme}`).toEqual([]);
        }
      }
      expect(complaints).toEqual([]);
      await page.close();
    });

    test('settings', async () => {
      const page = await context.newPage();
      const complaints = watchPage(page);
      for (const section of sections) {
        await page.goto(`${server.url}/p/demo/settings/${section}`);
        await settle(page);
        expect(await leakedWords(page), section).toEqual([]);
        await page.setViewportSize(desktop);
        expect(await accessibilityViolations(page), section).toEqual([]);
        await page.setViewportSize(phone);
        await page.waitForTimeout(100);
        await expect.poll(() => overflowWidth(page), { message: section }).toBe(0);
      }
      expect(complaints).toEqual([]);
      await page.close();
    });
  });

  test('the start leads to what burns, and an unknown project or page says so', async () => {
    const context = await browser.open();
    const page = await context.newPage();
    const complaints = watchPage(page);
    await page.goto(server.url);
    await page.waitForURL(/\/p\/default\/incidents/);
    await settle(page);
    expect(complaints).toEqual([]);
    for (const path of ['/p/nobody/slos', '/p/demo/nothing']) {
      await page.goto(`${server.url}${path}`);
      await page.getByText('There is no such page.').waitFor();
    }
    await context.close();
  });

  test('the incident page fits 1440x900 without scrolling and names its regions', async () => {
    const context = await browser.open();
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${server.url}/p/demo/incidents/inc-204`);
    await settle(page);
    const last = await page.getByRole('region', { name: 'What to do', exact: true }).boundingBox();
    expect((last?.y ?? Infinity) + (last?.height ?? 0)).toBeLessThanOrEqual(desktop.height);
    for (const region of ['Since when', 'Who is affected', 'Suspects', 'Timeline', 'A bad call', 'What to do']) {
      expect(await page.getByRole('region', { name: region, exact: true }).count(), region).toBe(1);
    }
    expect(await page.getByRole('region', { name: 'Since when' }).locator('canvas').count()).toBe(1);
    // What is below is asked for when somebody goes there.
    const courses = () => asked.filter((path) => path.endsWith('/course')).length;
    expect(courses()).toBe(0);
    await page.getByRole('button', { name: 'What else moved', exact: true }).click();
    await page.getByRole('region', { name: 'What else moved' }).locator('canvas').nth(5).waitFor();
    expect(courses()).toBe(1);
    await context.close();
  });

  test('while the store of calls is away one sees since when, what was recorded, and can acknowledge', async () => {
    const context = await browser.open('dark', phone);
    const page = await context.newPage();
    const complaints = watchPage(page);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${server.url}/p/demo/incidents/inc-213`);
    await settle(page);
    await page.getByText(/The store of calls has not answered since \d+ \w{3}( \d{4})? \d\d:\d\d/).waitFor();
    expect(await page.getByText(/The store of calls is away since/).count()).toBe(4);
    expect(await page.getByText(/hit 0|NaN/).count()).toBe(0);
    expect(asked.filter((path) => path.endsWith('/examples'))).toEqual([]);
    for (const region of ['Suspects', 'Timeline', 'What to do']) {
      expect(await page.getByRole('region', { name: region, exact: true }).getByText('is away').count(), region).toBe(
        0,
      );
    }
    await page
      .getByRole('button', { name: /^Acknowledge/ })
      .last()
      .click();
    await page.getByText('INC-213: Acknowledged').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('keys act, but not while one types', async () => {
    const context = await browser.open();
    const page = await context.newPage();
    const complaints = watchPage(page);
    const actions: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/actions')) actions.push(request.postData() ?? '');
    });
    await page.goto(`${server.url}/p/demo/incidents/inc-204`);
    await settle(page);
    await page.keyboard.press('a');
    await page.getByText('INC-204: Acknowledged').waitFor();
    expect(actions).toEqual(['{"action":"acknowledge","seq":7}']);
    await page.keyboard.press('n');
    await page.keyboard.type('aer?');
    expect(await page.locator('#incident-note').inputValue()).toBe('aer?');
    expect(actions).toHaveLength(1);
    await page.locator('#main').focus();
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'Costs' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Month before').waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search commands' }).fill('support-answer quality');
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page
      .getByRole('heading', { name: /support-answer quality/ })
      .first()
      .waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('range and filters live in the address and survive going elsewhere', async () => {
    const context = await browser.open();
    const page = await context.newPage();
    await page.goto(`${server.url}/p/demo/traces?from=now-24h&to=now&tz=Asia/Kolkata`);
    await settle(page);
    await page.getByRole('button', { name: 'Last 24 hours' }).waitFor();
    await page.getByRole('button', { name: 'Errors' }).click();
    expect(new URL(page.url()).searchParams.get('status')).toBe('error');
    await page.goBack();
    await page.getByRole('button', { name: 'Errors', pressed: false }).waitFor();
    await page.getByRole('link', { name: /^GPU fleet/ }).click();
    await page.getByRole('heading', { name: 'GPU fleet' }).waitFor();
    const { searchParams } = new URL(page.url());
    expect([searchParams.get('from'), searchParams.get('tz')]).toEqual(['now-24h', 'Asia/Kolkata']);
    await page.goto(`${server.url}/p/demo/traces?from=yesterday-ish&tz=Mars/Olympus`);
    await settle(page);
    await context.close();
  });

  test('a brush over the heatmap selects traces, and charts are files too', async () => {
    const context = await browser.open();
    const page = await context.newPage();
    const complaints = watchPage(page);
    await page.goto(`${server.url}/p/demo/traces?heat=duration`);
    await settle(page);
    const plot = await page.getByRole('img', { name: 'Traces by time and duration' }).boundingBox();
    const { x, y, width, height } = plot ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(x + width * 0.4, y + height * 0.2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.6, y + height * 0.5, { steps: 4 });
    await page.mouse.up();
    await page.getByRole('table', { name: 'Selected v rest' }).waitFor();
    const [from, to, least, most] = new URL(page.url()).searchParams.get('box')?.split('_').map(Number) ?? [];
    expect(Number(to)).toBeGreaterThan(Number(from));
    expect(Number(most)).toBeGreaterThan(Number(least));
    expect(await accessibilityViolations(page)).toEqual([]);
    for (const [name, head] of [
      ['CSV', 'time,from,to,traces'],
      ['PNG', '\u0089PNG'],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name, exact: true }).click(),
      ]);
      const stream = await download.createReadStream();
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      expect(Buffer.concat(chunks).toString('latin1').slice(0, head.length)).toBe(head);
      expect(download.suggestedFilename()).toBe(`traces-by-time-and-duration.${name.toLowerCase()}`);
    }
    // The same without a mouse: a whole band of the table.
    await page.getByRole('button', { name: 'Select nothing' }).click();
    await page.getByRole('button', { name: 'View as table' }).click();
    await page.getByRole('button', { name: /^Select 2 s to/ }).click();
    expect(new URL(page.url()).searchParams.get('box')).toMatch(/_2000_3000$/);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('the open time picker and the theme menu have no accessibility fault', async () => {
    for (const scheme of ['dark', 'light'] as const) {
      const context = await browser.open(scheme);
      const page = await context.newPage();
      await page.goto(`${server.url}/p/demo/traces`);
      await settle(page);
      await page.getByRole('button', { name: 'Last 6 hours' }).click();
      await page.getByLabel('From').waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Theme' }).click();
      await page.getByRole('menuitem', { name: 'Dark' }).waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      await context.close();
    }
  });

  test('one failing panel says what, why and how to retry, and leaves the others alive', async () => {
    const context = await browser.open();
    const page = await context.newPage();
    server.failing.add('/incidents/{id}/examples');
    try {
      await page.goto(`${server.url}/p/demo/incidents/inc-204`);
      await page.getByText('Examples could not be loaded.').first().waitFor();
      expect(await page.getByText('request req-fixture').count()).toBeGreaterThan(0);
      expect(await page.getByRole('table', { name: 'Suspects' }).count()).toBe(1);
      server.failing.clear();
      await page.getByRole('button', { name: 'Retry' }).first().click();
      await page.getByText('1 of 12').waitFor();
    } finally {
      server.failing.clear();
    }
    await context.close();
  });

  test('empty lists say why and what to do next', async () => {
    const context = await browser.open('light');
    const expected: readonly [string, string, string][] = [
      ['/incidents', 'incidents', 'Nothing is burning.'],
      ['/objectives', 'slos', 'No objective yet.'],
      ['/traces', 'traces', 'No trace in this time.'],
      ['/costs', 'costs', 'Nothing was spent'],
      ['/drift/reports', 'drift', 'No comparison yet.'],
      ['/gpus', 'gpus', 'No GPU is known yet.'],
      ['/keys', 'settings/keys', 'No key yet.'],
    ];
    for (const [pattern, path, words] of expected) {
      server.empty.add(pattern);
      const page = await context.newPage();
      const complaints = watchPage(page);
      await page.goto(`${server.url}/p/demo/${path}`);
      await page.getByText(words).first().waitFor();
      expect(await accessibilityViolations(page), path).toEqual([]);
      expect(complaints, path).toEqual([]);
      await page.close();
      server.empty.delete(pattern);
    }
    await context.close();
  });

  test('the theme stands before the first paint and text in data is never run', async () => {
    const context = await browser.open('light');
    const page = await context.newPage();
    await page.goto(`${server.url}/p/demo/incidents/inc-204`, { waitUntil: 'commit' });
    await page.waitForSelector('html[data-mantine-color-scheme="light"]', { state: 'attached' });
    await settle(page);
    expect(await page.getByText('<script>alert(1)</script>').count()).toBeGreaterThan(0);
    await context.close();
  });
});
