"use strict";
// Tables: a click on a header sorts by its column, numbers as numbers.
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  // rows that go on from the one above would lose their sense elsewhere: before they move, they say what they mean
  const complete = () => {
    for (const row of body.rows) {
      for (const cell of row.cells) {
        if (cell.textContent !== "") break;
        cell.textContent = row.previousElementSibling?.cells[cell.cellIndex].textContent ?? "";
      }
    }
  };
  const key = (row, column) => {
    const text = row.cells[column].textContent.replace(/^[>*] ?/, "").replace(/(\d) (?=\d{3})/g, "$1");
    const value = text === "inf" ? Infinity : parseFloat(text);
    return Number.isNaN(value) ? text : value;
  };
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...cell.childNodes);
    cell.append(button);
    button.addEventListener("click", () => {
      complete();
      const isUp = cell.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", isUp ? "ascending" : "descending");
      const rows = [...body.rows].sort((one, two) => {
        const [a, b] = [key(one, column), key(two, column)];
        if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
        const order = typeof a === "number" ? a - b || 0 : a.localeCompare(b);
        return isUp ? order : -order;
      });
      body.append(...rows);
    });
  });
}
// Figures: series switched on and off, and the value of the point nearest to the pointer.
const inWords = (value) => (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)
  ? value.toExponential(3) : String(Number(value.toPrecision(4))));
for (const figure of document.querySelectorAll("figure")) {
  const switches = figure.querySelector(".switches");
  switches.hidden = !switches.children.length;
  for (const box of switches.querySelectorAll("input")) {
    const lines = figure.querySelectorAll(`[id^="${box.dataset.layer}"]`);
    box.addEventListener("change", () => {
      for (const line of lines) line.style.display = box.checked ? "" : "none";
    });
  }
  const panels = JSON.parse(figure.querySelector(".points").textContent);
  const drawing = figure.querySelector(".sheet");
  const svg = drawing.querySelector("svg");
  const shown = drawing.querySelector(".value");
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    let nearest = null;
    let distance = 14;
    for (const panel of panels) {
      for (const point of panel.points) {
        const away = Math.hypot(box.left + point[0] * box.width - event.clientX, box.top + point[1] * box.height - event.clientY);
        if (away < distance) [nearest, distance] = [{ panel, point }, away];
      }
    }
    shown.hidden = nearest === null;
    if (nearest === null) return;
    const { panel, point } = nearest;
    const heading = [panel.title, point[4]].filter(Boolean).join(", ");
    shown.textContent = `${heading}${heading ? "\n" : ""}${panel.x}: ${inWords(point[2])}\n${panel.y}: ${inWords(point[3])}`;
    const outer = drawing.getBoundingClientRect();
    shown.style.left = `${Math.min(event.clientX - outer.left + 12, outer.width - shown.offsetWidth - 4)}px`;
    shown.style.top = `${event.clientY - outer.top + 12}px`;
  });
  svg.addEventListener("pointerleave", () => { shown.hidden = true; });
}
