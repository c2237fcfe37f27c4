"use strict";
/* The packet screen: the order of exhibits by drag or by arrows, fields that belong to one kind, progress of a build. */

(() => {
  const form = document.getElementById("packet");
  if (!form) return;
  const order = document.getElementById("order");
  const keep = () => {
    order.value = [...form.querySelectorAll(".exhibits li")].map((row) => row.dataset.id).join(",");
  };

  const kinds = [...form.querySelectorAll('input[name="kind"]')];
  const showKind = () => {
    const kind = kinds.find((box) => box.checked)?.value;
    for (const part of form.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== kind;
  };
  for (const box of kinds) box.addEventListener("change", showKind);
  showKind();

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const row = button.closest("li");
    const up = button.dataset.move === "-1";
    const other = up ? row.previousElementSibling : row.nextElementSibling;
    if (!other) { desk.say(up ? "It is the first of its section." : "It is the last of its section."); return; }
    up ? other.before(row) : other.after(row);
    keep();
    button.focus();
    const place = [...row.parentElement.children].indexOf(row) + 1;
    desk.say(`${row.querySelector("label").textContent.trim()} is number ${place} of its section.`);
  });

  let dragged = null;
  form.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".exhibits li") ?? null;
    if (!dragged) return;
    dragged.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
  });
  form.addEventListener("dragover", (event) => {
    const over = event.target.closest?.(".exhibits li");
    if (!dragged || !over || over === dragged || over.parentElement !== dragged.parentElement) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    event.clientY < box.top + box.height / 2 ? over.before(dragged) : over.after(dragged);
  });
  form.addEventListener("drop", (event) => { if (dragged) event.preventDefault(); });
  form.addEventListener("dragend", () => { dragged?.classList.remove("dragged"); dragged = null; keep(); });
})();

(() => {
  const place = document.querySelector("[data-job]");
  if (!place) return;
  const bar = document.getElementById("progress"), words = document.getElementById("progress-words");
  const look = async () => {
    const answer = await fetch(place.dataset.job, { headers: { "x-part": "1" } }).catch(() => null);
    if (answer?.status === 401) { desk.lock(); return; }
    const job = answer?.ok ? await answer.json() : null;
    if (job && job.state !== "waiting" && job.state !== "building") { location.reload(); return; }
    if (job?.of) {
      bar.max = job.of;
      bar.value = job.done;
      words.textContent = `${job.done} of ${job.of} parts`;
    }
    setTimeout(look, 400);
  };
  look();
})();
