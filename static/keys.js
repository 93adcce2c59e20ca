// Keys of the desk's pages. Everything they do can be done without them. Keys of one letter can be switched off
// (WCAG 2.1.4): the choice is kept in this browser.
(() => {
  "use strict";
  const $ = (id) => id && document.getElementById(id);
  const dialog = $("shortcuts");
  if (!dialog) return;
  const CHOICE = "desk-keys";
  const read = () => { try { return localStorage.getItem(CHOICE) !== "off"; } catch { return true; } };
  const keep = (on) => { try { localStorage.setItem(CHOICE, on ? "on" : "off"); } catch { /* no storage */ } };
  let on = read();

  document.querySelectorAll("[data-dialog=shortcuts]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
  });
  const choice = $("keys-on");
  if (choice) {
    choice.checked = on;
    choice.addEventListener("change", () => { on = choice.checked; keep(on); });
  }

  // ---- rows of a list ----
  const links = () => [...document.querySelectorAll(".row-link")];
  const row = () => document.activeElement?.closest("tr");
  const step = (by) => {
    const all = links();
    if (!all.length) return;
    const at = all.findIndex((link) => row()?.contains(link));
    const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all[to].focus();
    all[to].closest("tr").scrollIntoView({ block: "nearest" });
  };
  const boxes = () => [...document.querySelectorAll("input[name=case]")];
  const tick = (box, checked) => {
    box.checked = checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const toggle = () => {
    const box = row()?.querySelector("input[name=case]");
    if (box) tick(box, !box.checked);
  };

  // ---- ticking many ----
  const count = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    const words = $("ticked");
    const text = ticked ? `${ticked} ticked` : "";
    if (words && words.textContent !== text) words.textContent = text;   // what changes nothing is not looked at again
    const all = $("tick-all");
    if (all) { all.checked = ticked > 0 && ticked === boxes().length; all.indeterminate = ticked > 0 && !all.checked; }
  };
  let last = null;
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("input[name=case]");
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((each) => tick(each, box.checked));
    }
    last = box;
  });
  document.addEventListener("change", (event) => {
    if (event.target.id === "tick-all") boxes().forEach((box) => { box.checked = event.target.checked; });
    if (event.target.matches("#tick-all, input[name=case]")) count();
  });
  const show = () => document.querySelectorAll("[data-scripted]").forEach((each) => { each.hidden = false; });
  show();
  count();
  new MutationObserver(() => { show(); count(); }).observe(document.body, { childList: true, subtree: true });

  // ---- keys ----
  const FIELDS = { r: "message", i: "note" };   // of a case's page
  const press = (key) => {
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? $(FIELDS[key]);
    if (!target || target.disabled) return false;
    if (target.matches("input, textarea, select")) {
      target.closest("details")?.setAttribute("open", "");
      target.focus();
      target.select?.();
    } else {
      target.click();
    }
    return true;
  };
  // In a list it is for what is ticked or, where nothing is, for the line that one stands on.
  const claim = () => {
    const box = row()?.querySelector("input[name=case]");
    if (box && !boxes().some((each) => each.checked)) tick(box, true);
    return press("c");
  };
  let going = 0;   // until when a letter after `g` says where to go
  const handle = (key) => {
    if (Date.now() < going) { going = 0; return press("g " + key); }
    switch (key) {
      case "g": going = Date.now() + 1500; return true;
      case "j": step(1); return links().length > 0;
      case "k": step(-1); return links().length > 0;
      case "o": { const link = row()?.querySelector(".row-link"); link?.click(); return Boolean(link); }
      case "x": toggle(); return Boolean(row());
      case "a": case "c": return claim();
      case "?": dialog.showModal(); return true;
      default: return press(key);
    }
  };
  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && !"jk".includes(event.key) || dialog.open) return;
    const box = event.target.matches?.("input[name=case], #tick-all");
    if (!box && event.target.closest?.("input, select, textarea, [contenteditable]")) return;
    if (event.key.length !== 1 || event.key === " ") return;
    if (handle(event.key)) event.preventDefault();
  });
})();
