// In the review queue the arrows go from tick to tick, Shift and a click ticks all between, and the number of ticks is
// told. Without this file each box is ticked by itself.
const queue = document.querySelector("[data-queue]");
const bar = document.getElementById("decide");
const boxes = queue ? [...queue.querySelectorAll("input[name=chosen]")] : [];
let last = null;

const tell = () => {
  const count = boxes.filter((box) => box.checked).length;
  bar.querySelector("[data-ticked]").textContent = count ? `(${count})` : "";
};

queue?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = boxes.indexOf(event.target);
  if (!step || at < 0) return;
  event.preventDefault();
  boxes[at + step]?.focus();
});

queue?.addEventListener("click", (event) => {
  const at = boxes.indexOf(event.target);
  if (at < 0) return;
  if (event.shiftKey && last !== null) {
    const [from, to] = [Math.min(at, last), Math.max(at, last)];
    for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
  }
  last = at;
  bar.elements.whom.value = "chosen";
  tell();
});

const all = bar?.querySelector("[data-tick-all]");
if (all && boxes.length) {
  all.hidden = false;
  all.addEventListener("click", () => {
    const tick = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = tick;
    bar.elements.whom.value = "chosen";
    tell();
  });
  // A page that the browser brings back may have ticks already.
  tell();
}
