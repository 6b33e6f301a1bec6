// Marks or clears a whole day or a whole hour of the week. Without this file one ticks each hour.
for (const week of document.querySelectorAll("fieldset.week")) {
  const rows = [...week.querySelectorAll("tbody tr")];
  const boxesOf = (row) => [...row.querySelectorAll("input")];

  const addButton = (heading, label, words, boxes) => {
    const button = document.createElement("button");
    button.type = "button";
    // Its name stays what one sees, so that it can be spoken to; the title describes it.
    button.title = words;
    button.append(...label);
    button.addEventListener("click", () => {
      const isFull = boxes.every((box) => box.checked);
      for (const box of boxes) box.checked = !isFull;
    });
    heading.replaceChildren(button);
  };

  for (const row of rows) {
    const heading = row.querySelector("th");
    const words = week.dataset.wholeHour.replace("{hour}", heading.textContent);
    addButton(heading, [heading.textContent], words, boxesOf(row));
  }
  for (const [day, heading] of [...week.querySelectorAll("thead th")].entries()) {
    const name = heading.querySelector("abbr").title;
    const words = week.dataset.wholeDay.replace("{day}", name);
    addButton(heading, [heading.textContent], words, rows.map((row) => boxesOf(row)[day]));
  }
}
