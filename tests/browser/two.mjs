// Two agents in one case: they see each other, what one does reaches the other without a reload, and nobody answers
// over somebody's head. BASE is the running demo.
import assert from 'node:assert/strict';
import { alsoIn, asks, signIn, verifies } from './demo.mjs';
import { base, browser, comesToSay, context, look, looked, mark, press, says, stayed, text } from './look.mjs';

try {
  const customer = await context(360, false);
  const owner = { email: 'olivia@demo.example', name: 'Olivia Owner', message: 'Two of you may look at this.' };
  const reference = await asks(customer, owner);
  await verifies(customer, owner.email, reference);
  const path = `/desk/cases/${reference}`;
  const [ana, ben, auditor] = [await signIn('agent'), await signIn('agent2'), await signIn('auditor')];
  const list = await alsoIn(ben, true);
  const line = (words) => list.getByRole('row').filter({ hasText: reference }).filter({ hasText: words });

  // Who looks is shown in the list and in the case.
  await list.goto(`${base}/desk`);
  await mark(list);
  await ana.goto(`${base}${path}`);
  await line('Ana Agent is looking').waitFor();
  await mark(ana);
  assert.doesNotMatch(await text(ana), /looks at this case too/);
  await ben.goto(`${base}${path}`);
  await says(ben, /Ana Agent looks at this case too/);
  await comesToSay(ana, 'Ben Agent looks at this case too');
  await mark(ben);
  await look(ana, 'desk-beside');
  await auditor.goto(`${base}${path}`);
  await says(auditor, /Ana Agent looks at this case too/);

  // So is who writes, before anything is sent.
  await ana.getByLabel('Write to the customer').pressSequentially('Dear Olivia, ');
  await comesToSay(ben, 'Ana Agent is writing in this case');
  await line('Ana Agent is writing').waitFor();
  await stayed(list);
  await look(list, 'desk-queue-beside');

  // What one adds reaches the other, who types on.
  await ben.getByLabel('New note').pressSequentially('Half a thought');
  await ana.getByLabel('Write to the customer').fill('');
  await ana.getByLabel('New note').fill('Ana was here.');
  await press(ana, 'Add note');
  await comesToSay(ben, 'Ana was here.');
  assert.equal(await ben.getByLabel('New note').inputValue(), 'Half a thought');
  assert.equal(await ben.evaluate(() => document.activeElement.id), 'note');
  await stayed(ben);
  // A draft is its writer's, and there again.
  assert.ok(!(await ana.content()).includes('Half a thought'));
  await ben.getByLabel('New note').blur();
  const again = await alsoIn(ben, false);
  for (let tries = 0; tries < 50; tries += 1) {
    await again.goto(`${base}${path}`);
    if (await again.getByLabel('New note').inputValue()) break;
  }
  assert.equal(await again.getByLabel('New note').inputValue(), 'Half a thought');

  // Who has not seen the latest message does not answer over it: with scripts, on a page that was cut off…
  await ben.goto(`${base}${path}`);
  await again.goto(`${base}${path}`);
  ben.excused = /status of 4\d\d|ERR_/;
  await ben.context().setOffline(true);
  await ana.getByLabel('Write to the customer').fill('We call you at noon.');
  await press(ana, 'Send message');
  await ben.getByLabel('Write to the customer').fill('We call you at three.');
  await ben.context().setOffline(false);
  // …and without.
  await again.getByLabel('Write to the customer').fill('We never call.');
  for (const late of [ben, again]) {
    const typed = await late.getByLabel('Write to the customer').inputValue();
    const [answer] = await Promise.all([
      late.waitForResponse((response) => response.request().method() === 'POST' && response.url().endsWith('/messages')),
      press(late, 'Send message'),
    ]);
    assert.equal(answer.status(), 409);
    await says(late, /This case changed in the meantime/, /Ana Agent wrote in the meantime/, /We call you at noon/);
    assert.equal(await late.getByLabel('Write to the customer').inputValue(), typed);
    await look(late);
  }
  await customer.goto(`${base}/cases/${reference}`);
  await says(customer, /We call you at noon/);
  assert.doesNotMatch(await text(customer), /at three|never/);
  await press(ben, 'Send message');
  await says(ben, /The message is on its way/);

  // One claims; the other's page says so, and its button does nothing any more.
  await ana.goto(`${base}${path}`);
  await ben.goto(`${base}${path}`);
  await again.goto(`${base}${path}`);
  await mark(ben);
  await press(ana, 'Claim');
  await says(ana, /You hold this case now/);
  await ben.locator('#live-note').waitFor();
  await stayed(ben);
  await look(ben, 'desk-changed');
  await ben.getByLabel('New note').fill('Kept over the look.');
  await press(ben, 'Show');
  await says(ben, /Held by\s+Ana Agent/);
  assert.equal(await ben.getByLabel('New note').inputValue(), 'Kept over the look.');
  await press(again, 'Claim');
  await says(again, /changed in the meantime/, /Held by\s+Ana Agent/);
  await look(again);

  // Each may do what their role and place in the case allow, also beside one another.
  for (const name of ['Start callback', 'Deactivate']) {
    assert.ok(await ben.getByRole('button', { name, exact: true }).isDisabled(), `${name} is not for who does not hold it`);
  }
  assert.ok(await ana.getByRole('button', { name: 'Start callback' }).isEnabled());
  assert.ok(await ana.getByRole('button', { name: 'Approve', exact: true }).isDisabled());
  await auditor.goto(`${base}${path}`);
  for (const name of ['Claim', 'Release', 'Reveal', 'Send message', 'Add note', 'Reassign']) {
    assert.equal(await auditor.getByRole('button', { name, exact: true }).count(), 0, `an auditor has ${name}`);
  }
  await look(auditor);
  await stayed(list);
  console.log(`two: two agents and an auditor in ${reference}; ${looked.pages} looks`);
} finally {
  await browser.close();
}
