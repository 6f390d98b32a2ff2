// A mistake's place is a link: it marks the line in the text. Without this file it leads to the text.
"use strict";

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-line]");
  const text = document.getElementById("source");
  if (!link || !text) return;
  event.preventDefault();
  const lines = text.value.split("\n");
  const line = Number(link.dataset.line) - 1;
  const start = lines.slice(0, line).join("\n").length + (line ? 1 : 0);
  const column = Math.max(0, Number(link.dataset.column) - 1);
  text.focus();
  text.setSelectionRange(start + column, start + (lines[line] ?? "").length);
  text.scrollTop = (text.scrollHeight / lines.length) * Math.max(0, line - 5);
});
