// Clocks that count down: elements with data-due show the time left by the campaign's clock, which the server tells.
"use strict";
const loaded = Date.now();
const told = Date.parse(document.querySelector("[data-server-now]")?.dataset.serverNow ?? "");
const skew = Number.isNaN(told) ? 0 : told - loaded;
function left(seconds) {
  const late = seconds < 0;
  const rest = Math.abs(Math.trunc(seconds));
  const parts = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60];
  return (late ? "−" : "") + parts.map((one) => String(one).padStart(2, "0")).join(":");
}
function tick() {
  const board = document.querySelector("[data-offset]");
  const now = Date.now() + skew + Number(board?.dataset.offset ?? 0) * 1000;
  for (const clock of document.querySelectorAll("[data-due]")) {
    const seconds = (Date.parse(clock.dataset.due) - now) / 1000;
    clock.textContent = left(seconds);
    clock.classList.toggle("late", seconds < 0);
    clock.classList.toggle("near", seconds >= 0 && seconds < 7200);
  }
}
setInterval(tick, 1000);
document.addEventListener("part", tick);
tick();
