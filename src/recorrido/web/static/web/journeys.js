// A click on a step or flow of the picture opens its panel beside the map; without this file it opens the page.
"use strict";

function opensPanel(event) {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const link = event.target.closest(".picture svg a, a[data-panel]");
  return plain && link && document.getElementById("panel") ? link : null;
}

// The panel takes room from the picture: what was chosen must not be hidden by it.
function bringIntoView(address) {
  const picture = document.querySelector(".picture");
  const chosen = [...picture.querySelectorAll("svg a")].find((link) => link.getAttribute("href") === address);
  if (!chosen) return;
  const [frame, place] = [picture.getBoundingClientRect(), chosen.getBoundingClientRect()];
  if (place.left < frame.left || place.right > frame.right) picture.scrollLeft += place.left - frame.left - frame.width / 2;
}

document.addEventListener("click", async (event) => {
  const link = opensPanel(event);
  if (!link) return;
  event.preventDefault();
  const panel = document.getElementById("panel");
  panel.setAttribute("aria-busy", "true");
  await htmx.ajax("GET", link.getAttribute("href"), { target: "#panel", swap: "innerHTML ignoreTitle:true", select: ".chosen" });
  panel.removeAttribute("aria-busy");
  bringIntoView(link.getAttribute("href"));
  const heading = panel.querySelector("h1");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus();
  panel.origin = link;
});

document.addEventListener("keydown", (event) => {
  const panel = document.getElementById("panel");
  if (event.key !== "Escape" || !panel || !panel.contains(document.activeElement)) return;
  panel.replaceChildren();
  if (panel.origin && panel.origin.isConnected) panel.origin.focus();
});

// What was unfolded stays so when the filters bring a new page.
const unfolded = new Set();

document.addEventListener("toggle", (event) => {
  if (!event.target.id) return;
  if (event.target.open) unfolded.add(event.target.id);
  else if (event.target.isConnected) unfolded.delete(event.target.id);
}, true);

// A live page swaps its picture by itself: who was looking at its right end goes on looking there.
let seen = 0;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "live") seen = document.querySelector(".picture")?.scrollLeft ?? 0;
});

document.addEventListener("htmx:afterSwap", (event) => {
  const picture = event.detail.target.id === "live" ? document.querySelector(".picture") : null;
  if (picture) picture.scrollLeft = seen;

  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
});
