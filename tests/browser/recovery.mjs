// Owners help themselves in a real browser: once at 1440 px, where the pages move on by themselves, once at 360 px
// without JavaScript; and one whose account needs the desk. BASE is the running demo, SHOTS a folder for screenshots.
import assert from 'node:assert/strict';
import { digitsOn, givesPassword, linkIn, mailTo, types } from './demo.mjs';
import { browser, context, look, looked, press, says } from './look.mjs';
import { code } from './totp.mjs';

const steps = /\/account\/sign-in\/alternative$/;

// By itself where scripts run, and by the button where they do not.
async function movesOn(page, heading) {
  if (page.scriptless) await page.getByRole('link', { name: 'Continue' }).click();
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

async function proves(page, { email, number }, shot) {
  const shown = (name) => look(page, shot && `${shot}-${name}`);
  await givesPassword(page, email);
  await page.getByRole('link', { name: 'Troubleshoot MFA' }).click();
  await page.waitForURL(/\/troubleshoot$/);
  await shown('troubleshoot');
  await press(page, 'Sign in using alternative factors');
  await page.waitForURL(steps);
  await says(page, /Step 1: Email address verification/);
  await shown('step-1');
  await press(page, 'Send verification email');
  await shown('step-1-sent');

  const link = linkIn(await mailTo(email, 'Email verification'));
  const elsewhere = await context(360, true);
  await elsewhere.goto(link);
  await look(elsewhere, shot && `${shot}-verify`);
  await press(elsewhere, 'Verify your email address');
  await says(elsewhere, /Go back to the page where you began/);
  await look(elsewhere, shot && `${shot}-verified`);
  await elsewhere.context().close();

  await movesOn(page, /^Step 2: Phone number verification/);
  await shown('step-2');
  await press(page, 'Call me now');
  await shown('step-2-call');
  await types(number, await digitsOn(page), /Thank you/);
  await movesOn(page, /^Step 3: Sign in/);
  await shown('step-3');
}

async function helpsThemself(page, owner, shot) {
  const shown = (name) => look(page, shot && `${shot}-${name}`);
  await proves(page, owner, shot);
  await press(page, 'Sign in to the console');
  await page.waitForURL(/\/account\/security$/);
  await shown('security');
  await page.getByRole('link', { name: /^Deactivate/ }).first().click();
  await page.waitForURL(/\/deactivate$/);
  await shown('deactivate');
  await press(page, 'Deactivate');
  await page.waitForURL(/done=deactivated/);
  await shown('deactivated');
  await page.getByRole('link', { name: 'Activate MFA' }).first().click();
  await page.waitForURL(/\/activate$/);
  await page.getByLabel('Authenticator app').check();
  await page.getByLabel('Name of the device').fill('The phone after');
  await press(page, 'Continue');
  await page.waitForURL(/\/activate\/device\//);
  await shown('activate');
  const secret = await page.locator('.secret .mono').innerText();
  const step = Math.floor(Date.now() / 30_000);
  await page.getByLabel('First code').fill(code(secret, step - 1));
  await page.getByLabel('Second code').fill(code(secret, step));
  await press(page, 'Activate MFA');
  const saved = page.getByRole('link', { name: 'I have saved them' });
  if (await saved.count()) {
    await shown('codes');
    await saved.click();
    await page.waitForLoadState();
  }
  await says(page, /The phone after/);
  await shown('done');
  for (const words of ['Sign-in without your MFA device', 'MFA device deactivated', 'MFA device activated', 'is closed']) {
    await mailTo(owner.email, words);
  }
}

try {
  await helpsThemself(await context(1440, true), { email: 'oskar@demo.example', number: '+4915112345678' }, 'wide');
  await helpsThemself(await context(360, false), { email: 'ottilie@demo.example', number: '+33612345678' }, 'plain');

  // A privileged account needs the desk, which gets everything that was proved.
  const root = await context(360, true);
  await proves(root, { email: 'root@demo.example', number: '+12015550123' });
  await says(root, /that is not enough to go on alone/);
  await look(root, 'desk-step-3');
  await root.getByRole('link', { name: 'Hand over to the desk' }).click();
  await root.waitForURL(/\/sign-in\/assistance$/);
  await look(root, 'desk-form');
  await root.locator('[name=device_kind][value=virtual_totp]').check();
  await root.locator('[name=reason][value=lost]').check();
  await press(root, 'Send request');
  await root.waitForURL(/\/cases\/MFA-/);
  await says(root, /A second person is checking your request/);
  await look(root, 'desk-case');
  await mailTo('root@demo.example', 'The desk has your case');
  console.log(`recovery: ${looked.pages} looks`);
} finally {
  await browser.close();
}
