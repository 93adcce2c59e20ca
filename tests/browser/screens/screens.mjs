// Pictures of every page, with real content: see screens.sh. OUT is the folder that they and their index go to, ONLY
// (parts of names, with commas) makes but some of them.
import { writeFileSync } from 'node:fs';
import { base, browser } from '../look.mjs';
import { Client } from './client.mjs';
import { acts, codeOf, codeOn, isCalled, linkTo, opens, signIn, until } from './demo.mjs';
import { confirmsAlone, givesPassword, thursday, threeWeeks } from './scenes.mjs';
import { person } from './people.mjs';

const only = (process.env.ONLY ?? '').split(',').filter(Boolean);
const index = [];
const sizes = { phone: { width: 360, height: 740 }, tablet: { width: 768, height: 1000 }, wide: { width: 1440, height: 900 } };

// The lower end of a long list shows nothing new.
const tallest = { phone: 1900, tablet: 1300, wide: 1400 };

async function press(page, name) {
  await page.getByRole('button', { name }).first().click();
  await page.waitForLoadState();
}

// One picture. `client` is who looks, `then` what they do in the page before it is taken.
async function shot(group, name, line, path, { client, size = 'phone', dark = false, then, scripts = true, whole = true } = {}) {
  const file = `${name}${size === 'tablet' ? '-768' : ''}${dark ? '-dark' : ''}.png`;
  index.push({ group, file, line, size, dark });
  if (only.length && !only.some((part) => name.includes(part))) return;
  const context = await browser.newContext({ viewport: sizes[size], javaScriptEnabled: scripts, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce', locale: 'en-GB' });
  context.setDefaultTimeout(15_000);
  if (client) await context.addCookies(client.cookies());
  const page = await context.newPage();
  await page.goto(base + path, { waitUntil: 'load' });
  if (page.url().includes('/step-up') && !path.includes('/step-up')) throw new Error(`${name}: a second factor was asked for`);
  if (then) await then(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) console.error(`${file}: scrolls sideways by ${wide} px`);
  const height = Math.min(await page.evaluate(() => document.documentElement.scrollHeight), tallest[size]);
  const { width } = sizes[size];
  await page.screenshot({ path: `${process.env.OUT}/${file}`, ...(whole && { fullPage: true, clip: { x: 0, y: 0, width, height } }) });
  await context.close();
}

const both = async (group, name, line, path, options = {}) => {
  await shot(group, name, line, path, { size: 'wide', ...options });
  await shot(group, `${name}-360`, line, path, { size: 'phone', ...options });
};

async function customers(made) {
  const group = 'The customer';
  await shot(group, 'home', 'The start page', '/', { size: 'wide' });
  await shot(group, 'home-360', 'The start page on a telephone', '/');
  await shot(group, 'form', 'The request for assistance', '/assistance');
  await shot(group, 'form', 'The same in dark', '/assistance', { dark: true });
  const sent = (page) => page.locator('form#assistance button.button-large').click().then(() => page.waitForLoadState());
  await shot(group, 'form-errors', 'What is missing is said above and beside the fields, and nothing typed is lost', '/assistance', { then: sent });
  await shot(group, 'received', 'The answer, which is the same whether or not there is such an account', '/assistance', {
    then: async (page) => {
      await page.locator('[name=email]').fill('somebody@nowhere.example');
      await page.locator('[name=name]').fill('Some Body');
      await page.locator('[name=device_kind][value=virtual_totp]').check();
      await page.locator('[name=reason][value=lost]').check();
      await sent(page);
    },
  });
  await shot(group, 'private', 'A case without its link: a fresh one can be asked for', made.approval.path);
  const tara = new Client(person('tara').network);
  await shot(group, 'verify-email', 'The page behind the mailed link, which does nothing by itself', await linkTo(person('tara').email, 'open', made.unconfirmed.reference), { client: tara });
  await shot(group, 'link-useless', 'A link that is not good any more', `${made.unconfirmed.path}/open?token=${'A'.repeat(43)}`);
  await shot(group, 'case-verifying', 'What is needed now, and how else it can be proved', made.proving.path, { client: made.proving.client });
  await shot(group, 'case-call', 'The call: six digits to type, two words to compare', made.calling.path, { client: made.calling.client });
  await shot(group, 'case-call', 'The same in dark', made.calling.path, { client: made.calling.client, dark: true });
  await shot(group, 'case-callback', 'An agent calls, and the code is shown once the words were heard', made.talk.path, { client: made.talk.client });
  await shot(group, 'case-limit', 'After three wrong codes', made.blocked.path, { client: made.blocked.client });
  await shot(group, 'case-approval', 'A second person looks at it', made.approval.path, { client: made.approval.client });
  await shot(group, 'case-cooling-off', 'The wait in which the owner can object', made.cooling.path, { client: made.cooling.client });
  await shot(group, 'case-cooling-off-wide', 'The same on a desk', made.cooling.path, { client: made.cooling.client, size: 'wide' });
  await shot(group, 'case-german', 'A case is spoken of in the language of its form', made.german.path, { client: made.german.client });
  await shot(group, 'case-deactivated', 'It is done, and what comes next', made.done.path, { client: made.done.client });
  await shot(group, 'case-disputed', 'Somebody said that it was not them: the browser that asked sees nothing any more', made.disputed.path, { client: made.disputed.client });
  await shot(group, 'case-member', 'A member asks the administrators of the account', made.member.path, { client: made.member.client });
  await shot(group, 'case-phone-held', 'A document that was examined, and a new number on hold', made.held.path, { client: made.held.client });
  await shot(group, 'phone-change', 'What a new phone number needs', `${made.proving.path}/phone`, { client: made.proving.client });
  await shot(group, 'phone-change-confirm', 'The number as it was understood', `${made.proving.path}/phone`, {
    client: made.proving.client,
    then: async (page) => {
      await page.locator('[name=number]').fill('+44 (0)20 7946 0177');
      await press(page, 'Continue');
    },
  });
  await shot(group, 'not-me', 'This wasn’t me: one press, no sign-in', await linkTo(person('priya').email, 'object', made.approval.reference));
  await shot(group, 'not-me-done', 'Everything has stopped', made.objection, { then: (page) => page.locator('main form button').first().click().then(() => page.waitForLoadState()) });
  await shot(group, 'error-404', 'An address that there is not', '/nothing/here');
  await shot(group, 'home-german', 'Every page of the customer speaks six languages', '/', { then: (page) => page.locator('button[lang=de]').click().then(() => page.waitForLoadState()) });
}

async function selfService(made) {
  const group = 'Self-service';
  const { oskar, olivia } = made.owners;
  await shot(group, 'sign-in', 'Sign in', '/account/sign-in');
  await shot(group, 'sign-in-password', 'The password', '/account/sign-in', {
    then: async (page) => {
      await page.getByLabel('E-mail address of the account').fill(oskar.email);
      await press(page, 'Next');
    },
  });
  const { client } = await givesPassword(oskar);
  await shot(group, 'sign-in-device', 'Sign in with authentication device', '/account/sign-in/device', { client });
  await shot(group, 'troubleshoot', 'Troubleshoot your authentication device', '/account/sign-in/troubleshoot', { client });
  await confirmsAlone(oskar, client, async (step) => {
    const lines = {
      'step-1': 'Step 1: the e-mail address', 'step-1-sent': 'The mail is under way; the page moves on by itself', 'step-2': 'Step 2: the phone number', 'step-2-call': 'The call', 'step-3': 'Step 3: let in to the devices, and to nothing else',
    };
    await shot(group, step, lines[step], '/account/sign-in/alternative', { client });
    if (step === 'step-2-call') await shot(group, 'step-2-call-wide', 'The call, on a desk', '/account/sign-in/alternative', { client, size: 'wide' });
  });
  await shot(group, 'security', 'Security credentials', '/account/security', { client, size: 'wide' });
  await shot(group, 'security-360', 'Security credentials on a telephone', '/account/security', { client });
  const page = await client.get('/account/security');
  const [, device] = page.html.match(/\/devices\/([0-9a-f-]+)\/deactivate/);
  await shot(group, 'security-deactivate', 'What deactivating means, before it is done', `/account/security/devices/${device}/deactivate`, { client });
  await shot(group, 'security-rename', 'A device gets another name', `/account/security/devices/${device}/rename`, { client });
  await shot(group, 'security-activate', 'Activate MFA: which kind', '/account/security/activate', { client });
  const activate = (kind) => async (shown) => {
    await shown.locator(`[name=kind][value=${kind}]`).check();
    await shown.locator('[name=name]').fill('New phone');
    await press(shown, 'Continue');
  };
  await shot(group, 'security-activate-app', 'An authenticator app: scan, then two codes', '/account/security/activate', { client, then: activate('virtual_totp') });
  await shot(group, 'security-activate-passkey', 'A passkey or security key', '/account/security/activate', { client, then: activate('passkey') });

  const admin = (await givesPassword(olivia, 72)).client;
  await admin.send(await admin.get('/account/sign-in/device'), '/account/sign-in/device', { code: await codeOf(olivia.email) });
  await shot(group, 'account', 'The account, with what a member asks of its administrator', '/account', { client: admin, size: 'wide' });
  await shot(group, 'account-360', 'The same on a telephone', '/account', { client: admin });
  await shot(group, 'account-request', 'An administrator looks at a member’s request', `/account/requests/${made.member.reference}`, { client: admin });
  await shot(group, 'account-contact', 'Contact information of the members', '/account/contact', { client: admin });
  await shot(group, 'account-sessions', 'Where the account is signed in', '/account/sessions', { client: admin });
  await shot(group, 'account-step-up', 'A second factor again, for what gives power away', '/account/step-up?next=%2Faccount', { client: admin });
  const codes = (shown) => shown.locator('form[action$="/recovery-codes"] button').click().then(() => shown.waitForLoadState());
  await shot(group, 'security-codes', 'Recovery codes, shown once', '/account/security', { client: admin, then: codes });
}

async function agents(made) {
  const group = 'The agent';
  const ana = await signIn('agent');
  const wide = { client: ana, size: 'wide' };
  await shot(group, 'desk-sign-in', 'Sign in to the desk', '/desk/sign-in', { size: 'wide' });
  await shot(group, 'desk-forgotten-password', 'A link to set a new password', '/desk/forgotten-password', { size: 'wide' });
  await shot(group, 'desk-sign-in-device', 'The second factor', '/desk/sign-in', {
    size: 'wide',
    then: async (page) => {
      await page.getByLabel('E-mail address').fill('agent2@demo.example');
      await page.getByLabel('Password').fill('correct-agent-horse-2');
      await press(page, 'Sign in');
    },
  });
  await both(group, 'queue', 'The queue: what is due first, with tags and clocks', '/desk?view=all', { client: ana });
  await shot(group, 'queue', 'The queue in dark', '/desk?view=all', { ...wide, dark: true });
  await shot(group, 'queue', 'The queue on a tablet', '/desk?view=all', { client: ana, size: 'tablet' });
  await shot(group, 'queue-mine', 'What the agent holds', '/desk?view=mine', wide);
  await shot(group, 'queue-search', 'Search over references, names, messages and notes', '/desk?q=harbour', wide);
  await shot(group, 'queue-empty', 'A view in which there is nothing to do', '/desk?view=overdue&tier=privileged', wide);
  await shot(group, 'queue-keys', 'Keys', '/desk?view=all', { ...wide, whole: false, then: (page) => page.keyboard.press('?') });
  const at = (each) => `/desk/cases/${each.reference}`;
  await both(group, 'case', 'A case that is being proved: what is next, what is missing, what was said', at(made.twin), { client: ana });
  await shot(group, 'case', 'The case in dark', at(made.twin), { ...wide, dark: true });
  await shot(group, 'case', 'The case on a tablet', at(made.twin), { client: ana, size: 'tablet' });
  await both(group, 'case-live-call', 'A callback: the agent types what the customer reads, and never sees the code', at(made.talk), { client: ana });
  await shot(group, 'case-awaiting', 'Everything is proved; a second agent has to look', at(made.approval), wide);
  await shot(group, 'case-cooling', 'The cooling-off', at(made.cooling), wide);
  await shot(group, 'case-ready', 'Ready to be deactivated', at(made.ready), wide);
  await shot(group, 'case-done', 'Deactivated', at(made.done), wide);
  await shot(group, 'case-phone', 'A case with a document and a phone number on hold', at(made.held), wide);
  await shot(group, 'case-merge', 'Two requests of one person', at(made.twin), { ...wide, whole: false, then: (page) => page.locator('#kin-title').scrollIntoViewIfNeeded() });
  await shot(group, 'case-limits', 'A case whose calls are blocked', at(made.blocked), wide);
  await shot(group, 'case-privileged', 'A privileged account, which needs more', at(made.privileged), wide);
  await opens(ana, '/desk/password');
  const page = await ana.get(at(made.ready));
  const [, device] = page.html.match(/name="authenticator" value="([^"]+)"/);
  await both(group, 'deactivate', 'Deactivate: the device and the account, once more', `${at(made.ready)}/deactivate?authenticator=${device}`, { client: ana });
  await shot(group, 'print', 'A case for paper', `${at(made.talk)}/print`, wide);
  await both(group, 'approvals', 'What awaits a second person', '/desk/approvals', { client: ana });
  await shot(group, 'approve', 'What exactly is approved', `${at(made.approval)}/approve`, wide);
  await shot(group, 'approve-number', 'A new phone number is approved', `${at(made.newNumber)}/phone-change/approve`, wide);
  await shot(group, 'bulk', 'Several cases at once, each with its own answer', '/desk?view=unassigned', {
    ...wide,
    then: async (shown) => {
      for (const box of (await shown.locator('input[name=case]').all()).slice(0, 3)) await box.check();
      await shown.locator('#bulk-tag').fill('today');
      await shown.getByRole('button', { name: 'Put on' }).first().click();
      await shown.waitForLoadState();
    },
  });
  await both(group, 'mail', 'Mails that name no case', '/desk/mail', { client: ana });
  const mail = (await ana.get('/desk/mail')).html.match(/href="(\/desk\/mail\/[0-9a-f-]+)"/)?.[1];
  if (mail) await shot(group, 'mail-read', 'One of them', mail, wide);
  await shot(group, 'tags', 'Tags', '/desk/tags', wide);
  await shot(group, 'views', 'Saved views', '/desk/views', wide);
  await shot(group, 'sessions', 'One’s own sign-ins', '/desk/sessions', wide);
  await shot(group, 'tokens', 'Tokens for programs', '/desk/tokens', wide);
  await shot(group, 'desk-security', 'One’s own devices', '/desk/security', wide);
  await shot(group, 'desk-password', 'A new password', '/desk/password', wide);
  await shot(group, 'desk-step-up', 'A second factor again, for what gives power away', '/desk/step-up?next=%2Fdesk', wide);
  await shot(group, 'desk-forbidden', 'A page that is not for this role', '/desk/audit', wide);
  await shot(group, 'desk-error-404', 'An address that there is not', '/desk/nothing', wide);
}

async function others(made) {
  const sam = await signIn('supervisor');
  await opens(sam, '/desk/password');
  let group = 'The supervisor';
  const wide = { client: sam, size: 'wide' };
  await both(group, 'alarms', 'Alarms, which ring on every page until somebody has seen them', '/desk/alarms', { client: sam });
  await shot(group, 'case-dispute', 'A disputed case, which only a supervisor ends', `/desk/cases/${made.disputed.reference}`, wide);
  await both(group, 'blocks', 'What happened too often', '/desk/blocks', { client: sam });
  await both(group, 'reports', 'Reports: charts, with the numbers beside them and as CSV', '/desk/reports?from=2026-11-01&to=2026-11-26', { client: sam });
  await shot(group, 'reports', 'Reports in dark', '/desk/reports?from=2026-11-01&to=2026-11-26', { ...wide, dark: true });
  await both(group, 'people', 'Who works at the desk', '/desk/people', { client: sam });
  const someone = (await sam.get('/desk/people')).html.match(/href="(\/desk\/people\/[0-9a-f-]+)"/)[1];
  await shot(group, 'person', 'One of them', someone, wide);
  await shot(group, 'person-add', 'A new colleague', '/desk/people/add', wide);
  await shot(group, 'replies', 'Replies to begin from', '/desk/replies', wide);
  await shot(group, 'reply', 'A reply in six languages', (await sam.get('/desk/replies')).html.match(/href="(\/desk\/replies\/[0-9a-f-]+)"/)[1], wide);
  await shot(group, 'deliveries', 'Events for other programs', '/desk/deliveries', wide);
  await shot(group, 'contacts', 'Contacts of other directories', '/desk/contacts', wide);

  group = 'The auditor';
  const aud = await signIn('auditor');
  await opens(aud, '/desk/audit.csv?case=MFA-0000-0000').catch(() => {});
  await both(group, 'audit', 'The record', `/desk/audit?case=${made.cooling.reference}`, { client: aud });
  await shot(group, 'audit-all', 'The newest entries of all', '/desk/audit', { client: aud, size: 'wide', whole: false });
  await both(group, 'audit-verify', 'Every hash computed again', '/desk/audit/verify', { client: aud });
  await shot(group, 'audit-empty', 'Filters that nothing fits', '/desk/audit?action=case.nothing', { client: aud, size: 'wide' });

  group = 'Programs and the demonstration';
  await both(group, 'api-docs', 'The interface for programs', '/api/v1/docs', { client: aud, whole: false });
  await shot(group, 'demo-mail', 'The demonstration’s mailbox', '/demo/mail', { size: 'wide', whole: false });
  await shot(group, 'demo-phone', 'Its telephone', '/demo/phone', { whole: false });
  await shot(group, 'demo-devices', 'Its devices', '/demo/devices', { size: 'wide', whole: false });
}

function writesIndex() {
  const groups = ['The customer', 'Self-service', 'The agent', 'The supervisor', 'The auditor', 'Programs and the demonstration'];
  const lines = ['# Every page in pictures', '', 'Made by `tests/browser/screens/screens.sh` from the demonstration, whose people do not exist. Pages of customers are 360 px', 'wide, those of the desk 1440 px, unless the name says otherwise.', ''];
  for (const group of groups) {
    lines.push(`## ${group}`, '');
    for (const { file, line, size } of index.filter((each) => each.group === group)) {
      lines.push(`**${line}**`, '', `<img src="${file}" alt="${line.replaceAll('"', '')}" width="${{ phone: 270, tablet: 500, wide: 900 }[size]}">`, '');
    }
  }
  writeFileSync(`${process.env.OUT}/README.md`, lines.join('\n'));
}

try {
  await threeWeeks();
  console.error('three weeks went by');
  const made = await thursday();
  console.error('it is Thursday');
  // What goes on right now: one customer is called by the program, another by an agent.
  made.proving = made.campaign;
  made.calling = made.duplicate;
  await acts(await signIn('agent'), made.talk.reference, '/callback');
  const nora = made.talk.client;
  await nora.send(await nora.get(made.talk.path), '/show-code');
  await until('the call', async () => codeOn(await nora.get(made.talk.path)));
  await agents(made);
  await others(made);
  await isCalled(made.calling);
  await customers(made);
  await selfService(made);
  if (!only.length) writesIndex();
  console.log(`screens: ${index.length} pictures`);
} finally {
  await browser.close();
}
