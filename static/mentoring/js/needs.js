// The host drags needs into order, or moves one with Alt and an arrow key. Without this file there are the buttons.
let dragged = null;
let wasDropped = false;
let home = null;

const needAt = (event) => event.target.closest?.("[data-order] > .need");

document.addEventListener("pointerdown", (event) => {
  const need = needAt(event);
  if (need) need.draggable = Boolean(event.target.closest("[data-handle]"));
});

document.addEventListener("dragstart", (event) => {
  dragged = needAt(event);
  if (!dragged) return;
  wasDropped = false;
  home = dragged.nextElementSibling;
  event.dataTransfer.effectAllowed = "move";
  dragged.classList.add("dragged");
});

document.addEventListener("dragover", (event) => {
  const over = needAt(event);
  if (!dragged || !over || over.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  if (over === dragged) return;
  const box = over.getBoundingClientRect();
  if (event.clientY > box.top + box.height / 2) over.after(dragged);
  else over.before(dragged);
});

document.addEventListener("drop", (event) => {
  if (!dragged || !needAt(event)) return;
  event.preventDefault();
  wasDropped = true;
  const form = dragged.querySelector("form");
  form.elements.before.value = dragged.nextElementSibling?.dataset.need ?? "";
  form.querySelector("[data-place]").click();
});

document.addEventListener("dragend", () => {
  if (!dragged) return;
  if (!wasDropped) dragged.parentElement.insertBefore(dragged, home);
  dragged.classList.remove("dragged");
  dragged.draggable = false;
  dragged = null;
});

document.addEventListener("keydown", (event) => {
  const step = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  const need = step && event.altKey && needAt(event);
  if (!need) return;
  event.preventDefault();
  const button = need.querySelector(`[data-step="${step}"]`);
  button.focus();
  button.click();
});
