// The people of the demo: how they sign in, what they are mailed, how their telephones ring. STATE is a folder in which
// the runs of one demo leave each other their sign-ins.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { base, context, leads, look, press, text } from './look.mjs';

const state = process.env.STATE;
const passwords = {
  agent: 'correct-agent-horse-1',
  agent2: 'correct-agent-horse-2',
  supervisor: 'correct-super-horse-3',
  auditor: 'correct-audit-horse-4',
};
const used = existsSync(`${state}/used.json`) ? JSON.parse(readFileSync(`${state}/used.json`)) : {};

const json = async (path) => (await fetch(`${base}${path}`)).json();

export async function sample(email) {
  return (await json('/demo/devices.json')).find((each) => each.email === email);
}

// A code of somebody's device that was not typed yet: each counts once, and the next does already.
export async function codeOf(email) {
  const step = () => Math.floor(Date.now() / 30_000);
  for (;;) {
    const now = step();
    const { devices } = await sample(email);
    const next = Math.max(now, (used[email] ?? 0) + 1);
    if (step() === now && next <= now + 1) {
      used[email] = next;
      writeFileSync(`${state}/used.json`, JSON.stringify(used));
      return devices[0].codes[next - now + 1];
    }
    await new Promise((done) => setTimeout(done, 500));
  }
}

// Signs somebody in to the desk; once, and then their sign-in is used again.
export async function signIn(name, { width = 1440, scripts = true } = {}) {
  const kept = `${state}/${name}.json`;
  const page = await context(width, scripts, existsSync(kept) ? kept : undefined);
  await page.goto(`${base}/desk`);
  if (page.url().includes('/sign-in')) {
    await look(page);
    await page.getByLabel('E-mail').fill(`${name}@demo.example`);
    await page.getByLabel('Password').fill(passwords[name]);
    await press(page, 'Sign in');
    await look(page, 'desk-device');
    await page.getByLabel('Code of your device').fill(await codeOf(`${name}@demo.example`));
    await press(page, 'Sign in');
    await keeps(page, name);
  }
  assert.match(page.url(), /\/desk$/);
  return page;
}

// Leaves a sign-in to whoever comes after.
export const keeps = (page, name) => page.context().storageState({ path: `${state}/${name}.json` });
export const passwordOf = (name) => passwords[name];

// The same person in a second window.
export async function alsoIn(page, scripts, width = 1440) {
  return context(width, scripts, await page.context().storageState());
}

// The first half of an account's sign-in.
export async function givesPassword(page, email) {
  await page.goto(`${base}/account/sign-in`);
  await page.getByLabel('E-mail address of the account').fill(email);
  await press(page, 'Next');
  await page.getByLabel('Password').fill((await sample(email)).password);
  await press(page, 'Sign in');
  assert.match(page.url(), /\/sign-in\/device/);
}

// The newest mail to somebody, about a case, since a moment.
export async function mailTo(email, words, reference = '', since = 0) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const mails = await json('/demo/mail.json');
    const mail = mails.filter((m) => (
      m.to.includes(email) && m.subject.includes(words) && m.text.includes(reference) && Date.parse(m.at) >= since
    )).at(-1);
    if (mail) return mail;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no mail about ${words} to ${email}`);
}

// The link of a mail that opens a case, or that stops it.
export function linkIn(mail, what = 'open') {
  const [link] = mail.text.match(new RegExp(`http\\S+/${what}\\?token=\\S+`)) ?? [];
  assert.ok(link, `no link to ${what} in ${mail.subject}`);
  return link.replace(/^http:\/\/[^/]+/, base);
}

// Fills the form in and sends it. Gives the reference.
export async function asks(page, { email, name, message = '' }) {
  await page.goto(`${base}/assistance`);
  await page.locator('[name=email]').fill(email);
  await page.locator('[name=name]').fill(name);
  await page.locator('[name=device_kind][value=virtual_totp]').check();
  await page.locator('[name=reason][value=lost]').check();
  await page.locator('[name=failed_step]').fill('After the password it asks for a code.');
  await page.locator('[name=message]').fill(message);
  await press(page, 'Send request');
  return referenceOn(page);
}
export async function referenceOn(page) {
  return (await text(page)).match(/MFA-[0-9A-Z]{4}-[0-9A-Z*~$=]{4}/)[0];
}

// Follows the link of the mail and presses its button: the case's page is open then.
export async function verifies(page, email, reference) {
  await page.goto(linkIn(await mailTo(email, 'Email verification', reference)));
  await press(page, 'Verify your email address');
  assert.ok(page.url().includes(`/cases/${reference}`), page.url());
}

export async function digitsOn(page) {
  const digits = (await text(page)).match(/\b(\d{3})\s(\d{3})\b/);
  assert.ok(digits, `no digits on ${page.url()}`);
  return digits[1] + digits[2];
}

// Types on the telephone of a number, on which a call rings.
export async function types(number, digits, answer) {
  const phone = await context(360, false);
  const call = () => phone.locator('article').filter({ hasText: number }).first();
  await phone.goto(`${base}/demo/phone`);
  for (let attempt = 0; attempt < 50 && !(await call().locator('[name=digits]').count()); attempt += 1) await phone.reload();
  await call().locator('[name=digits]').fill(digits);
  await leads(phone, () => call().getByRole('button', { name: 'Send digits' }).click());
  assert.match(await call().innerText(), answer);
  await look(phone);
  await phone.context().close();
}

// A customer proves who they are by mail and telephone; the page must have been verified.
export async function callsFor(page, number) {
  await press(page, 'Call me now');
  await types(number, await digitsOn(page), /Thank you/);
}
