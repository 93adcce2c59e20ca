// Every page works without this file. It adds: live pages, a guard against sending
// twice, the demo keypad, and copying a reference.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const say = (text) => { const box = $("live-status"); if (box && text) box.textContent = text; };

  // ---- live pages: fetch the same address again and replace #live when it changed ----
  const seconds = Number(document.body.dataset.refresh);
  let fresh = null;     // what was fetched but not shown yet
  let known = null;     // #live as the server last sent it
  let timer = 0;

  const print = (live) => {   // form tokens may differ from answer to answer
    const copy = live.cloneNode(true);
    copy.querySelectorAll("[name=csrf]").forEach((field) => field.remove());
    return copy.outerHTML;
  };
  const edited = (live) => [...live.querySelectorAll("input, textarea, select")].some((field) =>
    field.type === "radio" || field.type === "checkbox" ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT" ? [...field.options].some((o) => o.defaultSelected) && !field.selectedOptions[0]?.defaultSelected
        : field.type !== "hidden" && field.value !== field.defaultValue);
  // A page that moves on by itself does so under a finger on one of its buttons too.
  const busy = (live) => (live.contains(document.activeElement) && !("moves" in live.dataset)) || edited(live)
    || (!getSelection().isCollapsed && live.contains(getSelection().anchorNode));
  const note = (on) => { const box = $("live-note"); if (box) box.hidden = !on; };

  const show = () => {
    const live = $("live");
    if (!fresh || !live) return;
    const opened = [...live.querySelectorAll("details")].map((d) => d.open);
    const before = live.dataset.summary;
    const inside = live.contains(document.activeElement);
    live.replaceWith(fresh);
    if (inside) $("main").focus();
    if (fresh.querySelectorAll("details").length === opened.length) {
      fresh.querySelectorAll("details").forEach((d, i) => { d.open = opened[i]; });
    }
    enhance(fresh);
    // What the page now shows has been seen by whoever answers from it.
    if (fresh.dataset.seen) document.querySelectorAll("input[name=seen]").forEach((field) => { field.value = fresh.dataset.seen; });
    if (fresh.dataset.summary !== before) say(fresh.dataset.summary);
    fresh = null;
    note(false);
  };

  // What was typed outlives the loading of the page.
  const kept = "typed:" + ($("live")?.dataset.url ?? location.pathname);
  const reload = () => {
    const typed = {};
    for (const field of document.querySelectorAll("main textarea[id]")) if (field.value !== field.defaultValue) typed[field.id] = field.value;
    try { sessionStorage.setItem(kept, JSON.stringify(typed)); } catch { /* no storage */ }
    location.assign($("live")?.dataset.url ?? location.href);
  };
  const restore = () => {
    try {
      const typed = JSON.parse(sessionStorage.getItem(kept) ?? "{}");
      sessionStorage.removeItem(kept);
      for (const [id, text] of Object.entries(typed)) { const field = $(id); if (field && (!field.value || field.form?.dataset.draft)) field.value = text; }
    } catch { /* no storage */ }
  };

  // Where the server tells that something changed, the page looks then, and seldom by itself.
  let stream = null, looking = false, missed = false, soon = 0;
  const told = () => stream?.readyState === 1;
  const again = () => { clearTimeout(timer); timer = setTimeout(poll, (told() ? 6 : 1) * seconds * 1000); };
  const look = () => {
    // Many changes are one look, and many pages do not look at once.
    if (!soon) soon = setTimeout(() => { soon = 0; clearTimeout(timer); poll(); }, 100 + Math.random() * 700);
  };
  const listen = () => {
    if (!window.EventSource || !document.body.dataset.events || document.hidden || stream) return;
    const own = stream = new EventSource(document.body.dataset.events);
    for (const name of ["case", "queue", "refresh"]) own.addEventListener(name, look);
    own.addEventListener("open", again);
    own.addEventListener("error", () => {
      if (own.readyState === 2 && stream === own) { stream = null; setTimeout(listen, 30000 + Math.random() * 30000); }
      again();
    });
  };
  // A browser has few connections for one host: a page that nobody looks at holds none.
  const unlisten = () => { stream?.close(); stream = null; };
  const poll = async () => {
    if (document.hidden) return;        // starts again when the page is looked at
    if (looking) { missed = true; return; }
    looking = true;
    let wait = true;
    try {
      const answer = await fetch($("live")?.dataset.url ?? location.href, { headers: { Accept: "text/html", "X-Mfa-Desk-Live": "1" }, credentials: "same-origin", cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const next = page.getElementById("live");
      const live = $("live");
      if (answer.ok && !answer.redirected && next && live) {
        wait = Boolean(page.body.dataset.refresh);
        if (print(next) !== known) {
          known = print(next);
          document.title = page.title;
          const moved = next.dataset.version && next.dataset.version !== live.dataset.version;
          fresh = document.importNode(next, true);
          if (moved || busy(live)) { note(true); say($("live-note")?.querySelector("p")?.textContent); } else { show(); }
        } else if (fresh && !fresh.dataset.version && !busy(live)) {
          show();
        }
      } else if (answer.redirected || answer.status === 401 || answer.status === 403 || answer.status === 404) {
        wait = false;                   // the session is over, or the page is gone
        fresh = null;
        note(true);
      }
    } catch { /* offline for a moment: try again */ }
    looking = false;
    if (!wait) unlisten();
    else if (missed) { missed = false; look(); } else again();
  };

  // ---- parts of a page that need wiring, also after a replacement ----
  const enhance = (root) => {
    for (const button of root.querySelectorAll("[data-copy]")) {
      if (!navigator.clipboard) continue;
      const { copy, done, failed } = button.dataset;
      const before = button.textContent;
      button.hidden = false;
      button.addEventListener("click", async () => {
        try { await navigator.clipboard.writeText(copy); button.textContent = done; say(done); } catch { button.textContent = failed; }
        setTimeout(() => { button.textContent = before; }, 2000);
      });
    }
    for (const pad of root.querySelectorAll("[data-keypad]")) {
      const field = $(pad.dataset.keypad);
      pad.hidden = false;
      pad.addEventListener("click", (event) => {
        const digit = event.target.closest("[data-digit]")?.dataset.digit;
        if (digit) field.value = digit === "back" ? field.value.slice(0, -1) : field.value + digit;
      });
    }
  };

  // ---- what is typed and not sent is kept at the desk ----
  for (const form of document.querySelectorAll("form[data-draft]")) {
    const field = form.querySelector("textarea");
    if (!field) continue;
    let pending = 0, sent = field.defaultValue;
    const keep = () => {
      pending = 0;
      if (form.dataset.sent || field.value === sent) return;
      sent = field.value;
      const body = new URLSearchParams({ csrf: form.elements.csrf.value, field: field.id, body: sent });
      const again = () => { sent = null; pending ||= setTimeout(keep, 5000); };   // the desk is away for a moment
      fetch(form.dataset.draft, { method: "POST", body, credentials: "same-origin", keepalive: true, redirect: "manual" })
        .then((answer) => { if (answer.status >= 500) again(); }, again);
    };
    field.addEventListener("input", () => { if (!pending) pending = setTimeout(keep, 1500); });
    // Whoever goes on to a button of the form is about to send it.
    field.addEventListener("blur", (event) => { if (!form.contains(event.relatedTarget)) { clearTimeout(pending); keep(); } });
    addEventListener("pagehide", () => { clearTimeout(pending); keep(); });
  }

  // ---- a form is sent once ----
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
    }
  });

  // ---- start ----
  if ($("live")) known = print($("live"));
  enhance(document);
  restore();
  ($("error-summary") ?? document.querySelector("main [aria-invalid=true]"))?.focus();
  $("live-show")?.addEventListener("click", () => {
    if (fresh && !fresh.dataset.version) { $("main").focus(); show(); } else reload();
  });
  if (seconds > 0 && $("live")) {
    again();
    listen();
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) unlisten();
      else { clearTimeout(timer); listen(); poll(); }
    });
    addEventListener("pagehide", unlisten);
  }
})();
