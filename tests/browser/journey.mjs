// The demo's tour in a real browser. BASE is the running demo, SHOTS a folder for screenshots (optional).
import assert from 'node:assert/strict';
import { base, browser, codeOf, context, look, looked, press } from './look.mjs';

const owner = 'olivia@demo.example';
const passwords = {
  agent: 'correct-agent-horse-1',
  agent2: 'correct-agent-horse-2',
  auditor: 'correct-audit-horse-4',
};

async function signIn(name) {
  const page = await context(1440, true);
  await page.goto(`${base}/desk`);
  await look(page);
  await page.getByLabel('E-mail').fill(`${name}@demo.example`);
  await page.getByLabel('Password').fill(passwords[name]);
  await press(page, 'Sign in');
  await look(page, 'desk-device');
  await page.getByLabel('Code of your device').fill(await codeOf(`${name}@demo.example`));
  await press(page, 'Sign in');
  await page.waitForURL(/\/desk$/);
  return page;
}

async function newestLink(words) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const mails = await (await fetch(`${base}/demo/mail.json`)).json();
    const mail = mails.filter((m) => m.to.includes(owner) && m.subject.includes(words)).at(-1);
    if (mail) return mail.text.match(/http\S+\/open\?token=\S+/)[0].replace(/^http:\/\/[^/]+/, base);
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`no mail about ${words}`);
}

try {
  // The customer: a phone, no JavaScript.
  const customer = await context(360, false);
  await customer.goto(`${base}/`);
  await look(customer);
  await customer.goto(`${base}/assistance`);
  await look(customer, 'form');
  await customer.locator('form button').last().click();
  await look(customer);
  assert.match(await customer.locator('main').innerText(), /Enter an e-mail address/);
  await customer.locator('[name=email]').fill(owner);
  await customer.locator('[name=name]').fill('Olivia Owner');
  for (const [name, value] of [['device_kind', 'virtual_totp'], ['reason', 'lost']]) {
    const select = customer.locator(`select[name=${name}]`);
    if (await select.count()) await select.selectOption(value);
    else await customer.locator(`[name=${name}][value=${value}]`).check();
  }
  await customer.locator('[name=failed_step]').fill('After the password it asks for a code.');
  await customer.locator('[name=message]').fill('My phone fell into the lake.');
  await look(customer);
  await customer.locator('form button').last().click();
  await look(customer);
  const reference = (await customer.locator('main').innerText()).match(/MFA-\w{4}-\w{4}/)[0];

  await customer.goto(`${base}/cases/${reference}`);
  await look(customer);
  await customer.goto(await newestLink('Email verification'));
  await look(customer);
  await press(customer, 'Verify your email address');
  await look(customer);
  await press(customer, 'Call me now');
  await look(customer, 'status');
  const code = (await customer.locator('main').innerText()).match(/\b(\d{3})\s(\d{3})\b/);

  const phone = await context(360, false);
  await phone.goto(`${base}/demo/phone`);
  await look(phone);
  await phone.locator('[name=digits]').first().fill(code[1] + code[2]);
  await phone.getByRole('button', { name: 'Send digits' }).click();
  await phone.waitForLoadState();
  assert.match(await phone.locator('body').innerText(), /Thank you/);
  await look(phone);
  await phone.goto(`${base}/demo/mail`);
  await look(phone);

  // The desk: two agents, with JavaScript.
  const agent = await signIn('agent');
  await look(agent, 'queue');
  await agent.setViewportSize({ width: 360, height: 800 });
  await look(agent);
  await agent.setViewportSize({ width: 1440, height: 900 });
  await agent.goto(`${base}/desk/cases/${reference}`);
  await press(agent, 'Claim');
  await look(agent, 'case');
  await agent.setViewportSize({ width: 360, height: 800 });
  await look(agent);
  await agent.setViewportSize({ width: 1440, height: 900 });

  const second = await signIn('agent2');
  await second.goto(`${base}/desk/approvals`);
  await look(second);
  await second.getByRole('link', { name: reference }).click();
  await second.waitForLoadState();
  await look(second);
  await second.setViewportSize({ width: 360, height: 800 });
  await look(second);
  await second.setViewportSize({ width: 1440, height: 900 });
  await press(second, 'Approve');
  await look(second);
  await customer.goto(`${base}/cases/${reference}`);
  await look(customer);

  // The demo's cooling-off is two minutes.
  const until = Date.now() + 180_000;
  let ready = false;
  while (!ready && Date.now() < until) {
    await agent.waitForTimeout(2_000);
    await agent.goto(`${base}/desk/cases/${reference}`);
    ready = await agent.getByRole('button', { name: 'Deactivate' }).isEnabled();
  }
  assert.ok(ready, 'the case never became ready');
  await agent.locator('[name=authenticator]').first().check();
  await press(agent, 'Deactivate');
  await look(agent);
  assert.match(await agent.locator('main').innerText(), /Olivia's old phone/);
  await press(agent, 'Deactivate');
  assert.match(await agent.locator('main').innerText(), /is deactivated/);
  await look(agent);
  await customer.goto(`${base}/cases/${reference}`);
  assert.match(await customer.locator('main').innerText(), /deactivated/);
  await look(customer);

  const auditor = await signIn('auditor');
  await auditor.goto(`${base}/desk/audit`);
  await look(auditor);
  const [download] = await Promise.all([
    auditor.waitForEvent('download'),
    auditor.getByRole('link', { name: 'Export CSV' }).click(),
  ]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const csv = Buffer.concat(chunks).toString();
  assert.match(csv, /^seq,at,actor_kind,actor,action,case_ref,account_id,ip,details,prev_hash,hash\r\n/);
  assert.ok(csv.includes(`,case.deactivated,${reference},`));
  console.log(`browser: ${looked.pages} looks at pages, all readable, none scrolling sideways; ${reference} deactivated`);
} finally {
  await browser.close();
}
