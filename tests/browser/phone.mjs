// Journey 4: the phone number is out of date. A customer without scripts before a desk with them, a customer with
// scripts before a desk without, and an administrator of the account with and without. BASE is the running demo.
import assert from 'node:assert/strict';
import { alsoIn, asks, codeOf, givesPassword, linkIn, mailTo, signIn, types, verifies } from './demo.mjs';
import { base, browser, comesToSay, context, follow, leads, look, looked, mark, press, saved, says, stayed, text } from './look.mjs';

// What the camera of a customer makes.
async function photograph() {
  const page = await context(400, false);
  await page.setContent('<h1>Passport</h1>');
  const picture = await page.screenshot();
  await page.context().close();
  return { name: 'passport.png', mimeType: 'image/png', buffer: picture };
}

// The number as it was typed, as it was understood, and what is needed.
async function asksForNumber(page, reference) {
  await page.goto(`${base}/cases/${reference}`);
  await follow(page, 'I need to update my phone number');
  await says(page, /What is needed/, /held for 72 hours/);
  await look(page, 'phone-ask');
  await page.getByLabel('New phone number').fill('030 901820');
  await press(page, 'Continue');
  await says(page, /country code/);
  assert.equal(await page.getByLabel('New phone number').inputValue(), '030 901820');
  await look(page);
  await page.getByLabel('New phone number').fill('0049 (30) 90-1820');
  await press(page, 'Continue');
  await says(page, /Is this your new phone number/, /\+49 30 901820/);
  await look(page, 'phone-confirm');
  await press(page, 'Yes, this is my number');
  await says(page, /You asked for a new phone number/, /\+49 •••••••• 20/);
  await look(page);
}

async function uploads(page) {
  const way = page.locator('summary').filter({ hasText: 'Identity document' });
  if (await way.count()) await way.click();
  await page.getByLabel('Choose a file').setInputFiles(await photograph());
  await press(page, 'Upload document');
  await says(page, /Received/);
  await look(page);
}

async function examines(agent, reference) {
  await agent.goto(`${base}/desk/cases/${reference}`);
  await press(agent, 'Claim');
  const file = await saved(agent, () => agent.getByRole('link', { name: 'Open document 1' }).click());
  assert.ok(file.includes('PNG'));
  await agent.reload();
  const answers = () => agent.locator('form[action$="/examination"]');
  await agent.locator('summary').filter({ hasText: 'Examine' }).click();
  await press(agent, 'Record examination');
  await look(agent);
  const yes = answers().getByLabel('Yes');
  for (let n = 0; n < await yes.count(); n += 1) await yes.nth(n).check();
  await press(agent, 'Record examination');
  await says(agent, /The examination is recorded: the document passed/);
  await look(agent, 'desk-phone-change');
  await says(agent, /Phone number change\s+Awaiting approval/);
  assert.equal(await agent.getByRole('link', { name: 'Look at it and decide' }).count(), 0, 'not their own work');
}

async function approves(agent, reference) {
  await agent.goto(`${base}/desk/approvals`);
  const row = agent.getByRole('row').filter({ hasText: reference }).filter({ hasText: 'Phone number' });
  assert.match(await row.innerText(), /You may decide/);
  await look(agent);
  await follow(agent, reference, row);
  if (!agent.url().endsWith('/phone-change/approve')) await follow(agent, 'Look at it and decide');
  await says(agent, /\+49 30 901820/, /Identity document examined/);
  await look(agent, 'desk-phone-approve');
  await press(agent, 'Approve the change');
  await says(agent, /Its hold has begun/, /Held until/);
  await look(agent);
}

// One that asked, to the moment at which the change is held.
async function customer(page, { email, name, number }, [holder, approver]) {
  const reference = await asks(page, { email, name, message: `My number changed, says ${name}.` });
  await verifies(page, email, reference);
  await asksForNumber(page, reference);
  await uploads(page);
  await examines(holder, reference);
  if (!page.scriptless) {
    // The open page is told what goes on at the desk.
    await page.goto(`${base}/cases/${reference}`);
    await comesToSay(page, 'A second agent is looking at your new phone number');
    await mark(page);
  }
  await approves(approver, reference);
  if (page.scriptless) await page.goto(`${base}/cases/${reference}`);
  await comesToSay(page, 'approved and held until', { timeout: 40_000 });
  if (!page.scriptless) await stayed(page);
  await look(page);
  const mail = await mailTo(email, 'Your phone number will be changed', reference);
  assert.match(mail.text, /held until/);
  const phone = await context(360, true);
  await phone.goto(`${base}/demo/phone`);
  await comesToSay(phone, number);
  await says(phone, /press 9/i, /Text messages/);
  await look(phone);
  await phone.context().close();
  return { reference, mail };
}

async function isStopped(page, agent, reference) {
  // Whoever asked is outside.
  await page.goto(`${base}/cases/${reference}`);
  await says(page, /Open your case with a link/);
  await look(page);
  await agent.goto(`${base}/desk/cases/${reference}`);
  await says(agent, /Disputed: this case is frozen/, /Phone number change\s+Frozen/);
  await look(agent);
}

// From Account → Contact information, by somebody who administers the account.
async function administers(page, number) {
  await page.goto(`${base}/account`);
  await follow(page, 'Contact information');
  await says(page, /Ottilie Okafor/);
  await look(page, 'contact');
  await page.getByLabel('New phone number').fill('06 12');
  await press(page, 'Continue');
  await says(page, /country code/);
  await look(page);
  await page.getByLabel('New phone number').fill(number);
  await press(page, 'Continue');
  await says(page, /The owner is told as soon as you confirm it/, new RegExp(number.replace('+', '\\+')));
  await look(page);
  const now = Date.now();
  await press(page, 'Yes, this is my number');
  await says(page, /approved and held until/);
  await look(page);
  await mailTo('ottilie@demo.example', 'Your phone number will be changed', '', now);
  await press(page, 'Withdraw the change');
  assert.doesNotMatch(await text(page), /held until/);
}

try {
  const [ana, ben] = [await signIn('agent'), await signIn('agent2')];
  const olivia = { email: 'olivia@demo.example', name: 'Olivia Owner', number: '+447911123456' };
  const oskar = { email: 'oskar@demo.example', name: 'Oskar Öztürk', number: '+4915112345678' };

  // The old telephone stops one change, the old mailbox the other.
  const plain = await context(360, false);
  const first = await customer(plain, olivia, [ana, ben]);
  await types(olivia.number, '9', /The change is stopped/);
  await isStopped(plain, ben, first.reference);

  const scripted = await context(360, true);
  const second = await customer(scripted, oskar, [await alsoIn(ben, false), await alsoIn(ana, false)]);
  const stranger = await context(360, false);
  await stranger.goto(linkIn(second.mail, 'object'));
  await look(stranger);
  await press(stranger, 'Stop this request');
  await says(stranger, /The request is stopped/);
  await look(stranger);
  await isStopped(scripted, ana, second.reference);

  const mei = await context(360, true);
  await givesPassword(mei, 'mei@demo.example');
  await mei.getByLabel('Code of your device').fill(await codeOf('mei@demo.example'));
  await leads(mei, () => mei.getByRole('button', { name: 'Sign in', exact: true }).first().click());
  await administers(mei, '+33 6 98 76 54 32');
  await administers(await alsoIn(mei, false, 360), '+33 6 98 76 54 33');
  console.log(`phone: two changes stopped by the old addresses, two taken back; ${looked.pages} looks`);
} finally {
  await browser.close();
}
