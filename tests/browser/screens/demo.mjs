// The demo as a stage: its clock, its mails and telephone, and what each side does by the pages, quickly.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { base } from '../look.mjs';
import { Client } from './client.mjs';

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

// ---- the clock: the demo runs under libfaketime, which reads this file whenever it asks for the time ----
let ahead = 0;
const tell = () => writeFileSync(process.env.CLOCK, `${ahead < 0 ? '-' : '+'}${Math.abs(ahead)}\n`);
export function at(moment) {
  ahead = Math.round((Date.parse(moment) - Date.now()) / 1000);
  tell();
}
export function later(minutes) {
  ahead += Math.round(minutes * 60);
  tell();
}

// Asks until there is an answer: errands and timers run beside the pages.
export async function until(what, ask, tries = 150) {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const found = await ask();
    if (found) return found;
    await wait(150);
  }
  throw new Error(`waited in vain for ${what}`);
}

export function imports(file) {
  execFileSync(process.env.PROGRAM, ['accounts', 'import', file, '--data', process.env.DATA], { stdio: ['ignore', 'ignore', 'inherit'] });
}

const json = async (path) => (await fetch(`${base}${path}`)).json();

// What the demo's device of a person shows now.
export async function codeOf(email) {
  return (await json('/demo/devices.json')).find((each) => each.email === email).devices[0].codes[1];
}

// The newest link of this kind that was mailed to this address, without the host.
export const linkTo = (email, kind, about = '') => until(`a link to ${kind} for ${email}`, async () => {
  const mails = (await json('/demo/mail.json')).filter((mail) => mail.to.includes(email) && mail.text.includes(about));
  const links = mails.map((mail) => mail.text.match(new RegExp(`http\\S+/${kind}\\?token=\\S+`))?.[0]).filter(Boolean);
  return links.at(-1)?.replace(/^https?:\/\/[^/]+/, '');
});

// ---- customers ----
export async function asks(person, more = {}, network = person.network) {
  const client = new Client(network);
  const page = await client.send(await client.get('/assistance'), '/assistance', {
    email: person.email, name: person.name, device_kind: 'virtual_totp', reason: 'lost',
    failed_step: '', language: 'en', callback_time: 'Mornings', message: 'My phone is gone.', ...more,
  });
  const reference = page.text.match(/MFA-\w{4}-\w{4}/)[0];
  return { client, person, reference, path: `/cases/${reference}` };
}

export async function confirms(asked) {
  const { client, person, reference } = asked;
  const page = await client.get(await linkTo(person.email, 'open', reference));
  await client.send(page, '/open');
  return asked;
}

export const codeOn = (page) => page.html.match(/class="code">[\s\S]*?aria-hidden="true">([\d\s]+)</)?.[1].replace(/\D/g, '');

export async function isCalled(asked) {
  const page = await asked.client.send(await asked.client.get(asked.path), '/call');
  asked.code = codeOn(page);
  return asked;
}

export async function types(person, digits) {
  const call = await until(`a call to ${person.name}`, async () =>
    (await json('/demo/phone.json')).findLast((each) => each.to === person.phone && ['ringing', 'answered'].includes(each.state)));
  await fetch(`${base}/demo/phone`, { method: 'POST', body: new URLSearchParams({ call: call.call, digits }), redirect: 'manual' });
}

export async function proves(asked) {
  await confirms(asked);
  await isCalled(asked);
  await types(asked.person, asked.code);
  return asked;
}

export async function asksAndProves(person, more) { return proves(await asks(person, more)); }

// ---- the desk ----
const passwords = {
  agent: 'correct-agent-horse-1', agent2: 'correct-agent-horse-2', supervisor: 'correct-super-horse-3', auditor: 'correct-audit-horse-4', admin: 'correct-admin-horse-5',
};

// Each code counts once, so time goes on to the next.
async function freshCode(name) {
  later(0.55);
  return codeOf(`${name}@demo.example`);
}

async function enters(client) {
  const page = await client.send(await client.get('/desk/sign-in'), '/desk/sign-in', { email: `${client.agent}@demo.example`, password: passwords[client.agent] });
  const inside = await client.send(page, '/desk/sign-in/device', { code: await freshCode(client.agent) });
  if (inside.path.startsWith('/desk/sign-in')) throw new Error(`${client.agent} did not get in: ${inside.text.slice(0, 300)}`);
  return client;
}

export async function signIn(name) {
  const client = new Client(1);
  client.agent = name;
  return enters(client);
}

// A page of the desk. Who was away for long signs in again, and what wants a second factor again gets it.
export async function opens(client, path) {
  let page = await client.get(path);
  if (page.path.startsWith('/desk/sign-in')) page = await (await enters(client)).get(path);
  if (!page.path.startsWith('/desk/step-up')) return page;
  const stepped = await client.send(page, '/desk/step-up', { code: await freshCode(client.agent) });
  return stepped.path.startsWith('/desk/step-up') ? client.get(path) : stepped;
}

export async function acts(client, reference, ending, given = {}) {
  await opens(client, '/desk/password');  // so that nothing asks for a second factor in the middle
  return client.send(await client.get(`/desk/cases/${reference}`), ending, given);
}

export async function approves(client, reference, given = {}) {
  const form = await opens(client, `/desk/cases/${reference}/approve`);
  const [, id] = form.html.match(/name="authenticator" value="([^"]+)"/) ?? [];
  const none = id && !/name="authenticator"[^>]* checked/.test(form.html) && form.html.includes('type="checkbox" name="authenticator"');
  const page = await client.send(form, '/approve', none ? { authenticator: id, ...given } : given);
  if (page.status !== 200) throw new Error(`${reference} was not approved: ${page.text.slice(300, 1500)}`);
  return page;
}

export async function stateIs(client, reference, state) {
  let page;
  const is = async () => {
    page = await opens(client, `/desk/cases/${reference}`);
    return page.html.includes(`class="state state-${state}"`);
  };
  await until(`${reference} to be ${state}`, is).catch((error) => { throw new Error(`${error.message}: ${page.text.slice(200, 3000)}`); });
}

export async function deactivates(client, reference) {
  const page = await opens(client, `/desk/cases/${reference}`);
  const id = page.html.match(/name="authenticator" value="([^"]+)"[^>]* checked/)?.[1] ?? page.html.match(/name="authenticator" value="([^"]+)"/)[1];
  return client.send(await opens(client, `/desk/cases/${reference}/deactivate?authenticator=${id}`), '/deactivate');
}

export const pdf = (title) => Buffer.from(`%PDF-1.7\n1 0 obj\n<< /Title (${title}) >>\nendobj\ntrailer\n<< /Size 2 >>\nstartxref\n9\n%%EOF`);
