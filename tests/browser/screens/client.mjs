// A browser without a screen: it keeps cookies, follows answers and sends the forms of pages, each from a network of its
// own, so that a demo is filled faster than a real browser could.
import http from 'node:http';
import { base } from '../look.mjs';

const server = new URL(base);
const plain = (text) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#x27;', "'")
  .replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&#x2F;', '/');

// The forms of a page: where each goes, and what it would send untouched.
function formsOf(html) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head, inside]) => {
    const fields = [];
    for (const [tag, name] of inside.matchAll(/<input\b[^>]*?\bname="([^"]*)"[^>]*>/g)) {
      const value = plain(tag.match(/\bvalue="([^"]*)"/)?.[1] ?? '');
      const kind = tag.match(/\btype="([^"]*)"/)?.[1] ?? 'text';
      if (!['radio', 'checkbox'].includes(kind) || / checked/.test(tag)) fields.push([name, value]);
    }
    for (const [, name, options] of inside.matchAll(/<select\b[^>]*?\bname="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g)) {
      fields.push([name, options.match(/value="([^"]*)"[^>]* selected/)?.[1] ?? options.match(/value="([^"]*)"/)?.[1] ?? '']);
    }
    return { action: plain(head.match(/action="([^"]*)"/)?.[1] ?? ''), fields };
  });
}

export class Client {
  constructor(network = 1) {
    this.localAddress = `127.0.${network}.1`;
    this.jar = new Map();
  }

  // What a real browser needs to go on from here.
  cookies() {
    return [...this.jar.values()].map(({ name, value, path }) => ({ name, value, domain: server.hostname, path }));
  }

  #ask(method, path, body, headers) {
    const at = new URL(path, base);
    const cookie = [...this.jar.values()].filter((each) => at.pathname.startsWith(each.path))
      .map((each) => `${each.name}=${each.value}`).join('; ');
    return new Promise((done, failed) => {
      const request = http.request({
        host: '127.0.0.1', port: server.port, method, path: at.pathname + at.search, localAddress: this.localAddress,
        headers: { host: server.host, 'accept-language': 'en', ...(cookie && { cookie }), ...headers },
      }, (answer) => {
        for (const line of answer.headers['set-cookie'] ?? []) {
          const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
          const way = line.match(/;\s*Path=([^;]*)/i)?.[1] ?? '/';
          if (value && !/Max-Age=0/i.test(line)) this.jar.set(name + way, { name, value, path: way });
          else this.jar.delete(name + way);
        }
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => done({ status: answer.statusCode, to: answer.headers.location, html: Buffer.concat(chunks).toString(), path: at.pathname + at.search }));
      });
      request.on('error', failed);
      request.end(body);
    });
  }

  async #follow(answer) {
    let page = await answer;
    for (let hops = 0; page.status === 303 && hops < 6; hops += 1) page = await this.#ask('GET', page.to);
    page.forms = formsOf(page.html);
    page.text = plain(page.html.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ');
    return page;
  }

  get(path) { return this.#follow(this.#ask('GET', path)); }

  // Sends the form of `page` whose action ends so, with what is given in place of what stands in it.
  async send(page, ending, given = {}) {
    const form = page.forms.find((each) => each.action.split('?')[0].endsWith(ending));
    if (!form) throw new Error(`no form ${ending} on ${page.path}: ${page.text.slice(0, 1500)}`);
    const fields = form.fields.filter(([name]) => !(name in given))
      .concat(Object.entries(given).flatMap(([name, value]) => [value].flat().map((each) => [name, each])));
    const answer = await this.#follow(this.#ask('POST', form.action, new URLSearchParams(fields).toString(),
      { 'content-type': 'application/x-www-form-urlencoded', origin: server.origin }));
    if (answer.status >= 500) throw new Error(`${form.action}: ${answer.status} ${answer.text.slice(0, 400)}`);
    return answer;
  }

  // Sends a form with a file.
  async upload(page, ending, name, file) {
    const form = page.forms.find((each) => each.action.endsWith(ending));
    const mark = 'a-line-between-parts';
    const part = (head, body) => Buffer.concat([Buffer.from(`--${mark}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`), Buffer.from(body), Buffer.from('\r\n')]);
    const fields = form.fields.filter(([field]) => field !== name).map(([field, value]) => part(`name="${field}"`, value));
    const body = Buffer.concat([...fields, part(`name="${name}"; filename="${file.name}"\r\nContent-Type: ${file.type}`, file.bytes), Buffer.from(`--${mark}--\r\n`)]);
    return this.#follow(this.#ask('POST', form.action, body, { 'content-type': `multipart/form-data; boundary=${mark}`, 'content-length': body.length, origin: server.origin }));
  }
}
