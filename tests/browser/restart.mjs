// The server stops, once as it is told and once as if the power went, and begins again on its data: open pages find
// back by themselves. PROGRAM is the program, WORK a folder.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { alsoIn, asks, signIn, verifies } from './demo.mjs';
import { base, browser, comesToSay, context, look, mark, press, runsAt, stayed } from './look.mjs';

let server = null;
process.once('exit', () => server?.kill('SIGKILL'));
let address = '127.0.0.1:0';

async function start() {
  server = spawn(process.env.PROGRAM, ['demo', '--listen', address, '--data', `${process.env.WORK}/restart`], { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: server.stdout })) {
    const port = line.match(/^listening on .*:(\d+)/)?.[1];
    if (port) {
      address = `127.0.0.1:${port}`;
      runsAt(`http://localhost:${port}`);
      return;
    }
  }
  throw new Error('the demo did not start');
}

async function stop(signal) {
  const gone = once(server, 'exit');
  server.kill(signal);
  const [code] = await gone;
  if (signal === 'SIGTERM') assert.equal(code, 0, 'a stop that was asked for is no failure');
}

try {
  await start();
  const customer = await context(360, false);
  const owner = { email: 'olivia@demo.example', name: 'Olivia Owner' };
  const reference = await asks(customer, owner);
  await verifies(customer, owner.email, reference);
  const path = `/desk/cases/${reference}`;
  const ana = await signIn('agent');
  const queue = await alsoIn(ana, true);
  const ben = await signIn('agent2');
  // While nobody listens the browser says so, and says nothing else.
  for (const page of [ana, ben, queue]) page.excused = /net::ERR_(CONNECTION|INCOMPLETE_CHUNKED|EMPTY_RESPONSE|SOCKET)/;

  for (const signal of ['SIGTERM', 'SIGKILL']) {
    await ana.goto(`${base}${path}`);
    await queue.goto(`${base}/desk`);
    await mark(ana);
    await mark(queue);
    const field = ana.getByLabel('Write to the customer');
    await field.fill('');
    await field.pressSequentially('Before, ');
    await stop(signal);
    await field.pressSequentially('meanwhile, ');
    const listens = [ana, queue].map((page) => page.waitForResponse(
      (answer) => answer.url().includes('/desk/events') && answer.status() === 200, { timeout: 60_000 },
    ));
    await start();
    await ben.goto(`${base}${path}`);
    await ben.getByLabel('New note').fill(`After ${signal}.`);
    await press(ben, 'Add note');
    await comesToSay(ana, `After ${signal}.`, { timeout: 60_000 });
    await Promise.all(listens);
    // What was typed while the server was away is kept there by now, or soon.
    const second = await alsoIn(ana, false);
    const kept = second.getByLabel('Write to the customer');
    for (const until = Date.now() + 30_000; Date.now() < until;) {
      await second.goto(`${base}${path}`);
      if ((await kept.inputValue()).trim() === 'Before, meanwhile,') break;
    }
    assert.equal((await kept.inputValue()).trim(), 'Before, meanwhile,');
    await second.context().close();
    await field.pressSequentially('after.');
    assert.equal(await field.inputValue(), 'Before, meanwhile, after.');
    assert.equal(await ana.evaluate(() => document.activeElement.id), 'message', 'the focus stayed');
    await queue.getByRole('row').filter({ hasText: reference }).filter({ hasText: 'Ben Agent is looking' }).waitFor({ timeout: 60_000 });
    await stayed(ana);
    await stayed(queue);
    await look(ana);
  }
  console.log('restart: open pages outlived two restarts with their text, their focus and their news');
} finally {
  await browser.close();
  server?.kill('SIGKILL');
}
