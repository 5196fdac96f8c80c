// Elements with data-live="/address" show what that stream of server-sent events says; the light says whether it flows.
"use strict";
for (const place of document.querySelectorAll("[data-live]")) {
  const light = document.querySelector("[data-live-light]");
  const stream = new EventSource(place.dataset.live);
  stream.addEventListener("part", (event) => {
    const open = new Set([...place.querySelectorAll("details[open][id]")].map((one) => one.id));
    place.innerHTML = event.data;
    for (const one of place.querySelectorAll("details[id]")) one.open = one.open || open.has(one.id);
    light?.classList.add("on");
    document.dispatchEvent(new Event("part"));
  });
  stream.addEventListener("error", () => light?.classList.remove("on"));
}
// A form that cannot be undone asks first: <form data-confirm="…">.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
