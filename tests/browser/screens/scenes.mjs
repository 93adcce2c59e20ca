// Fills the demo: three weeks that went by, and one Thursday on which something of everything is going on.
import { writeFileSync } from 'node:fs';
import { base } from '../look.mjs';
import { Client } from './client.mjs';
import {
  acts, approves, asks, asksAndProves, at, codeOn, confirms, deactivates, imports, isCalled, later, linkTo, opens, pdf, signIn, stateIs, types, until,
} from './demo.mjs';
import { csv, people, person } from './people.mjs';

const TODAY = '2026-11-26';

export async function samples() {
  const accounts = await (await fetch(`${base}/demo/accounts.json`)).json();
  const names = { olivia: 'Olivia Owner', oskar: 'Oskar Öztürk', ottilie: 'Ottilie Okafor', root: 'Rosa Root', milan: 'Milan Member', mei: 'Mei Member' };
  return Object.fromEntries(accounts.map((account, place) => {
    const key = account.email.split('@')[0];
    return [key, { ...account, name: names[key], network: 60 + place }];
  }));
}

// ---- three weeks ----
const history = [
  [5, ['amara', 'bruno']], [6, ['chiara']], [9, ['fiona', 'hana', 'daan']], [10, ['ivan', 'kofi']], [11, ['jana']], [12, ['lena', 'nora']],
  [13, ['omar']], [16, ['priya', 'quentin', 'rania', 'sven']], [17, ['tara']], [18, ['amara']], [19, ['bruno', 'chiara', 'gabriel']],
  [20, ['hana', 'elif']], [23, ['ivan', 'fiona']], [24, ['kofi', 'lena']],
];
const endsOtherwise = { ivan: 'reject', kofi: 'withdraw', quentin: 'forget', gabriel: 'reject', elif: 'forget' };
const reasons = ['lost', 'new_phone', 'stolen', 'broken', 'lost', 'new_phone', 'other'];
const messages = ['My phone is gone since the weekend.', 'I moved to a new phone and the codes did not come along.', 'It was taken on the tram. The old number is blocked and moved to a new card.', 'The screen stays black.', 'I left it in a hotel.', '', 'It says the code is wrong.'];

// Whose first device is deactivated already.
const spent = new Set();

async function aDay(day, names, first) {
  at(`2026-11-${String(day).padStart(2, '0')}T08:${String(10 + (day % 5) * 7)}:00Z`);
  const asked = await Promise.all(names.map(async (name, place) => {
    const one = person(name);
    const end = endsOtherwise[name];
    const device_kind = spent.has(name) ? 'passkey' : 'virtual_totp';
    if (!end) spent.add(name);
    const form = { device_kind, reason: reasons[(first + place) % 7], message: messages[(first + place) % 7], language: name === 'lena' ? 'de' : 'en' };
    return { end, ...(end === 'forget' ? await asks(one, form) : await asksAndProves(one, form)) };
  }));
  later(35 + (day % 4) * 20);
  const ana = await signIn('agent');
  for (const each of asked.filter((one) => one.end !== 'forget')) {
    await acts(ana, each.reference, '/claim');
    await acts(ana, each.reference, '/messages', { body: `Hello ${each.person.name.split(' ')[0]}, thank you, everything we need is there. A colleague looks at it now.` });
  }
  later(40);
  const ben = await signIn('agent2');
  for (const each of asked) {
    if (!each.end) await approves(ben, each.reference);
    if (each.end === 'reject') await acts(ana, each.reference, '/reject', { reason: 'The person who wrote is not the one whom the account belongs to.' });
    if (each.end === 'withdraw') await each.client.send(await each.client.get(each.path), '/withdraw');
  }
  later(30);
  for (const each of asked.filter((one) => !one.end)) {
    await stateIs(ana, each.reference, 'ready');
    await deactivates(ana, each.reference);
  }
}

export async function threeWeeks() {
  at('2026-11-04T09:00:00Z');
  writeFileSync(`${process.env.DATA}/people.csv`, csv);
  imports(`${process.env.DATA}/people.csv`);
  let first = 0;
  for (const [day, names] of history) {
    await aDay(day, names, first);
    first += names.length;
  }
}

