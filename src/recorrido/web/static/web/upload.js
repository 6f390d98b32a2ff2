// A file that is too large is told before it is sent; without this file the server says so afterwards.
"use strict";

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.type !== "file" || !field.dataset.limit) return;
  const size = field.files.length ? field.files[0].size : 0;
  field.setCustomValidity(size > Number(field.dataset.limit) * 1048576 ? field.dataset.refusal : "");
  field.reportValidity();
});
