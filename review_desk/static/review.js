"use strict";
/* The review screen. One question is lit at a time; keys work while the focus is inside #review. */

(() => {
  const root = document.getElementById("review");
  if (!root) return;
  const fax = `/faxes/${root.dataset.fax}`;
  const mayAct = "mayAct" in root.dataset;
  const find = (selector, inside = root) => inside.querySelector(selector);
  const all = (selector, inside = root) => [...inside.querySelectorAll(selector)];
  const panel = document.getElementById("panel");
  const glass = find(".glass");
  const paper = find(".paper");
  const marks = document.getElementById("marks");
  const saying = document.getElementById("review-said");
  const leaves = all(".leaf");
  const state = { page: 0, zoom: 1, turn: 0, version: root.dataset.version, current: null, lit: null, waiting: 0, trouble: null };

  const say = (text, isTrouble = false) => {
    saying.textContent = text;
    saying.classList.toggle("trouble", isTrouble);
  };
  const boxOf = (element) => element?.dataset.box?.split(",").map(Number) ?? null;
  const open = () => all(".question:not(.done)", panel);

  /* pictures */

  const pictures = new Map();
  const picture = (page) => {
    if (!pictures.has(page)) {
      const image = new Image();
      image.alt = `Page ${page} of the fax`;
      image.draggable = false;
      image.src = `${fax}/pages/${page}.png?width=1700`;
      pictures.set(page, image.decode().then(() => image));
      while (pictures.size > 12) pictures.delete(pictures.keys().next().value);
    }
    return pictures.get(page);
  };

  const showPage = async (page, box = null) => {
    if (!paper || !page) return;
    const isNew = state.page !== page;
    state.page = page;
    for (const leaf of leaves) {
      if (Number(leaf.dataset.page) === page) leaf.setAttribute("aria-current", "true"); else leaf.removeAttribute("aria-current");
      if (isNew && Number(leaf.dataset.page) === page) leaf.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    document.getElementById("page-of").textContent = `${page} of ${leaves.length}`;
    const none = document.getElementById("no-picture");
    try {
      const image = await picture(page);
      if (state.page !== page) return;
      none.hidden = true;
      paper.hidden = false;
      const old = find("img", paper);
      if (old !== image) { old.removeAttribute("id"); old.replaceWith(image); image.id = "page-image"; }
    } catch {
      pictures.delete(page);
      if (state.page !== page) return;
      const answer = await fetch(`${fax}/pages/${page}.png?width=1700`, { headers: { "x-part": "1" } }).catch(() => null);
      const said = await answer?.json().catch(() => null);
      none.textContent = said?.message ?? "The page's picture could not be loaded. Reload the page.";
      none.hidden = false;
      paper.hidden = true;
    }
    draw();
    if (box) centre(box); else if (isNew) glass.scrollTo(0, 0);
    lens();
  };

  const centre = (box) => {
    const [width, height] = [paper.clientWidth, paper.clientHeight];
    glass.scrollTo({
      left: paper.offsetLeft + (width * (box[0] + box[2])) / 2 - glass.clientWidth / 2,
      top: paper.offsetTop + (height * (box[1] + box[3])) / 2 - glass.clientHeight * 0.42,
    });
  };

  const mark = (box, kind, room = 0) => {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const [left, top, right, bottom] = [box[0] - room, box[1] - room * 0.7, box[2] + room, box[3] + room * 0.7].map((edge) => edge * 1000);
    for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top, rx: 2 })) rect.setAttribute(name, value);
    if (kind) rect.setAttribute("class", kind);
    marks.append(rect);
    return rect;
  };

  const draw = () => {
    if (!marks) return;
    marks.replaceChildren();
    for (const question of open()) {
      const box = boxOf(question);
      if (box && Number(question.dataset.page) === state.page && question !== state.current) mark(box, "", 0.003);
    }
    const box = boxOf(state.current);
    if (box && Number(state.current.dataset.page) === state.page) mark(box, "current", 0.006);
    if (state.lit?.page === state.page) for (const lit of state.lit.boxes) mark(lit, "lit", 0.006);
  };

  /** The place of the current question, magnified. */
  const lens = async () => {
    const question = state.current;
    const canvas = question && find(".lens", question);
    const box = boxOf(question);
    if (!canvas || !box) return;
    const image = await picture(Number(question.dataset.page)).catch(() => null);
    if (!image) return;
    const [width, height] = [image.naturalWidth, image.naturalHeight];
    let across = Math.min(width, Math.max((box[2] - box[0]) * width * 1.25, width * 0.2));
    let down = (across * canvas.height) / canvas.width;
    const needed = Math.min((box[3] - box[1]) * height * 1.5, height * 0.3);
    if (down < needed) { across *= needed / down; down = needed; }
    const left = ((box[0] + box[2]) / 2) * width - across / 2;
    const top = ((box[1] + box[3]) / 2) * height - down / 2;
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(image, left, top, across, down, 0, 0, canvas.width, canvas.height);
    const scale = canvas.width / across;
    context.strokeStyle = "#b35c00";
    context.lineWidth = 3;
    context.strokeRect((box[0] * width - left) * scale - 6, (box[1] * height - top) * scale - 5,
      (box[2] - box[0]) * width * scale + 12, (box[3] - box[1]) * height * scale + 10);
  };

  /* going from question to question */

  const go = (question, focus = true) => {
    for (const other of all(".question[aria-current]", panel)) if (other !== question) other.removeAttribute("aria-current");
    state.current = question;
    if (!question) { draw(); return; }
    question.setAttribute("aria-current", "true");
    if (focus) question.focus({ preventScroll: true });
    question.scrollIntoView({ block: "nearest" });
    showPage(Number(question.dataset.page), boxOf(question));
    const after = nextOf(question);
    if (after) picture(Number(after.dataset.page)).catch(() => {});
  };

  const nextOf = (question) => {
    const left = open();
    const later = left.filter((other) => question.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
    return later[0] ?? left.find((other) => other !== question) ?? null;
  };

  const step = (by) => {
    const left = open();
    const at = left.indexOf(state.current);
    if (left.length) go(left[Math.min(left.length - 1, Math.max(0, at + by))]);
  };

  /* saying it to the desk: one thing after the other, while the clerk goes on */

  let queue = Promise.resolve();
  const post = async (path, values) => {
    let answer;
    try {
      answer = await fetch(path, { method: "POST", body: new URLSearchParams({ ...values, version: state.version }), headers: { "x-csrf": desk.csrf } });
    } catch {
      return { isDone: false, message: "The desk does not answer. Check the connection and try again." };
    }
    if (answer.status === 401) desk.lock();
    const said = await answer.json().catch(() => ({}));
    return { message: "That did not work. Reload the page and try again.", ...said, isDone: answer.ok };
  };

  /** Send and, once nothing else is under way, show the list as it stands then. `wanted`: the question to light. */
  const send = (path, values, wanted = "") => {
    state.waiting += 1;
    const sent = queue.then(async () => {
      const answer = await post(path, values);
      state.waiting -= 1;
      if (answer.version) state.version = answer.version;
      if (!answer.isDone) state.trouble = { item: values.item, message: answer.message };
      if (!state.waiting) {
        if (answer.html) swap(answer.html, state.trouble?.item ?? wanted);
        else for (const question of all(".question.done", panel)) question.classList.remove("done");
        say(state.trouble?.message ?? answer.message, Boolean(state.trouble));
        tell(state.trouble);
        state.trouble = null;
      }
      for (const [page, words] of Object.entries(answer.states ?? {})) {
        const place = find(`[data-state-of="${page}"]`);
        if (place) place.textContent = words;
      }
      return answer;
    });
    queue = sent.catch(() => {});
    return sent;
  };

  const tell = (trouble) => {
    const question = trouble && document.getElementById(`q-${trouble.item}`);
    if (question && find(".wrong", question)) find(".wrong", question).textContent = trouble.message;
  };

  const swap = (html, wanted) => {
    const hadFocus = panel.contains(document.activeElement) || document.activeElement === document.body;
    const kept = state.current && !state.current.classList.contains("done") ? state.current.dataset.item : "";
    panel.innerHTML = html;
    const question = document.getElementById(`q-${wanted}`) ?? document.getElementById(`q-${kept}`) ?? open()[0] ?? null;
    go(question, hadFocus);
    if (!question) find("[data-do=next]", panel)?.focus();
  };

  /** Mark the current question as answered, send the answer, go on at once. */
  const settle = (values) => {
    const question = state.current;
    if (!question || question.classList.contains("done")) return;
    const after = nextOf(question);
    question.classList.add("done");
    const left = find(".left", panel);
    if (left) left.textContent = open().length;
    if (after) go(after); else { state.current = null; draw(); panel.focus?.(); say("Saving"); }
    send(`${fax}/findings`, { ...values, item: question.dataset.item }, after?.dataset.item);
  };

  const confirm = () => {
    const question = state.current;
    if (!question) { find("[data-do=next]", panel)?.click(); return; }
    if (question.dataset.sort === "page") { place(); return; }
    if ("invalid" in question.dataset) { edit(); return; }
    settle({ act: "confirm" });
  };

  const take = (number) => {
    const offer = state.current && all("[data-do=offer]", state.current)[number - 1];
    if (offer) settle({ act: "edit", value: offer.dataset.value });
  };

  const edit = () => {
    const form = state.current && find(".edit", state.current);
    if (!form) return;
    form.hidden = false;
    find("input", form).focus();
    find("input", form).select();
  };

  panel.addEventListener("submit", async (event) => {
    event.preventDefault();
    const question = event.target.closest(".question");
    const input = find("input", event.target);
    const typed = input.value;
    const after = nextOf(question)?.dataset.item;
    const answer = await send(`${fax}/findings`, { act: "edit", item: question.dataset.item, value: typed }, after);
    if (answer.isDone) return;
    edit();
    const again = state.current && find(".edit input", state.current);
    if (again) again.value = typed;
  });

  const discard = () => { if (state.current?.dataset.sort === "finding") settle({ act: "discard" }); };
  const undo = () => send(`${fax}/undo`, {});
  const next = () => location.assign(`/next-fax?after=${root.dataset.fax}`);
  const takeOver = async () => { if ((await post(`${fax}/claim`, {})).isDone) location.reload(); };

  /* adding what was not read */

  const adding = document.getElementById("adding");
  let drawn = null;
  const add = (box = null) => {
    drawn = box;
    document.getElementById("adding-where").textContent = box ? `The box you drew on page ${state.page}.`
      : `On page ${state.page}. You can also draw a box on the page first; without one it is looked for in the page's words.`;
    find(".wrong", adding).textContent = "";
    document.getElementById("adding-value").value = "";
    adding.showModal();
  };
  adding?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = { act: "add", page: state.page, box: drawn?.join(",") ?? "" };
    values.field = document.getElementById("adding-field").value;
    values.value = document.getElementById("adding-value").value;
    const answer = await send(`${fax}/findings`, values, state.current?.dataset.item);
    if (answer.isDone) adding.close(); else find(".wrong", adding).textContent = answer.message;
  });
  adding?.addEventListener("close", () => { draw(); (state.current ?? glass).focus(); });

  /* placing a page */

  const placing = document.getElementById("placing");
  const place = () => {
    document.getElementById("placing-page").textContent = state.page;
    find("form", placing).reset();
    find(".wrong", placing).textContent = "";
    placing.showModal();
    document.getElementById("placing-case").focus();
    search();
  };
  const options = () => all("#placing-found li", placing);
  const choose = (option) => {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    document.getElementById("placing-case").setAttribute("aria-activedescendant", option?.id ?? "");
  };
  const search = async () => {
    const typed = document.getElementById("placing-case").value;
    const answer = await fetch(`${fax}/cases?q=${encodeURIComponent(typed)}`, { headers: { "x-part": "1" } }).catch(() => null);
    if (!answer?.ok || document.getElementById("placing-case").value !== typed) return;
    const rows = await answer.json();
    document.getElementById("placing-found").replaceChildren(...rows.map((row) => {
      const option = document.createElement("li");
      Object.assign(option, { id: `case-${row.id}`, role: "option", textContent: `${row.id}  ${row.member_name}  ${row.payer_name}  ${row.status}` });
      option.dataset.caseId = row.id;
      option.addEventListener("click", () => { choose(option); for (const radio of all("[name=out]", placing)) radio.checked = false; });
      return option;
    }));
    document.getElementById("placing-case").setAttribute("aria-expanded", String(rows.length > 0));
    choose(typed ? options()[0] : null);
  };
  let soon = 0;
  document.getElementById("placing-case")?.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(search, 150); });
  document.getElementById("placing-case")?.addEventListener("keydown", (event) => {
    if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    const rows = options();
    const at = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
    choose(rows[Math.min(rows.length - 1, Math.max(0, at + (event.key === "ArrowDown" ? 1 : -1)))]);
  });
  for (const radio of placing ? all("[name=out]", placing) : []) radio.addEventListener("change", () => choose(null));
  placing?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = find("form", placing);
    const values = { why: document.getElementById("placing-why").value, out: form.elements.out.value };
    values.case_id = values.out ? "" : find("[aria-selected=true]", placing)?.dataset.caseId ?? "";
    if (form.elements.whole.checked) values.whole = "1";
    const answer = await send(`${fax}/pages/${state.page}/place`, values);
    if (answer.isDone) placing.close(); else find(".wrong", placing).textContent = answer.message;
  });
  placing?.addEventListener("close", () => (state.current ?? find("[data-do=next]", panel) ?? glass).focus());

  /* cutting the fax into documents */

  const binding = document.getElementById("binding");
  const documents = () => {
    const rows = find("[data-bound]", panel)?.dataset.bound.split(";") ?? [];
    document.getElementById("binding-pages").replaceChildren(...rows.map((row) => {
      const [page, kind] = row.split(":");
      const item = document.getElementById("binding-row").content.cloneNode(true).firstElementChild;
      const choice = find("select", item);
      item.dataset.page = page;
      find(".number", item).textContent = `Page ${page}`;
      find("label .hidden", item).textContent = `Page ${page} is`;
      find("[data-move='-1'] .hidden", item).textContent = `Move page ${page} up`;
      find("[data-move='1'] .hidden", item).textContent = `Move page ${page} down`;
      if (kind && ![...choice.options].some((option) => option.value === kind)) choice.add(new Option(kind.replaceAll("_", " "), kind));
      choice.value = kind;
      return item;
    }));
    find(".wrong", binding).textContent = "";
    binding.showModal();
  };
  binding?.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    const item = button?.closest("li");
    const other = button && (button.dataset.move === "1" ? item.nextElementSibling : item.previousElementSibling);
    if (!other) return;
    if (button.dataset.move === "1") other.after(item); else other.before(item);
    button.focus();
  });
  binding?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const cut = [];
    for (const item of all("li", binding)) {
      const kind = find("select", item).value;
      if (kind || !cut.length) cut.push(`${kind}:${item.dataset.page}`); else cut[cut.length - 1] += `,${item.dataset.page}`;
    }
    const answer = await send(`${fax}/documents`, { documents: cut.join(";") });
    if (answer.isDone) binding.close(); else find(".wrong", binding).textContent = answer.message;
  });
  binding?.addEventListener("close", () => (state.current ?? find("[data-do=next]", panel) ?? glass).focus());

  /* the view */

  const zoom = (factor) => {
    state.zoom = factor ? Math.min(4, Math.max(0.4, state.zoom * factor)) : 1;
    paper.style.width = `${Math.round(state.zoom * 100)}%`;
    const box = boxOf(state.current);
    if (box) centre(box);
  };
  const rotate = () => {
    state.turn = (state.turn + 90) % 360;
    paper.className = state.turn ? `paper turned-${state.turn}` : "paper";
  };
  const turnTo = (page) => { if (page >= 1 && page <= leaves.length) showPage(page); };

  const doing = {
    confirm, edit, discard, undo, next, rotate, place, documents, "take-over": takeOver, add: () => add(),
    "zoom-in": () => zoom(1.25), "zoom-out": () => zoom(0.8), "zoom-fit": () => zoom(0),
    "next-page": () => turnTo(state.page + 1), "previous-page": () => turnTo(state.page - 1),
    help: () => document.getElementById("help").showModal(),
  };
  const keys = {
    Enter: "confirm", e: "edit", d: "discard", u: "undo", n: "next", r: "rotate", p: "place", a: "add", s: "documents", "+": "zoom-in", "=": "zoom-in",
    "-": "zoom-out", 0: "zoom-fit", "]": "next-page", "[": "previous-page", PageDown: "next-page", PageUp: "previous-page", "?": "help",
  };
  const acts = new Set(["confirm", "edit", "discard", "undo", "place", "add", "documents"]);

  root.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea")) {
      if (event.key === "Escape") { event.target.closest(".edit").hidden = true; state.current?.focus(); }
      return;
    }
    if (event.ctrlKey && event.key === "z" && mayAct) { event.preventDefault(); undo(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (event.target === glass) return;
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
      return;
    }
    if (event.key === "Enter" && event.target.closest("button, a")) return;
    if (/^[1-9]$/.test(event.key) && mayAct) { event.preventDefault(); take(Number(event.key)); return; }
    const name = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!name || (acts.has(name) && !mayAct)) return;
    event.preventDefault();
    doing[name]();
  });

  addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button?.dataset.do === "close") { button.closest("dialog").close(); return; }
    if (!root.contains(event.target)) return;
    const question = event.target.closest(".question");
    if (question && question !== state.current && !question.classList.contains("done")) go(question);
    if (!button || button.tagName === "A") return;
    if (button.dataset.do === "offer") settle({ act: "edit", value: button.dataset.value });
    else doing[button.dataset.do]?.();
  });
  panel.addEventListener("focusin", (event) => {
    const question = event.target.closest(".question");
    if (question && question !== state.current && !question.classList.contains("done")) go(question, false);
  });
  for (const leaf of leaves) leaf.addEventListener("click", () => showPage(Number(leaf.dataset.page)));

  /* drawing a box; a mere click lights the question that stands there */

  let start = null;
  const at = (event) => {
    const frame = paper.getBoundingClientRect();
    const inside = (value) => Math.min(1, Math.max(0, value));
    return [inside((event.clientX - frame.left) / frame.width), inside((event.clientY - frame.top) / frame.height)];
  };
  const spanned = (event) => {
    const [x, y] = at(event);
    return [Math.min(x, start[0]), Math.min(y, start[1]), Math.max(x, start[0]), Math.max(y, start[1])];
  };
  paper?.addEventListener("pointerdown", (event) => {
    if (event.button || event.pointerType === "touch" || state.turn) return;
    start = at(event);
    paper.setPointerCapture(event.pointerId);
  });
  paper?.addEventListener("pointermove", (event) => {
    if (!start || !mayAct) return;
    draw();
    mark(spanned(event), "drawn");
  });
  paper?.addEventListener("pointerup", (event) => {
    if (!start) return;
    const box = spanned(event);
    const [x, y] = start;
    start = null;
    if (mayAct && box[2] - box[0] > 0.008 && box[3] - box[1] > 0.004) { add(box.map((edge) => Number(edge.toFixed(4)))); return; }
    draw();
    const under = open().find((question) => {
      const place_ = boxOf(question);
      return place_ && Number(question.dataset.page) === state.page && x >= place_[0] && x <= place_[2] && y >= place_[1] && y <= place_[3];
    });
    if (under) go(under);
  });

  /* beginning and end */

  addEventListener("pagehide", () => {
    if (mayAct) navigator.sendBeacon(`${fax}/release`, new URLSearchParams({ csrf: desk.csrf }));
  });
  const asked = new URLSearchParams(location.search);
  const boxes = asked.getAll("box").map((text) => text.split(",").map(Number)).filter((box) => box.length === 4 && box.every(Number.isFinite));
  if (boxes.length) state.lit = { page: Number(asked.get("page")), boxes };
  const wanted = Math.min(leaves.length, Math.max(1, Number(asked.get("page")) || 0));
  const first = asked.get("page") ? open().find((question) => Number(question.dataset.page) === wanted) : open()[0];
  if (first) go(first);
  if (asked.get("page") || !first) showPage(wanted, state.lit?.boxes[0]);
  if (!open().length) find("[data-do=next]", panel)?.focus();
})();
