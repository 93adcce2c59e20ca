// What every browser run uses: contexts, looking at a page, pressing. BASE is the running demo, SHOTS a folder for
// screenshots (optional).
import assert from 'node:assert/strict';
import axe from 'axe-core';
import { chromium } from 'playwright-core';

const shots = process.env.SHOTS;
export let base = process.env.BASE;
export const looked = { pages: 0 };

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
});

// For a run that starts its demo itself.
export function runsAt(address) { base = address; }

// A page of its own browser window. Whatever its console tells fails the run, but what `excused` matches: a page that
// is answered 422 on purpose is told there as well.
export async function context(width, javaScriptEnabled, storageState) {
  const made = await browser.newContext({ viewport: { width, height: 800 }, javaScriptEnabled, storageState });
  const page = await made.newPage();
  page.scriptless = !javaScriptEnabled;
  page.excused = /status of 4\d\d/;
  page.setDefaultTimeout(20_000);
  page.on('console', (line) => {
    if (line.type() === 'error' && !page.excused.test(line.text())) {
      throw new Error(`console on ${page.url()}: ${line.text()}`);
    }
  });
  page.on('pageerror', (error) => { throw new Error(`script on ${page.url()}: ${error.message}`); });
  return page;
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// What looks at colours, and so finds other things in the dark.
const COLOURS = ['color-contrast', 'link-in-text-block'];

async function wrongs(page, runOnly) {
  if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(axe.source);
  return page.evaluate(async (only) => {
    const { violations } = await window.axe.run(document, { runOnly: only, resultTypes: ['violations'] });
    return violations
      .filter((v) => !v.tags.includes('best-practice') || v.impact === 'serious' || v.impact === 'critical')
      .map((v) => `${v.id} at ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
  }, runOnly);
}

// Looks at a page the way a customer's helper would: readable by a screen reader, in light and dark, no sideways
// scrolling.
export async function look(shown, shot) {
  looked.pages += 1;
  if (shots && shot) await shown.screenshot({ path: `${shots}/${shot}.png`, fullPage: true });
  const page = shown.scriptless ? await mirrored(shown) : shown;
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `${page.url()} scrolls sideways by ${wide} px at ${page.viewportSize().width} px`);
  const told = await wrongs(page, { type: 'tag', values: RULES });
  assert.deepEqual(told, [], `${page.url()}: ${told.join('; ')}`);
  await page.emulateMedia({ colorScheme: 'dark' });
  const pale = await wrongs(page, { type: 'rule', values: COLOURS });
  assert.deepEqual(pale, [], `${page.url()} in dark: ${pale.join('; ')}`);
  await page.emulateMedia({ colorScheme: 'light' });
}

// The checker is itself a script, so a page without scripts is looked at in a copy that has none of ours.
async function mirrored(page) {
  const url = page.url();
  const body = (await page.content()).replace(/<noscript><meta[^>]*><\/noscript>/g, '').replace(/<(\/?)noscript>/g, '<$1div>');
  if (!page.mirror) {
    const made = await browser.newContext({ viewport: page.viewportSize() });
    page.mirror = await made.newPage();
    await page.mirror.route('**/static/*.js*', (route) => route.abort());
    page.on('close', () => made.close().catch(() => { /* the browser is gone */ }));
  }
  const copy = page.mirror;
  await copy.setViewportSize(page.viewportSize());
  await copy.route(url, (route) => route.fulfill({ body, contentType: 'text/html; charset=utf-8' }), { times: 1 });
  await copy.goto(url);
  return copy;
}

// Presses a button whose form leads to another page, or follows a link.
export async function press(page, name, within = page) {
  await leads(page, () => within.getByRole('button', { name }).first().click());
}
export async function follow(page, name, within = page) {
  await leads(page, () => within.getByRole('link', { name }).first().click());
}
export async function leads(page, act) {
  await Promise.all([page.waitForEvent('load'), act()]);
}

// Goes on from a page that loads itself anew, which would break off what is on its way.
export async function goes(page, url) {
  await page.goto('about:blank');
  await page.goto(url);
}

export const text = (page) => page.locator('main').innerText();
export async function says(page, ...all) {
  const shown = await text(page);
  for (const words of all) assert.match(shown, words, page.url());
}

// Waits until a page says so by itself. A page that was loaded anew meanwhile has forgotten its mark.
export async function comesToSay(page, words, { within = 'main', timeout = 30_000 } = {}) {
  await page.locator(within).filter({ hasText: words }).first().waitFor({ timeout });
}
export const mark = (page) => page.evaluate(() => { window.stayed = true; });
export async function stayed(page) {
  assert.ok(await page.evaluate(() => window.stayed === true), `${page.url()} was loaded anew`);
}

// A file that a press saves, as text.
export async function saved(page, act) {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
