// Elements with data-live="/address" show what that stream of server-sent events says; the light says whether it flows.
"use strict";
function follow(place) {
  const light = document.querySelector("[data-live-light]");
  const stream = new EventSource(place.dataset.live);
  stream.addEventListener("part", (event) => {
    const open = new Set([...place.querySelectorAll("details[open][id]")].map((one) => one.id));
    place.innerHTML = event.data;
    for (const one of place.querySelectorAll("details[id]")) one.open = one.open || open.has(one.id);
    light?.classList.add("on");
    document.dispatchEvent(new Event("part"));
  });
  stream.addEventListener("error", () => {
    light?.classList.remove("on");
    // Refused, as too many look or the service starts anew: the browser gives up then, the page asks again.
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 10000, place);
  });
}
for (const place of document.querySelectorAll("[data-live]")) follow(place);
// A form that cannot be undone asks first: <form data-confirm="…">.
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
