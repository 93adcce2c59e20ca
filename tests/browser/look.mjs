// What the browser runs share: contexts, and looking at a page. BASE is the running demo, SHOTS a folder for screenshots
// (optional).
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import axe from '@axe-core/playwright';

const AxeBuilder = axe.default ?? axe;
const shots = process.env.SHOTS;
export const base = process.env.BASE;
export const looked = { pages: 0 };

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
});
export async function context(width, javaScriptEnabled) {
  const made = await browser.newContext({ viewport: { width, height: 800 }, javaScriptEnabled });
  const page = await made.newPage();
  page.scriptless = !javaScriptEnabled;
  page.setDefaultTimeout(20_000);
  // A page that answers 422 on purpose is told on the console as well; scripts and the policy are what matters.
  page.on('console', (line) => {
    if (line.type() === 'error' && !/status of 4\d\d/.test(line.text())) {
      throw new Error(`console on ${page.url()}: ${line.text()}`);
    }
  });
  page.on('pageerror', (error) => { throw new Error(`script on ${page.url()}: ${error.message}`); });
  return page;
}

// Looks at a page the way a customer's helper would: readable by a screen reader, no sideways scrolling.
export async function look(shown, shot) {
  looked.pages += 1;
  if (shots && shot) await shown.screenshot({ path: `${shots}/${shot}.png`, fullPage: true });
  const page = shown.scriptless ? await mirror(shown) : shown;
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `${page.url()} scrolls sideways by ${wide} px at ${page.viewportSize().width} px`);
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  const told = violations.map((v) => `${v.id} at ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
  assert.deepEqual(told, [], `${page.url()}: ${told.join('; ')}`);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await new AxeBuilder({ page }).withRules(['color-contrast', 'link-in-text-block']).analyze();
  const pale = dark.violations.map((v) => `${v.id} at ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
  assert.deepEqual(pale, [], `${page.url()} in dark: ${pale.join('; ')}`);
  await page.emulateMedia({ colorScheme: 'light' });
  if (page !== shown) await page.context().close();
}

// The checker is itself a script, so a page without scripts is looked at in a copy that has none of ours.
async function mirror(page) {
  const [url, body] = [page.url(), await page.content()];
  const made = await browser.newContext({ viewport: page.viewportSize() });
  const copy = await made.newPage();
  await copy.route('**/static/*.js*', (route) => route.abort());
  await copy.route(url, (route) => route.fulfill({ body, contentType: 'text/html; charset=utf-8' }));
  await copy.goto(url);
  return copy;
}

export async function press(page, name) {
  await page.getByRole('button', { name }).first().click();
  await page.waitForLoadState();
}

// What the demo's device of a person shows now.
export async function codeOf(email) {
  const devices = await (await fetch(`${base}/demo/devices.json`)).json();
  return devices.find((each) => each.email === email).devices[0].codes[1];
}
