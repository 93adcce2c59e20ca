// From the form to a deactivated device: once with the customer at 360 px without scripts and the desk with them, once
// the other way round. The two cooling-offs, two minutes in the demo, pass beside each other. BASE is the running demo.
import assert from 'node:assert/strict';
import { alsoIn, asks, digitsOn, linkIn, mailTo, referenceOn, sample, signIn, types, verifies } from './demo.mjs';
import { base, browser, comesToSay, context, follow, goes, look, looked, mark, press, saved, says, stayed } from './look.mjs';

async function plainCustomer(owner) {
  const page = await context(360, false);
  await page.goto(`${base}/`);
  await look(page);
  await page.goto(`${base}/assistance`);
  await look(page, 'form');
  await press(page, 'Send request');
  await says(page, /Enter an e-mail address/);
  await look(page);
  const reference = await asks(page, owner);
  await look(page, 'received');
  await page.goto(`${base}/cases/${reference}`);
  await look(page);
  await page.goto(linkIn(await mailTo(owner.email, 'Email verification', reference)));
  await look(page, 'open');
  await press(page, 'Verify your email address');
  await look(page);
  await press(page, 'Call me now');
  await look(page, 'status');
  await types(owner.number, await digitsOn(page), /Thank you/);
  await goes(page, `${base}/cases/${reference}`);
  await says(page, /A second person is checking your request/);
  await page.goto(`${base}/demo/mail`);
  await look(page);
  return { page, reference };
}

// With scripts the page keeps what was typed wrong, and moves on by itself while it is looked at.
async function scriptedCustomer(owner) {
  const page = await context(360, true);
  await page.goto(`${base}/assistance`);
  await look(page, 'form-scripted');
  await page.locator('[name=name]').fill(owner.name);
  await press(page, 'Send request');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'error-summary');
  assert.equal(await page.locator('[name=name]').inputValue(), owner.name);
  await look(page);
  const reference = await asks(page, owner);
  assert.equal(await referenceOn(page), reference);
  await look(page);
  await verifies(page, owner.email, reference);
  await look(page);
  await press(page, 'Call me now');
  await look(page, 'status-scripted');
  await mark(page);
  await types(owner.number, await digitsOn(page), /Thank you/);
  await comesToSay(page, 'A second person is checking your request');
  await stayed(page);
  await look(page);
  return { page, reference };
}

async function looksAtBothWidths(page, shot) {
  await look(page, shot);
  await page.setViewportSize({ width: 360, height: 800 });
  await look(page);
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function approves(reference, holder, approver) {
  await looksAtBothWidths(holder, 'queue');
  await goes(holder, `${base}/desk/cases/${reference}`);
  await press(holder, 'Claim');
  await looksAtBothWidths(holder, 'case');
  await holder.getByLabel('Write to the customer').fill('We look at it now.');
  await press(holder, 'Send message');
  await says(holder, /The message is on its way/);
  await approver.goto(`${base}/desk/approvals`);
  await look(approver);
  await follow(approver, reference);
  await looksAtBothWidths(approver);
  await press(approver, 'Approve');
  await says(approver, /You approved this case/);
  await look(approver);
}

async function deactivates(holder, reference, { page }, device) {
  await press(holder, 'Deactivate');
  await look(holder, 'desk-deactivate');
  await says(holder, device);
  await press(holder, 'Deactivate');
  await says(holder, /is deactivated/);
  await look(holder);
  if (page.scriptless) await goes(page, `${base}/cases/${reference}`);
  await comesToSay(page, 'Your device is deactivated', { timeout: 60_000 });
  await look(page);
}

try {
  const olivia = {
    email: 'olivia@demo.example', name: 'Olivia Owner', number: '+447911123456', device: /Olivia's old phone/, message: 'It fell into the lake.',
  };
  const oskar = {
    email: 'oskar@demo.example', name: 'Oskar Öztürk', number: '+4915112345678', device: /Pixel/, message: 'A train ran over my phone.',
  };
  const [ana, ben] = [await signIn('agent'), await signIn('agent2', { scripts: false })];
  const [plainAna, scriptedBen] = [await alsoIn(ana, false), await alsoIn(ben, true)];

  const first = await plainCustomer(olivia);
  await approves(first.reference, ana, scriptedBen);
  await goes(first.page, `${base}/cases/${first.reference}`);
  await says(first.page, /a waiting time protects your account/, /We look at it now/);
  await look(first.page);
  // The holder's page stays open and is told when the wait is over.
  await ana.goto(`${base}/desk/cases/${first.reference}`);
  await says(ana, /Cooling/);
  await mark(ana);

  const second = await scriptedCustomer(oskar);
  await mark(second.page);
  await approves(second.reference, ben, plainAna);
  await comesToSay(second.page, 'a waiting time protects your account', { timeout: 40_000 });
  await stayed(second.page);
  await look(second.page);

  do {
    await ana.locator('#live-note').waitFor({ timeout: 180_000 });
    await stayed(ana);
    await press(ana, 'Show');
    await mark(ana);
  } while (!(await ana.getByRole('button', { name: 'Deactivate' }).isEnabled()));
  await ana.locator('[name=authenticator]').first().check();
  await deactivates(ana, first.reference, first, olivia.device);

  const until = Date.now() + 180_000;
  do {
    assert.ok(Date.now() < until, 'the case never became ready');
    await ben.waitForTimeout(1_000);
    await ben.goto(`${base}/desk/cases/${second.reference}`);
  } while (!(await ben.getByRole('button', { name: 'Deactivate' }).isEnabled()));
  await ben.getByRole('checkbox', { name: oskar.device }).check();
  await deactivates(ben, second.reference, second, oskar.device);
  assert.equal((await sample(olivia.email)).devices[0].active, false);

  const auditor = await signIn('auditor');
  await auditor.goto(`${base}/desk/audit`);
  await look(auditor, 'desk-audit');
  const csv = await saved(auditor, () => auditor.getByRole('link', { name: 'Export CSV' }).click());
  assert.match(csv, /^seq,at,actor_kind,actor,action,case_ref,account_id,ip,details,prev_hash,hash,form,salts,digests,erased_by\r\n/);
  for (const { reference } of [first, second]) assert.ok(csv.includes(`,case.deactivated,${reference},`));
  console.log(`journey: ${first.reference} and ${second.reference} deactivated; ${looked.pages} looks`);
} finally {
  await browser.close();
}
