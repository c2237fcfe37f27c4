"use strict";
/* The review screen: the page as a picture with boxes, the list of what needs a person, and keys for all of it. */

(() => {
  const root = document.getElementById("review");
  if (!root) return;
  let state = JSON.parse(root.dataset.state);
  const base = `/faxes/${state.sha256}`;
  const at = { need: 0, page: 0, zoom: 1, turn: 0, drawing: false, box: null, editing: false, busy: false };
  const size = { width: 850, height: 1100 };
  const id = (name) => document.getElementById(name);
  const svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
  const set = (element, values) => { for (const [key, value] of Object.entries(values)) element.setAttribute(key, value); return element; };
  const make = (name, words, kind) => { const made = document.createElement(name); if (words) made.textContent = words; if (kind) made.className = kind; return made; };

  // the page

  const drawBox = (box, kind) => set(svg("rect"), {
    class: kind, x: box[0] * size.width - 4, y: box[1] * size.height - 4,
    width: (box[2] - box[0]) * size.width + 8, height: (box[3] - box[1]) * size.height + 8, rx: 4,
  });

  function lay() {
    const flat = at.turn % 180 !== 0;
    const [w, h] = flat ? [size.height, size.width] : [size.width, size.height];
    set(id("page"), { viewBox: `0 0 ${w} ${h}` });
    id("page").style.width = `${at.zoom * 100}%`;
    const shift = { 0: "0 0", 90: `${size.height} 0`, 180: `${size.width} ${size.height}`, 270: `0 ${size.width}` }[at.turn];
    set(id("turned"), { transform: `translate(${shift}) rotate(${at.turn})` });
    set(id("scan"), { width: size.width, height: size.height });
    mark();
  }

  function mark() {
    const boxes = [];
    for (const hit of at.hits ?? []) boxes.push(drawBox(hit, "hit"));
    state.needs.forEach((need, number) => {
      if (need.page === at.page && need.kind === "finding") boxes.push(drawBox(need.box, number === at.need ? "box now" : "box"));
    });
    if (at.box) boxes.push(drawBox(at.box, "box drawn"));
    id("marks").replaceChildren(...boxes);
  }

  function showPage(page) {
    if (page === at.page) { mark(); return; }
    at.page = page; at.turn = 0; at.box = null; at.hits = [];
    const source = `${base}/pages/${page}.png`;
    const image = new Image();
    image.onload = () => {
      if (at.page !== page) return;
      size.width = image.naturalWidth; size.height = image.naturalHeight;
      set(id("scan"), { href: source }); set(id("close"), { href: source });
      lay(); magnify(); follow();
    };
    image.onerror = () => desk.say(`Page ${page} cannot be drawn. Ask for a resend.`, true);
    image.src = source;
    const row = state.pages.find((one) => one.page === page);
    id("where").textContent = `${page} / ${state.pages.length}`;
    set(id("page"), { "aria-label": `Page ${page}, ${row?.kind || "no kind"}, ${row?.state ?? ""}` });
    for (const button of id("strip").querySelectorAll("button")) {
      if (Number(button.dataset.page) === page) { button.setAttribute("aria-current", "page"); button.scrollIntoView({ block: "nearest", inline: "nearest" }); }
      else button.removeAttribute("aria-current");
    }
    fetch(`${base}/pages/${page}.json?find=${encodeURIComponent(state.find ?? "")}`).then((answer) => answer.json()).then((said) => {
      if (at.page !== page) return;
      id("text").textContent = said.text; at.hits = said.hits; mark();
    }).catch(() => {});
  }

  function magnify() {
    const need = state.needs[at.need];
    const lens = id("lens");
    lens.classList.toggle("off", !need || need.kind !== "finding");
    if (!need || need.kind !== "finding" || need.page !== at.page) return;
    const [left, top, right, bottom] = need.box;
    const x = left * size.width, y = top * size.height, w = (right - left) * size.width, h = (bottom - top) * size.height;
    const wide = Math.max(w * 1.25, size.width * 0.22), high = Math.max(h * 2.2, wide * 0.2);
    set(lens, { viewBox: `${x + w / 2 - wide / 2} ${y + h / 2 - high / 2} ${wide} ${high}` });
    set(id("close"), { width: size.width, height: size.height });
    set(id("lensbox"), { x: x - 2, y: y - 2, width: w + 4, height: h + 4 });
  }

  function follow() {
    const now = id("marks").querySelector(".now");
    if (!now) return;
    const sheet = id("sheet"), place = now.getBoundingClientRect(), frame = sheet.getBoundingClientRect();
    sheet.scrollTop += place.top - frame.top - frame.height / 3;
    sheet.scrollLeft += place.left - frame.left - frame.width / 3;
  }

  function strip() {
    id("strip").replaceChildren(...state.pages.map((row) => {
      const item = make("li"), button = make("button");
      button.type = "button"; button.dataset.page = row.page; button.title = row.reason;
      const image = make("img"); image.src = `${base}/pages/${row.page}.png?small=1`; image.alt = ""; image.loading = "lazy";
      button.append(image, make("span", `${row.page} `), make("span", row.state, `ledger ${row.state.replace(" ", "-")}`));
      if (row.page === at.page) button.setAttribute("aria-current", "page");
      button.onclick = () => showPage(row.page);
      item.append(button);
      return item;
    }));
  }

  // the list

  function show() {
    const many = state.needs.length;
    at.need = Math.min(at.need, Math.max(many - 1, 0));
    id("count").textContent = many ? `${many} thing${many === 1 ? "" : "s"} need${many === 1 ? "s" : ""} you` : "Done";
    id("needs").replaceChildren(...state.needs.map(card));
    id("finished").hidden = many > 0;
    for (const part of document.querySelectorAll(".edits")) part.hidden = !state.mayEdit;
    strip();
    if (many) choose(at.need); else { if (!at.page) showPage(state.first ?? state.pages[0].page); mark(); magnify(); id("next").focus(); }
  }

  function card(need, number) {
    const item = make("li", "", "need");
    item.dataset.number = number;
    const head = make("button", "", "head");
    head.type = "button";
    head.append(make("strong", need.label), make("span", need.kind === "problem" && !need.problemPage ? " whole fax" : ` page ${need.page}`, "faint"));
    if (need.kind === "finding") head.append(make("span", need.value || "not readable", "value"));
    head.onclick = () => choose(number);
    head.onfocus = () => { if (at.need !== number) choose(number, false); };
    item.append(head);
    const body = make("div", "", "body");
    if (need.role) body.append(make("p", need.role, "faint"));
    body.append(make("p", need.kind === "finding" ? `${need.sure} % sure: ${need.reason}` : need.reason));
    if (state.mayEdit) body.append(need.kind === "finding" ? choices(need) : need.kind === "problem" ? problemButtons(need) : pageButtons(need));
    item.append(body);
    return item;
  }

  function choices(need) {
    const box = make("div", "", "choices");
    need.choices.forEach((choice, number) => {
      const button = make("button", "", number === 0 ? "main" : "");
      button.type = "button";
      button.append(make("kbd", String(number + 1)), make("span", ` ${choice.value} `), make("span", choice.from, "from"));
      button.onclick = () => confirm(need, choice.value);
      box.append(button);
    });
    const edit = make("form", "", "row edit"), label = make("label", "Other value"), input = make("input");
    input.id = `edit-${state.needs.indexOf(need)}`; input.maxLength = 500; input.value = need.value; input.autocomplete = "off";
    label.htmlFor = input.id;
    const save = make("button", "Save"), none = make("button", "Nothing stands there");
    none.type = "button"; none.onclick = () => remove(need);
    edit.onsubmit = (event) => { event.preventDefault(); confirm(need, input.value); };
    const group = make("div"); group.append(label, input);
    edit.append(group, save, none);
    box.append(edit);
    return box;
  }

  function problemButtons(need) {
    const box = make("div", "", "choices"), button = make("button", "Seen; nothing more to do", "main");
    button.type = "button"; button.onclick = () => act("seen", { code: need.code, page: need.problemPage });
    box.append(button);
    return box;
  }

  function pageButtons(need) {
    const box = make("div", "", "choices"), button = make("button", "Say where it belongs", "main");
    button.type = "button"; button.onclick = () => open("move", need.page);
    box.append(button);
    return box;
  }

  function choose(number, focus = true) {
    const need = state.needs[number];
    if (!need) return;
    at.need = number; at.editing = false;
    for (const item of id("needs").children) {
      const now = Number(item.dataset.number) === number;
      item.classList.toggle("now", now);
      const head = item.querySelector(".head");
      head.setAttribute("aria-expanded", String(now));
      if (now && focus) head.focus({ preventScroll: true });
      if (now) item.scrollIntoView({ block: "nearest" });
    }
    showPage(state.first && number === 0 && state.first !== need.page && !at.page ? state.first : need.page);
    magnify(); follow();
  }

  // what people do

  async function act(what, values) {
    if (at.busy || !state.mayEdit) return;
    at.busy = true;
    root.setAttribute("aria-busy", "true");
    const answer = await desk.post(`${base}/${what}`, { version: state.version, ...values });
    at.busy = false;
    root.removeAttribute("aria-busy");
    if (!answer) return;
    state = { ...state, ...answer, first: null };
    close(); desk.say(answer.said); show();
  }

  const confirm = (need, value) => value.trim() ? act("confirm", { field: need.field, page: need.page, value, role: need.role, read_as: need.value }) : edit();
  const remove = (need) => act("remove", { field: need.field, page: need.page, read_as: need.value });
  const edit = () => { const input = id(`edit-${at.need}`); if (input) { input.focus(); input.select(); } };

  function open(form, page) {
    if (!state.mayEdit) return;
    close();
    id(form).hidden = false;
    if (form === "move") { id("move-page").textContent = page; id("move").dataset.page = page; id("how").focus(); }
    else { at.drawing = true; root.classList.add("drawing"); id("drawn").textContent = "Draw a box on the page around it."; id("add-field").focus(); }
    document.querySelector("[data-do=draw]").setAttribute("aria-pressed", String(form === "add"));
  }

  function close() {
    id("add").hidden = id("move").hidden = true;
    at.drawing = false; at.box = null; root.classList.remove("drawing");
    document.querySelector("[data-do=draw]").setAttribute("aria-pressed", "false");
    mark();
  }

  id("add").onsubmit = (event) => {
    event.preventDefault();
    act("add", { field: id("add-field").value, value: id("add-value").value, page: at.page, box: (at.box ?? [0, 0, 1, 1]).join(",") });
  };
  id("move").onsubmit = (event) => {
    event.preventDefault();
    act("place", { page: id("move").dataset.page, how: id("how").value, case: id("case").value, why: id("why").value });
  };

  const turnTo = (step) => {
    const index = state.pages.findIndex((row) => row.page === at.page) + step;
    if (state.pages[index]) showPage(state.pages[index].page);
  };
  const zoom = (factor) => { at.zoom = Math.min(Math.max(at.zoom * factor, 0.5), 5); lay(); follow(); };
  const commands = {
    back: () => turnTo(-1), on: () => turnTo(1), in: () => zoom(1.25), out: () => zoom(0.8),
    turn: () => { at.turn = (at.turn + 90) % 360; lay(); },
    draw: () => (id("add").hidden ? open("add") : close()), move: () => open("move", at.page),
    undo: () => act("undo", {}), cancel: () => { close(); show(); },
  };
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) commands[button.dataset.do]();
  });

  // keys, while the list or the finished note has the focus; never while somebody types

  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); choose(at.need); return; }
    if (event.target.matches("input, select, textarea, summary") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("#sheet")) return;
    const need = state.needs[at.need];
    const keys = {
      ArrowDown: () => choose(Math.min(at.need + 1, state.needs.length - 1)), ArrowUp: () => choose(Math.max(at.need - 1, 0)),
      ArrowRight: commands.on, ArrowLeft: commands.back, "+": commands.in, "=": commands.in, "-": commands.out, r: commands.turn,
      u: commands.undo, a: commands.draw, m: commands.move, e: edit, n: () => location.assign("/review/next"),
      x: () => need?.kind === "finding" && remove(need),
    };
    if (event.key === "Enter" && event.target.matches(".head")) {
      event.preventDefault();
      if (need.kind === "finding") confirm(need, need.value);
      else if (need.kind === "problem") act("seen", { code: need.code, page: need.problemPage });
      else open("move", need.page);
    } else if (/^[1-9]$/.test(event.key)) {
      const choice = need?.choices[Number(event.key) - 1];
      if (choice) { event.preventDefault(); confirm(need, choice.value); }
    } else if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });

  // drawing a box

  const sheet = id("page");
  const pointOf = (event) => {
    const matrix = id("turned").getScreenCTM().inverse();
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    return [Math.min(Math.max(point.x / size.width, 0), 1), Math.min(Math.max(point.y / size.height, 0), 1)];
  };
  let start = null;
  sheet.addEventListener("pointerdown", (event) => { if (at.drawing) { start = pointOf(event); sheet.setPointerCapture(event.pointerId); event.preventDefault(); } });
  sheet.addEventListener("pointermove", (event) => {
    if (!start) return;
    const end = pointOf(event);
    at.box = [Math.min(start[0], end[0]), Math.min(start[1], end[1]), Math.max(start[0], end[0]), Math.max(start[1], end[1])];
    mark();
  });
  sheet.addEventListener("pointerup", () => { if (start) { start = null; id("drawn").textContent = "The box is drawn."; id("add-value").focus(); } });

  addEventListener("pagehide", () => {
    if (!state.mayEdit) return;
    navigator.sendBeacon(`${base}/release`, new URLSearchParams({ csrf: desk.csrf }));
  });

  show();
})();
