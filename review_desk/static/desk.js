"use strict";
/* Shared by every page: the idle lock, messages, and lists that refresh themselves. */

const desk = {
  csrf: document.querySelector('meta[name="csrf"]')?.content ?? "",

  /** Say something to people and to screen readers. */
  say(text, isTrouble = false) {
    const place = document.getElementById("said");
    if (!place) return;
    place.textContent = text;
    place.className = text ? (isTrouble ? "said trouble" : "said") : "";
  },

  /** Post a form's values; resolves to the answer's JSON, or says what went wrong and resolves to null. */
  async post(path, values) {
    const body = new URLSearchParams(values);
    let answer;
    try {
      answer = await fetch(path, { method: "POST", body, headers: { "x-csrf": desk.csrf } });
    } catch {
      desk.say("The desk does not answer. Check the connection and try again.", true);
      return null;
    }
    if (answer.status === 401) { desk.lock(); return null; }
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) { desk.say(said.message ?? "That did not work. Reload the page and try again.", true); return null; }
    return said;
  },

  /** End the session and leave for the sign-in form; it brings people back here. */
  async lock() {
    await fetch("/sign-out", { method: "POST", headers: { "x-csrf": desk.csrf }, redirect: "manual" }).catch(() => null);
    location.assign("/sign-in?idle=1&next=" + encodeURIComponent(location.pathname + location.search));
  },
};

(() => {
  const minutes = Number(document.body.dataset.idleMinutes ?? 0);
  if (!minutes) return;
  let last = Date.now();
  for (const kind of ["keydown", "pointerdown", "pointermove", "scroll"]) {
    addEventListener(kind, () => { last = Date.now(); }, { passive: true });
  }
  setInterval(() => { if (Date.now() - last > minutes * 60000) desk.lock(); }, 5000);
})();

(() => {
  const live = document.querySelector("[data-live]");
  if (!live) return;
  setInterval(async () => {
    if (document.hidden || live.contains(document.activeElement)) return;
    const answer = await fetch(live.dataset.live, { headers: { "x-part": "1" } }).catch(() => null);
    if (answer?.status === 401) desk.lock();
    if (answer?.ok) live.innerHTML = await answer.text();
  }, 4000);
})();
