// Security credentials in a real browser at 360 px: a passkey from a virtual security key, an app, recovery codes.
// BASE is the running demo, SHOTS a folder for screenshots (optional).
import assert from 'node:assert/strict';
import { codeOf, givesPassword } from './demo.mjs';
import { base, browser, context, look, looked, press, says } from './look.mjs';
import { code } from './totp.mjs';

const owner = 'olivia@demo.example';

async function begins(page, kind, name) {
  await page.goto(`${base}/account/security`);
  await page.getByRole('link', { name: 'Activate MFA' }).first().click();
  await page.waitForURL(/\/activate$/);
  await page.getByLabel(kind).check();
  await page.getByLabel('Name of the device').fill(name);
}

try {
  const page = await context(360, true);
  const key = await page.context().newCDPSession(page);
  await key.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await key.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'usb', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true,
    },
  });

  await givesPassword(page, owner);
  await look(page, 'sign-in-device-app');
  await page.getByLabel('Code of your device').fill(await codeOf(owner));
  await press(page, 'Sign in');
  await page.waitForURL(/\/account$/);
  await look(page, 'account');

  await begins(page, 'Passkey or security key', 'Blue key');
  await look(page, 'activate');
  await press(page, 'Continue');
  await page.waitForURL(/\/activate\/passkey\//);
  await look(page, 'activate-passkey');
  // Someone who refuses stays where they are and is told.
  await key.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await page.getByRole('button', { name: 'Set up passkey or security key' }).click();
  await page.getByRole('alert').filter({ hasText: 'no answer' }).waitFor();
  await look(page, 'activate-passkey-refused');
  await key.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await page.getByRole('button', { name: 'Set up passkey or security key' }).click();
  await page.waitForURL(/done=activated/);
  await says(page, /Blue key/);
  await look(page, 'security');

  // The same key does not do it twice.
  await begins(page, 'Passkey or security key', 'Blue key again');
  await press(page, 'Continue');
  await page.waitForURL(/\/activate\/passkey\//);
  await page.getByRole('button', { name: 'Set up passkey or security key' }).click();
  await page.getByRole('alert').filter({ hasText: 'active already' }).waitFor();

  await press(page, 'Sign out');
  await page.waitForURL(/\/account\/sign-in/);
  await givesPassword(page, owner);
  await look(page, 'sign-in-device-passkey');
  await page.getByRole('button', { name: 'Use a passkey or security key' }).click();
  await page.waitForURL(/\/account$/);

  await begins(page, 'Authenticator app', 'New phone');
  await press(page, 'Continue');
  await page.waitForURL(/\/activate\/device\//);
  await look(page, 'activate-app');
  await page.getByLabel('First code').fill('000000');
  await page.getByLabel('Second code').fill('000000');
  await press(page, 'Activate MFA');
  await says(page, /not two codes in a row/);
  await look(page, 'activate-app-wrong');
  const secret = await page.locator('.secret .mono').innerText();
  const step = Math.floor(Date.now() / 30_000);
  await page.getByLabel('First code').fill(code(secret, step - 1));
  await page.getByLabel('Second code').fill(code(secret, step));
  await press(page, 'Activate MFA');
  await page.waitForURL(/done=activated/);
  await says(page, /New phone/);

  await press(page, 'Make new recovery codes');
  await says(page, /shown only now/);
  assert.equal(await page.locator('.saved-codes li').count(), 10);
  await look(page, 'recovery-codes');
  await page.getByRole('link', { name: 'I have saved them' }).click();
  await page.waitForURL(/\/security$/);

  await page.getByRole('link', { name: 'Rename New phone' }).click();
  await page.waitForURL(/\/rename$/);
  await look(page, 'rename');
  await page.getByLabel('Name of the device').fill('Kitchen phone');
  await press(page, 'Rename');
  await page.waitForURL(/done=renamed/);
  await page.getByRole('link', { name: 'Deactivate Kitchen phone' }).click();
  await page.waitForURL(/\/deactivate$/);
  await look(page, 'deactivate');
  await press(page, 'Deactivate');
  await page.waitForURL(/done=deactivated/);
  await says(page, /Olivia's old phone/);
  assert.doesNotMatch(await page.locator('main').innerText(), /Kitchen phone/);
  await look(page, 'security-after');

  // Without scripts the button is not there, and the page says what is.
  const plain = await context(360, false);
  await givesPassword(plain, owner);
  assert.equal(await plain.getByRole('button', { name: 'Use a passkey or security key' }).count(), 0);
  await says(plain, /Use a code of your device or a recovery code here/);
  await look(plain, 'sign-in-device-plain');

  const subjects = (await (await fetch(`${base}/demo/mail.json`)).json()).map((mail) => mail.subject);
  for (const words of ['MFA device activated', 'MFA device deactivated', 'New recovery codes']) {
    assert.ok(subjects.some((subject) => subject.includes(words)), `no mail about ${words}`);
  }
  console.log(`passkey: ${looked.pages} looks`);
} finally {
  await browser.close();
}