// ---- one Thursday ----
async function canned(sam) {
  for (const [title, en, de] of [
    ['Please confirm your e-mail address', 'Hello {{name}},\n\nplease open the link in our first mail and press the button there. Then we can go on with {{reference}}.', 'Guten Tag {{name}},\n\nbitte öffnen Sie den Link in unserer ersten Mail und drücken Sie dort den Knopf.'],
    ['We will call you', 'Hello {{name}},\n\nwe call the number of record today. Have the page of your case open: it shows what to tell us.', ''],
    ['Your document cannot be read', 'Hello {{name}},\n\na part of the document is cut off. Please send it again, as a whole.', ''],
  ]) {
    await sam.send(await sam.get('/desk/replies/new'), '/desk/replies', { title, en, de });
  }
}

async function phoneChange(ana, ottilie) {
  const asked = await confirms(await asks(ottilie, { device_kind: 'hardware_totp', reason: 'lost', message: 'The token is lost and my number of record is an old one.' }));
  await asked.client.upload(await asked.client.get(asked.path), '/documents', 'document', { name: 'identity-card.pdf', type: 'application/pdf', bytes: pdf('Identity card') });
  await acts(ana, asked.reference, '/claim');
  const page = await ana.get(`/desk/cases/${asked.reference}`);
  const [, document] = page.html.match(/\/documents\/([0-9a-f-]+)"/);
  await ana.get(`/desk/cases/${asked.reference}/documents/${document}`);
  return { ...asked, document };
}

const yes = Object.fromEntries(['readable', 'official', 'name_matches', 'in_force', 'untampered', 'fits_statement'].map((item) => [item, 'yes']));

async function asksForNumber(asked, number) {
  const page = await asked.client.send(await asked.client.get(`${asked.path}/phone`), '/phone', { number });
  asked.confirmation = page;
  await asked.client.send(page, '/phone/confirm');
}

export async function thursday() {
  const owners = await samples();
  const made = { owners };

  at('2026-11-24T15:10:00Z');
  made.overdue = await confirms(await asks(person('daan'), { device_kind: 'passkey', reason: 'stolen', message: 'My bag was stolen, and the key was in it.' }));
  at('2026-11-25T09:30:00Z');
  made.german = await confirms(await asks(person('lena'), { language: 'de', reason: 'new_phone', message: 'Neues Telefon, die Codes sind auf dem alten geblieben.' }));
  made.held = await phoneChange(await signIn('agent'), owners.ottilie);
  await acts(await signIn('agent'), made.held.reference, '/examination', yes);
  await asksForNumber(made.held, '+33 6 98 76 54 32');
  await approvesNumber(await signIn('agent2'), made.held.reference);
  at('2026-11-25T16:40:00Z');
  made.unconfirmed = await asks(person('tara'), { reason: 'broken', message: '' });
  const sam = await signIn('supervisor');
  await canned(sam);

  at(`${TODAY}T08:05:00Z`);
  made.disputed = await asksAndProves(person('gabriel'), { reason: 'stolen', message: 'Please be quick, I need to get in today.' });
  made.self = owners.oskar;
  made.member = await confirms(await asks(owners.milan, { reason: 'new_phone', message: 'New phone.' }));
  made.ready = await asksAndProves(person('omar'), { device_kind: 'passkey', message: 'Left on a train.' });
  made.done = await asksAndProves(person('quentin'), { reason: 'broken', message: 'Fell off a roof.' });
  await member(made.member);
  later(20);
  let ana = await signIn('agent');
  for (const each of [made.ready, made.done]) {
    await acts(ana, each.reference, '/claim');
    await acts(ana, each.reference, '/messages', { body: 'Good morning, all that we need is there. A second person looks at it now.' });
    await acts(ana, each.reference, '/ask-approval').catch(() => {});
  }
  later(25);
  let ben = await signIn('agent2');
  for (const each of [made.ready, made.done]) await approves(ben, each.reference);
  const stop = new Client(91);
  made.objection = await linkTo(made.disputed.person.email, 'object', made.disputed.reference);
  made.objected = await stop.send(await stop.get(made.objection), '/object');
  later(10);
  await stateIs(ana, made.ready.reference, 'ready');
  await stateIs(ana, made.done.reference, 'ready');
  await deactivates(ana, made.done.reference);

  at(`${TODAY}T10:15:00Z`);
  made.talk = await confirms(await asks(person('nora'), { reason: 'other', message: 'My phone fell into the harbour. I am on land from four o’clock.', callback_time: 'After 16:00', phone: '+44 20 7946 0199' }));
  made.approval = await asksAndProves(person('priya'), { device_kind: 'passkey', reason: 'new_phone', message: 'Sold the old one, sadly with the app on it.' });
  made.privileged = await asksAndProves(person('elif'), { reason: 'lost', message: 'Lost on the way to the fair.' });
  made.cooling = await asksAndProves(person('rania'), { device_kind: 'passkey', message: 'The key of the clinic is lost.' });
  made.twin = await confirms(await asks(person('jana'), { message: 'Lost my phone.' }));
  made.duplicate = await confirms(await asks(person('jana'), { message: 'Me again. I think my first form did not arrive?' }, 95));
  made.blocked = await confirms(await asks(person('mateo'), { reason: 'lost', message: 'I cannot read the digits.' }));
  made.campaign = await confirms(await asks(owners.root, { device_kind: 'passkey', reason: 'broken', message: 'The key went through the washing machine.' }));
  made.olivia = await asksAndProves(owners.olivia, { message: 'My phone fell into the lake.' });

  at(`${TODAY}T11:40:00Z`);
  ana = await signIn('agent');
  ben = await signIn('agent2');
  const { reference } = made.talk;
  await acts(ana, reference, '/claim');
  await acts(ana, reference, '/tags', { tag: 'callback' });
  await acts(ana, reference, '/tags', { tag: 'sailors' });
  await acts(ana, reference, '/notes', { body: 'Has a new number since Monday, but the old card is still in use. Call the number of record only.' });
  await acts(ana, reference, '/messages', { body: 'Hello Nora, we call the number of record after four. Please have this page open then.' });
  later(22);
  const nora = made.talk.client;
  await nora.send(await nora.get(made.talk.path), '/messages', { body: 'Thank you. I will be ashore by then and have the old phone’s card in another phone.' });
  await acts(ana, made.twin.reference, '/claim');
  await acts(ben, made.privileged.reference, '/tags', { tag: 'vip' });
  await acts(ben, made.approval.reference, '/claim');
  await acts(ben, made.approval.reference, '/tags', { tag: 'callback' });
  await acts(ben, made.approval.reference, '/ask-approval');
  await number(made, ben);
  at(`${TODAY}T13:30:00Z`);
  ben = await signIn('agent2');
  await approves(ben, made.cooling.reference);
  await wrongCodes(made.blocked);
  await strangersAtTheDoor();
  return made;
}

// Somebody's number is to change, and a colleague has to decide.
async function number(made, ben) {
  const asked = await phoneChange(ben, { ...person('sven'), network: 96 });
  await acts(ben, asked.reference, '/examination', yes);
  await asksForNumber(asked, '+44 20 7946 0188');
  made.newNumber = asked;
}

async function approvesNumber(ben, reference) {
  return ben.send(await opens(ben, `/desk/cases/${reference}/phone-change/approve`), '/phone-change/approve');
}

async function member(asked) {
  await asked.client.send(await asked.client.get(asked.path), '/ask-administrators');
}

async function wrongCodes(asked) {
  await isCalled(asked);
  for (let wrong = 0; wrong < 3; wrong += 1) await types(asked.person, '000000');
}

// Somebody tries passwords of people at the desk.
async function strangersAtTheDoor() {
  const client = new Client(97);
  for (let guess = 0; guess < 12; guess += 1) {
    await client.send(await client.get('/desk/sign-in'), '/desk/sign-in', { email: 'auditor@demo.example', password: `let me in ${guess}` });
  }
}

// ---- an owner who helps themself ----
export async function givesPassword(owner, network = 70) {
  const client = new Client(network);
  const page = await client.send(await client.get('/account/sign-in'), '/account/sign-in', { email: owner.email });
  await client.send(page, '/account/sign-in/password', { password: owner.password });
  return { client, password: page };
}

export async function confirmsAlone(owner, client, also = async () => {}) {
  await client.send(await client.get('/account/sign-in/troubleshoot'), '/troubleshoot');
  await also('step-1');
  await client.send(await client.get('/account/sign-in/alternative'), '/email');
  await also('step-1-sent');
  const [reference] = (await client.get('/account/sign-in/alternative')).text.match(/MFA-\w{4}-\w{4}/);
  const link = await linkTo(owner.email, 'open', reference);
  const elsewhere = new Client(71);
  await elsewhere.send(await elsewhere.get(link), '/open');
  await also('step-2');
  const page = await client.send(await client.get('/account/sign-in/alternative'), '/call');
  await also('step-2-call');
  await types(owner, codeOn(page));
  await until('step 3', async () => (await client.get('/account/sign-in/alternative')).forms.some((form) => form.action.endsWith('/alternative/sign-in')));
  await also('step-3');
  await client.send(await client.get('/account/sign-in/alternative'), '/alternative/sign-in');
}

export { people, pdf };
