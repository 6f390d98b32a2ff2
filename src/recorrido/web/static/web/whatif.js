// A slider shows its value while it is moved; without this file the value stands still until the form is sent.
"use strict";

document.addEventListener("input", (event) => {
  const output = event.target.type === "range" ? event.target.closest("label")?.querySelector("output") : null;
  if (output) output.textContent = Number(event.target.value).toLocaleString(document.documentElement.lang);
});
