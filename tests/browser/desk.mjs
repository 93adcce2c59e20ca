// Every page of the desk at three widths, in light and dark, by somebody who may see them all. BASE is the running demo,
// SHOTS a folder for screenshots (optional).
import assert from 'node:assert/strict';
import { codeOf, signIn } from './demo.mjs';
import { base, browser, leads, look, looked } from './look.mjs';

const widths = [360, 768, 1440];

async function survey(page, path, name) {
  const answer = await page.goto(`${base}${path}`);
  assert.equal(answer.status(), 200, `${path} answers ${answer.status()}`);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    await look(page, `${name}-${width}`);
  }
}

try {
  const page = await signIn('supervisor');
  const links = await page.locator('nav[aria-label=Desk] a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  assert.ok(links.length >= 8, `the desk's navigation has ${links.length} links`);
  const stepUp = [];
  for (const path of links) {
    await page.goto(`${base}${path}`);
    if (page.url().includes('/step-up')) stepUp.push(path);
    else await survey(page, path, `desk${path.replace(/^\/desk/, '').replaceAll('/', '-') || '-queue'}`);
  }
  const first = await page.goto(`${base}/desk`).then(() => page.locator('.row-link').first().getAttribute('href'));
  await survey(page, first, 'desk-case');
  for (const path of ['/desk/sessions', '/desk/tags', '/desk/views']) await survey(page, path, path.slice(1).replace('/', '-'));
  await survey(page, '/api/v1/docs', 'api-docs');

  for (const path of stepUp) {
    await page.goto(`${base}${path}`);
    if (page.url().includes('/step-up')) {
      await look(page, 'desk-step-up');
      await page.getByLabel('Code of your device').fill(await codeOf('supervisor@demo.example'));
      await leads(page, () => page.locator('main form button').first().click());
    }
    await survey(page, path, `desk${path.replace(/^\/desk/, '').replaceAll('/', '-')}`);
  }
  console.log(`desk: ${looked.pages} looks`);
} finally {
  await browser.close();
}
