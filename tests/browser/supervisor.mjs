// Journey 6: a supervisor and an auditor, once with scripts and once without. BASE is the running demo, DATA its folder
// and PROGRAM the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { alsoIn, asks, callsFor, linkIn, mailTo, signIn, verifies } from './demo.mjs';
import { base, browser, context, follow, leads, look, looked, press, saved, says, text } from './look.mjs';

const row = (page, words) => page.getByRole('row').filter({ hasText: words });

// A case that waits for a second person.
async function proven(owner) {
  const page = await context(360, false);
  const reference = await asks(page, { ...owner, message: `${owner.name} cannot get in.` });
  await verifies(page, owner.email, reference);
  await callsFor(page, owner.number);
  await page.goto(`${base}/cases/${reference}`);
  await says(page, /A second person is checking your request/);
  return { page, reference };
}

async function decides(sam, owner, to, outcome) {
  const { page, reference } = await proven(owner);
  await sam.goto(`${base}/desk/approvals`);
  assert.match(await row(sam, reference).innerText(), /You may decide/);
  await look(sam, 'desk-approvals');
  await sam.goto(`${base}/desk/cases/${reference}`);
  await sam.getByLabel('Give to').selectOption({ label: to });
  await press(sam, 'Reassign');
  await says(sam, /The case was reassigned/, new RegExp(`Held by\\s+${to}`));
  await look(sam);

  // Somebody at the old address says no; nobody but a supervisor goes on from there.
  await page.goto(linkIn(await mailTo(owner.email, 'Email verification', reference), 'object'));
  await press(page, 'Stop this request');
  const holder = await signIn(to === 'Ana Agent' ? 'agent' : 'agent2');
  await holder.goto(`${base}/desk/cases/${reference}`);
  await says(holder, /Only a supervisor may end this/);
  assert.equal(await holder.getByRole('button', { name: 'End the dispute' }).count(), 0);
  await holder.context().close();
  await sam.goto(`${base}/desk/alarms`);
  await says(sam, new RegExp(reference.replace(/[*$]/g, '\\$&')));
  await look(sam, 'desk-alarms');
  await press(sam, 'Seen');
  await look(sam);
  await sam.goto(`${base}/desk/cases/${reference}`);
  await press(sam, 'End the dispute');
  await look(sam);
  await sam.getByLabel(outcome).check();
  await sam.locator('#dispute_reason').fill('The owner called from the number of record.');
  await press(sam, 'End the dispute');
  await says(sam, /The dispute is over/);
  await look(sam);
  return reference;
}

async function managesPeople(sam, name) {
  const email = `${name.toLowerCase()}@demo.example`;
  await follow(sam, 'People');
  await look(sam, 'desk-people');
  await follow(sam, 'Add a person');
  await press(sam, 'Add and mail the link');
  await look(sam);
  await sam.getByLabel('E-mail address').fill(email);
  await sam.getByLabel('Name, as colleagues see it').fill(name);
  await sam.getByLabel('Agent', { exact: true }).check();
  await press(sam, 'Add and mail the link');
  const mail = await mailTo(email, '');
  const them = await context(1440, !sam.scriptless);
  await them.goto(mail.text.match(/http\S+set-password\S+/)[0].replace(/^http:\/\/[^/]+/, base));
  await look(them, 'desk-set-password');
  await them.getByLabel('New password').fill('a stapler and nine clouds');
  await press(them, 'Set password');
  await look(them);
  await them.goto(`${base}/desk/sign-in`);
  await them.getByLabel('E-mail').fill(email);
  await them.getByLabel('Password').fill('a stapler and nine clouds');
  await press(them, 'Sign in');
  await says(them, /[Aa]ctivate/);
  await look(them);

  await sam.goto(`${base}/desk/people`);
  await follow(sam, name);
  await look(sam, 'desk-person');
  await sam.getByLabel('Auditor').check();
  await press(sam, 'Change role');
  await says(sam, /Role\s+Auditor/);
  await press(sam, 'Suspend');
  await says(sam, /Suspended since/);
  await look(sam);
  await them.goto(`${base}/desk`);
  assert.match(them.url(), /\/sign-in/, 'the suspended are outside');
  await press(sam, 'Restore');
  await says(sam, /Standing\s+Active/);
  await press(sam, 'Sign them out everywhere');
  await press(sam, 'Mail a link to set a password');
  await look(sam);
  await sam.goto(`${base}/desk/people`);
  await follow(sam, 'Sam Supervisor');
  assert.equal(await sam.getByRole('button', { name: 'Change role' }).count(), 0, 'nobody changes themself');
  await look(sam);
}

