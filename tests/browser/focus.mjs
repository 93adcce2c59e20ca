// Going through pages by keyboard alone. Every stop is looked at: the focus can be seen (WCAG 2.4.7) and is not covered
// (2.4.11), it moves in reading order (2.4.3), and what has it is large enough (2.5.8).
import assert from 'node:assert/strict';

// What has the focus, as somebody in front of the screen sees it. Runs in the page; nothing where the browser has it.
function whereNow() {
  const el = document.activeElement;
  if (!el || el === document.body || el === document.documentElement) return null;
  // What stands for it on the screen: a choice is drawn with its label.
  const drawn = el.closest('label.choice') ?? el;
  const box = drawn.getBoundingClientRect();
  const shows = (node) => {
    const style = getComputedStyle(node);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  };
  const inside = { left: Math.max(box.left, 0), right: Math.min(box.right, innerWidth), top: Math.max(box.top, 0), bottom: Math.min(box.bottom, innerHeight) };
  const at = [0.1, 0.5, 0.9].flatMap((x) => [0.15, 0.5, 0.85].map((y) => [
    inside.left + (inside.right - inside.left) * x, inside.top + (inside.bottom - inside.top) * y,
  ]));
  const free = at.filter(([x, y]) => {
    const hit = document.elementFromPoint(x, y);
    return hit && (drawn.contains(hit) || hit.contains(drawn));
  }).length;
  const named = el.getAttribute('aria-label')
    ?? (el.getAttribute('aria-labelledby')?.split(' ').map((id) => document.getElementById(id)?.textContent).join(' ')
    ?? ([...(el.labels ?? [])].map((label) => label.textContent).join(' ') || el.textContent));
  // A link in a line of text may be as small as the line (2.5.8, inline).
  const style = getComputedStyle(el);
  const inline = el.tagName === 'A' && style.display === 'inline';
  return {
    name: named.replace(/\s+/g, ' ').trim(),
    tag: el.tagName.toLowerCase(),
    kind: el.getAttribute('type') ?? '',
    value: el.value ?? '',
    checked: el.checked === true,
    id: el.id,
    dialog: Boolean(el.closest('dialog')),
    main: Boolean(el.closest('main')),
    visible: el.matches(':focus-visible') && (shows(el) || shows(drawn)),
    onScreen: inside.right > inside.left && inside.bottom > inside.top,
    free,
    inline,
    // A stop of a page that was laid out otherwise says nothing about this one.
    page: performance.timeOrigin,
    box: { left: box.left + scrollX, right: box.right + scrollX, top: box.top + scrollY, bottom: box.bottom + scrollY },
  };
}

const said = (at) => `${at.tag} “${at.name}”`;
const overlap = (a, b, from, to) => Math.min(a[to], b[to]) - Math.max(a[from], b[from]);

// Whether b stands before a for whoever reads from the left to the right and downwards. Columns are read one by one.
function isBackwards(a, b) {
  const height = Math.min(a.bottom - a.top, b.bottom - b.top);
  if (overlap(a, b, 'top', 'bottom') > height / 2) return b.right <= a.left + 1;
  return b.bottom <= a.top + 1 && overlap(a, b, 'left', 'right') > 0;
}

function check(page, last, at, back) {
  const where = `${said(at)} on ${page.url()}`;
  assert.ok(at.visible, `the focus cannot be seen at ${where}`);
  assert.ok(at.onScreen, `the focus is outside the window at ${where}`);
  assert.ok(at.free > 0, `something covers the focus at ${where}`);
  const [width, height] = [at.box.right - at.box.left, at.box.bottom - at.box.top];
  assert.ok(at.inline || (width >= 24 && height >= 24), `${where} is ${width} × ${height} px`);
  // In a dialog the first stop comes after the last one again.
  if (last && last.page === at.page && !at.dialog && last.main === at.main) {
    const backwards = back ? isBackwards(at.box, last.box) : isBackwards(last.box, at.box);
    assert.ok(!backwards, `from ${said(last)} the focus goes back to ${where}`);
  }
}

// Somebody who has a keyboard and nothing else in front of this page.
export function keyboard(page) {
  let last = null;
  const stops = { count: 0 };

  async function tab(back = false) {
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
    const at = await page.evaluate(whereNow);
    if (at) {
      stops.count += 1;
      check(page, last, at, back);
    }
    last = at;
    return at;
  }

  // Goes on until something of this name has the focus.
  async function to(name, { kind, back = false, limit = 250 } = {}) {
    const passed = [];
    for (let n = 0; n < limit; n += 1) {
      const at = await tab(back);
      const fits = at && (name instanceof RegExp ? name.test(at.name) : at.name === name);
      if (fits && (!kind || at.tag === kind || at.kind === kind)) return at;
      passed.push(at ? said(at) : 'the browser');
    }
    throw new Error(`the keyboard never comes to ${name} on ${page.url()}; it came to ${[...new Set(passed)].join(', ')}`);
  }

  async function types(name, text, options) {
    await to(name, options);
    await page.keyboard.press('Control+a');
    await page.keyboard.type(text);
  }

  // A key that leads to another page.
  async function leads(key) {
    await Promise.all([page.waitForEvent('load'), page.keyboard.press(key)]);
    last = null;
  }

  async function presses(name, options) {
    await to(name, options);
    await leads('Enter');
  }

  // Chooses of a list by its first letters.
  async function chooses(name, option) {
    await to(name, { kind: 'select' });
    await page.keyboard.type(option);
  }

  async function key(name) {
    await page.keyboard.press(name);
    last = await page.evaluate(whereNow);
    return last;
  }

  // Through the whole page: every stop once, and out at the end.
  async function walk() {
    const seen = [];
    await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
    last = null;
    for (let n = 0; n < 400; n += 1) {
      const at = await tab();
      if (!at || (seen.length && at.name === seen[0].name && at.box.top === seen[0].box.top)) {
        const reachable = await page.evaluate(countReachable);
        assert.equal(seen.length, reachable, `${page.url()}: stops at ${seen.map(said).join(', ')}`);
        return seen;
      }
      seen.push(at);
    }
    throw new Error(`the focus does not come out of ${page.url()}`);
  }

  return { tab, to, types, presses, chooses, key, leads, walk, stops, now: () => page.evaluate(whereNow) };
}

// How many stops a page has, counted without the keyboard: a group of radio buttons is one.
function countReachable() {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')];
  const groups = new Set();
  return all.filter((el) => {
    if (el.matches(':disabled, [type=hidden], [tabindex="-1"]') || !el.checkVisibility({ visibilityProperty: true })) return false;
    if (el.type !== 'radio') return true;
    const group = `${[...document.forms].indexOf(el.form)} ${el.name}`;
    return !groups.has(group) && groups.add(group);
  }).length;
}

// The first stop leads past what stands on every page.
export async function skips(page) {
  const keys = keyboard(page);
  const link = await keys.tab();
  assert.equal(link?.name, 'Skip to the content', page.url());
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main', page.url());
  const next = await keys.tab();
  assert.ok(next?.main, `after the skip link comes ${next?.name} on ${page.url()}`);
}
