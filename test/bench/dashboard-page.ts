import type { BrowserContext, CDPSession, Page } from 'playwright-core';

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};

export interface PaintTimes {
  firstPaintMs: number;
  largestPaintMs: number;
  layoutShift: number;
  /** Until the heading and the content are there and nothing waits. */
  usableMs: number;
  requests: number;
}

/** Collects what the browser itself says of painting, shifts and keys, from before the first script on. */
const observers = `
  window.plimsollBench = { lcp: 0, cls: 0, events: [] };
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.plimsollBench.lcp = entry.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.plimsollBench.cls += entry.value; })
    .observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.plimsollBench.events.push([entry.name, entry.duration]); })
    .observe({ type: 'event', durationThreshold: 16, buffered: true });
`;

interface BenchWindow {
  plimsollBench: { lcp: number; cls: number; events: [string, number][] };
}

export async function openPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript(observers);
  return page;
}

export async function untilUsable(page: Page): Promise<void> {
  await page.locator('#main h1').first().waitFor({ timeout: 60_000 });
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"][aria-label="Loading"]') === null, null, {
    timeout: 60_000,
  });
}

/** One cold load of a page. */
export async function loadTimes(context: BrowserContext, url: string, slow: Slowdown | null): Promise<PaintTimes> {
  const page = await openPage(context);
  if (slow) await slowDown(await context.newCDPSession(page), slow);
  let requests = 0;
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/') && !request.url().includes('/events')) requests += 1;
  });
  await page.goto(url, { waitUntil: 'commit' });
  await untilUsable(page);
  const usableMs = await page.evaluate(() => performance.now());
  await page.waitForTimeout(500);
  const times = await page.evaluate(() => {
    const { lcp, cls } = (window as unknown as BenchWindow).plimsollBench;
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    return { firstPaintMs: paint?.startTime ?? Number.NaN, largestPaintMs: lcp, layoutShift: cls };
  });
  await page.close();
  return { ...times, usableMs, requests };
}

export interface Slowdown {
  cpu: number;
  megabits: number;
  latencyMs: number;
}

async function slowDown(session: CDPSession, { cpu, megabits, latencyMs }: Slowdown): Promise<void> {
  const bytes = (megabits * 1_000_000) / 8;
  await session.send('Emulation.setCPUThrottlingRate', { rate: cpu });
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: latencyMs,
    downloadThroughput: bytes,
    uploadThroughput: bytes,
  });
}

/** Milliseconds from each press of these keys to the next paint, as the browser's event timing has them. */
export async function keyDelays(page: Page, keys: readonly string[]): Promise<number[]> {
  await page.evaluate(() => void ((window as unknown as BenchWindow).plimsollBench.events.length = 0));
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.waitForTimeout(120);
  }
  await page.waitForTimeout(300);
  const events = await page.evaluate(() => (window as unknown as BenchWindow).plimsollBench.events);
  const slow = events.filter(([name]) => name === 'keydown').map(([, duration]) => duration);
  // Event timing leaves out what took less than 16 ms: those keys were answered within a frame.
  return [...slow, ...Array.from({ length: Math.max(0, keys.length - slow.length) }, () => 16)];
}

/** Milliseconds between frames while a box scrolls through all it has. */
export async function scrollFrames(page: Page, box: string): Promise<number[]> {
  return page.evaluate(
    (selector) =>
      new Promise<number[]>((resolve) => {
        const element = document.querySelector(selector) as HTMLElement;
        const frames: number[] = [];
        let before = performance.now();
        const step = (now: number) => {
          frames.push(now - before);
          before = now;
          element.scrollTop += 240;
          if (frames.length > 120) resolve(frames.slice(1));
          else requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      }),
    box,
  );
}