async function reports(sam) {
  await follow(sam, 'Reports');
  await look(sam, 'desk-reports');
  await sam.locator('summary').filter({ hasText: 'Day by day' }).first().click();
  await look(sam);
  const today = new Date().toISOString().slice(0, 10);
  await sam.getByLabel('From', { exact: true }).fill(today);
  await sam.getByLabel('To', { exact: true }).fill(today);
  await press(sam, 'Show');
  assert.match(sam.url(), new RegExp(`from=${today}&to=${today}`));
  const links = sam.getByRole('link', { name: /^CSV/ });
  assert.ok(await links.count() >= 4);
  for (let n = 0; n < await links.count(); n += 1) {
    const file = await saved(sam, () => links.nth(n).click());
    assert.match(file.split('\r\n')[1], /^[^,]+(,[^,]*)+$/, file);
  }
}

// One line of a CSV file (RFC 4180) without line breaks inside.
const cells = (line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) => m[1]?.replaceAll('""', '"') ?? m[2]);

async function audits(aud, reference) {
  await aud.goto(`${base}/desk/cases/${reference}`);
  await says(aud, /Policy/, /Timeline/);
  for (const name of ['Claim', 'Approve', 'Deactivate', 'Reveal', 'End the dispute', 'Reassign', 'Add note']) {
    const button = aud.getByRole('button', { name, exact: true });
    if (await button.count()) assert.ok(await button.first().isDisabled(), `an auditor can press ${name}`);
  }
  await look(aud, 'desk-case-auditor');
  await follow(aud, 'Audit');
  const all = await text(aud);
  await aud.getByLabel('Case', { exact: true }).fill('nonsense');
  await press(aud, 'Filter');
  await says(aud, /reference/);
  await look(aud);
  await aud.getByLabel('Case', { exact: true }).fill(reference);
  await press(aud, 'Filter');
  const rows = aud.locator('table.audit tbody tr');
  const found = await rows.count();
  assert.ok(found > 5 && found === await rows.filter({ hasText: reference }).count());
  await look(aud, 'desk-audit-case');
  await aud.getByLabel('Action', { exact: true }).fill('case.reassigned');
  await press(aud, 'Filter');
  assert.equal(await rows.count(), 1);
  await aud.getByLabel('Action', { exact: true }).fill('no.such');
  await press(aud, 'Filter');
  await look(aud);

  // The file of a filter, and the whole: each entry holds the hash of the one before.
  await aud.goto(`${base}/desk/audit?case=${encodeURIComponent(reference)}`);
  const part = await saved(aud, () => aud.getByRole('link', { name: 'Export CSV' }).click());
  assert.ok(part.trim().split('\r\n').slice(1).every((line) => line.includes(`,${reference},`)));
  await aud.goto(`${base}/desk/audit`);
  const [, seq, hash] = (await text(aud)).match(/entry (\d+) ([0-9a-f]{64})/);
  const file = await saved(aud, () => aud.getByRole('link', { name: 'Export CSV' }).click());
  const [head, ...lines] = file.trim().split('\r\n').map(cells);
  assert.equal(head.join(), 'seq,at,actor_kind,actor,action,case_ref,account_id,ip,details,prev_hash,hash,form,salts,digests,erased_by');
  lines.sort((a, b) => a[0] - b[0]);
  for (const [n, line] of lines.entries()) if (n) assert.equal(line[9], lines[n - 1][10], `entry ${line[0]}`);
  assert.equal(lines.find((line) => line[0] === seq)[10], hash, 'the page shows the head of the same record');
  assert.ok(all.includes('Head of the record'));
  const verdict = execFileSync(process.env.PROGRAM, ['audit', 'verify', '--data', process.env.DATA]).toString();
  const [, counted] = verdict.match(/^whole: (\d+) entries, head [0-9a-f]{64}/m);
  assert.ok(Number(counted) >= lines.length, verdict);
}

try {
  const olivia = { email: 'olivia@demo.example', name: 'Olivia Owner', number: '+447911123456' };
  const oskar = { email: 'oskar@demo.example', name: 'Oskar Öztürk', number: '+4915112345678' };
  const sam = await signIn('supervisor');
  const plain = await alsoIn(sam, false);
  const first = await decides(sam, olivia, 'Ana Agent', 'Resume: every check has to be made again');
  await managesPeople(sam, 'Nora');
  await reports(sam);
  const second = await decides(plain, oskar, 'Ben Agent', 'Reject the request');
  await managesPeople(plain, 'Nils');
  await reports(plain);
  const aud = await signIn('auditor');
  await audits(aud, first);
  await audits(await alsoIn(aud, false), second);
  console.log(`supervisor: cases, people, reports and the record; ${looked.pages} looks`);
} finally {
  await browser.close();
}
