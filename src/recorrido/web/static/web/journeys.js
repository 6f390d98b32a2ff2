// A click on a step or flow of the picture opens its panel beside the map; without this file it opens the page.
"use strict";

function opensPanel(event) {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const link = event.target.closest(".picture svg a, a[data-panel]");
  return plain && link && document.getElementById("panel") ? link : null;
}

document.addEventListener("click", async (event) => {
  const link = opensPanel(event);
  if (!link) return;
  event.preventDefault();
  const address = link.getAttribute("href");
  const panel = document.getElementById("panel");
  panel.setAttribute("aria-busy", "true");
  await htmx.ajax("GET", address, { target: "#panel", swap: "innerHTML", select: ".chosen" });
  panel.removeAttribute("aria-busy");
  panel.dataset.address = address;
  const heading = panel.querySelector("h1");
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: false });
  }
});

document.addEventListener("keydown", (event) => {
  const panel = document.getElementById("panel");
  if (event.key === "Escape" && panel && panel.contains(document.activeElement)) panel.replaceChildren();
});
