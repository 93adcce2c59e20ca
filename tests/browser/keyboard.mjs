// Whole journeys by keyboard alone: a customer at 360 px by Tab, Enter and Space, an agent once with the keys of the
// desk's pages and once, without scripts, by Tab alone. Nothing here touches a mouse. BASE is the running demo.
import assert from 'node:assert/strict';
import { codeOf, digitsOn, keeps, linkIn, mailTo, passwordOf, referenceOn } from './demo.mjs';
import { keyboard, skips } from './focus.mjs';
import { base, browser, context, look, looked, says } from './look.mjs';

let stops = 0;

// ---- the customer ----
async function asksForHelp(page, { email, name }) {
  await page.goto(`${base}/assistance`);
  await skips(page);
  await page.goto(`${base}/assistance`);
  const keys = keyboard(page);
  await keys.walk();
  await page.goto(`${base}/assistance`);
  await keys.presses('Send request');
  await look(page);
  // From what is wrong to where it is wrong.
  if (page.scriptless) {
    await keys.to(/Enter an e-mail address/);
  } else {
    assert.equal(await page.evaluate(() => document.activeElement.id), 'error-summary');
    await keys.tab();
  }
  await keys.key('Enter');
  assert.equal((await keys.now()).id, 'email');
  await page.keyboard.type(email);
  await keys.types('Your name', name);
  await keys.to('Authenticator app on a phone');
  await keys.key('Space');
  const reason = await keys.tab();
  assert.equal(reason.kind, 'radio');
  await keys.key('ArrowDown');
  const first = await keys.key('ArrowUp');
  assert.ok(first.checked && first.name === reason.name, 'arrows choose among the answers');
  await keys.types(/^Which step failed/, 'It asks for a code.');
  await keys.types(/^Anything else/, 'I typed this with the keyboard alone.');
  await keys.presses('Send request');
  await look(page);
  const reference = await referenceOn(page);
  await page.goto(linkIn(await mailTo(email, 'Email verification', reference)));
  await keys.presses('Verify your email address');
  await look(page);
  await keys.walk();
  stops += keys.stops.count;
  return reference;
}

async function showsCode(page, reference) {
  await page.goto(`${base}/cases/${reference}`);
  const keys = keyboard(page);
  await keys.presses('Show my code');
  await look(page);
  stops += keys.stops.count;
  return digitsOn(page);
}

// ---- the agent ----
async function signsIn(page, keys, name) {
  await page.goto(`${base}/desk`);
  await keys.types('E-mail address', `${name}@demo.example`);
  await keys.types('Password', passwordOf(name));
  await keys.leads('Enter');
  await keys.types('Code of your device', await codeOf(`${name}@demo.example`));
  await keys.leads('Enter');
  assert.match(page.url(), /\/desk$/);
  await keeps(page, name);
}

// From the claimed case to the list of approvals; how fields are come to is for `at` to say.
async function works(page, keys, at, customer, reference) {
  await says(page, /You hold this case now/);
  await look(page);
  await at.message();
  // Letters that are keys elsewhere are letters here.
  await page.keyboard.type('Dear Olivia, a j o x ? / g q: we call you now.');
  await keys.presses('Send message');
  await says(page, /The message is on its way/, /a j o x \? \/ g q/);
  await at.note();
  await page.keyboard.type('Sounds like herself.');
  await keys.presses('Add note');
  await says(page, /The note was added/);
  await keys.presses('Start callback');
  await says(page, /Say these two words first/);
  await look(page);
  const digits = await showsCode(customer, reference);
  if (!page.scriptless) {
    // The page says at its top that something changed. Going back to what lies beneath that brings it out.
    await page.locator('#live-note').waitFor();
    await page.evaluate(() => {
      const [note, before] = ['live-note', 'code'].map((id) => document.getElementById(id));
      scrollBy(0, before.getBoundingClientRect().top - note.getBoundingClientRect().top - 4);
      scrollBy(0, before.getBoundingClientRect().top - note.getBoundingClientRect().top - 4);
      before.form.querySelector('button').focus({ preventScroll: true });
    });
    assert.equal((await keys.tab(true)).id, 'code');
  }
  await keys.types('Code that the customer reads', digits);
  await keys.leads('Enter');
  await says(page, /Match: the phone number is confirmed/);
  await keys.types(/^A word to whoever approves/, 'Nothing odd.');
  await keys.presses('Ask for approval');
  await says(page, /The case is on the list of approvals/);
  await look(page);
}

async function withKeys(customer, reference) {
  const page = await context(1440, true);
  const keys = keyboard(page);
  const focused = async () => (await keys.now())?.name;
  await signsIn(page, keys, 'agent');
  await keys.walk();

  // The list of keys holds the focus until it is closed.
  await page.goto(`${base}/desk`);
  await keys.to('Search');
  await page.keyboard.press('?');
  assert.equal(await page.locator('#q').inputValue(), '?', 'in a field it is a letter');
  await page.goto(`${base}/desk`);
  await page.keyboard.press('?');
  await look(page, 'desk-keys');
  const dialog = page.locator('#shortcuts');
  assert.ok(await dialog.evaluate((box) => box.open && box.contains(document.activeElement)));
  for (let n = 0; n < 6; n += 1) {
    const at = await keys.tab(n > 3);
    assert.ok(!at || at.dialog, `${at?.name} has the focus behind the dialog`);
  }
  await keys.key('Escape');
  assert.equal(await dialog.evaluate((box) => box.open), false);

  // Queue → filter → open → claim.
  await keys.key('/');
  assert.equal((await keys.now()).id, 'q');
  await page.keyboard.type(reference);
  await keys.chooses('Tier', 'Standard');
  await keys.presses('Show');
  assert.match(page.url(), /tier=standard/);
  await keys.key('j');
  assert.equal(await focused(), reference);
  await keys.leads('o');
  assert.ok(page.url().endsWith(`/desk/cases/${reference}`));
  await skips(page);
  await keys.leads('a');
  await works(page, keys, { message: () => keys.key('r'), note: () => keys.key('i') }, customer, reference);
  await keys.key('g');
  await keys.leads('q');
  assert.match(page.url(), /\/desk$/);

  // Up and down, several at once, and one without a tick.
  const names = await page.locator('.row-link').allInnerTexts();
  await keys.key('j');
  await keys.key('j');
  assert.equal(await focused(), names[1]);
  await keys.key('x');
  await keys.key('k');
  await keys.key('x');
  assert.equal(await page.locator('#ticked').innerText(), '2 ticked');
  await keys.key('t');
  await page.keyboard.type('by hand');
  await keys.leads('Enter');
  await says(page, /Done for 2 of 2/);
  await look(page);
  await keys.presses('Back to the queue');
  assert.equal(await page.getByText('by hand', { exact: true }).count(), 2 + 1, 'two lines, and the filter');
  const name = await page.getByRole('row').filter({ hasText: 'N. Body' }).locator('.row-link').innerText();
  while (await focused() !== name) await keys.key('j');
  await keys.leads('a');
  await says(page, /Done for 1 of 1/);

  // Off in this browser, and on again.
  await page.goto(`${base}/desk`);
  await page.keyboard.press('?');
  await keys.to('Use these keys in this browser');
  await keys.key('Space');
  await keys.key('Escape');
  await keys.key('j');
  assert.notEqual((await keys.now())?.tag, 'a', 'keys that are off do nothing');
  await page.goto(`${base}/desk`);
  for (const off of ['j', '?', '/']) await keys.key(off);
  assert.equal(await keys.now(), null, 'the choice is kept');
  await keys.to(/^Shortcuts/);
  await keys.key('Enter');
  await keys.to('Use these keys in this browser');
  await keys.key('Space');
  await keys.key('Escape');
  assert.match(await focused(), /^Shortcuts/, 'the focus is where it was');
  await keys.key('j');
  assert.equal((await keys.now()).tag, 'a');
  stops += keys.stops.count;
}

async function withoutScripts(customer, reference) {
  const page = await context(1440, false);
  const keys = keyboard(page);
  await signsIn(page, keys, 'agent2');
  await skips(page);
  await page.goto(`${base}/desk`);
  const rows = (await keys.walk()).filter((at) => at.name.startsWith('Tick '));
  assert.ok(rows.length > 2 && rows.every((at) => at.kind === 'checkbox'));
  await page.goto(`${base}/desk`);
  await keys.types('Search', reference);
  await keys.leads('Enter');
  await keys.presses(reference);
  await keys.presses('Claim');
  await works(page, keys, {
    message: () => keys.to('Write to the customer'), note: () => keys.to('New note'),
  }, customer, reference);
  await page.goto(`${base}/desk/cases/${reference}`);
  await keys.walk();
  await page.goto(`${base}/desk/cases/${reference}`);
  await keys.presses('Queue');
  await keys.to(`Tick ${reference}`);
  await keys.key('Space');
  await keys.types('Tag', 'by tab', { kind: 'input' });
  await keys.presses('Put on');
  await says(page, /Done for 1 of 1/);
  await keys.presses('Back to the queue');
  await look(page);
  stops += keys.stops.count;
}

try {
  const olivia = await context(360, false);
  const first = await asksForHelp(olivia, { email: 'olivia@demo.example', name: 'Olivia Owner' });
  const oskar = await context(360, true);
  const second = await asksForHelp(oskar, { email: 'oskar@demo.example', name: 'Oskar Öztürk' });
  await withKeys(olivia, first);
  await withoutScripts(oskar, second);
  console.log(`keyboard: ${stops} stops, each visible, uncovered, in order and large enough; ${looked.pages} looks`);
} finally {
  await browser.close();
}
