// Elements with data-live="/address" show what that stream of server-sent events says; the light says whether it flows.
"use strict";
// What is being typed into a part outlives it: a field is known by its form's address, what is hidden there, and its name.
const FIELDS = "form input:not([type]), form textarea";
function known(field) {
  const hidden = field.form.querySelectorAll("input[type=hidden]:not([name=event_id])");
  return [field.form.getAttribute("action"), ...[...hidden].map((one) => one.value), field.name].join("\n");
}
function renew(place, html) {
  const open = new Set([...place.querySelectorAll("details[open][id]")].map((one) => one.id));
  const fields = [...place.querySelectorAll(FIELDS)];
  const typed = new Map(
    fields.filter((one) => one.value !== one.defaultValue || "typed" in one.dataset).map((one) => [known(one), one.value]),
  );
  const at = fields.find((one) => one === document.activeElement);
  place.innerHTML = html;
  for (const one of place.querySelectorAll("details[id]")) one.open = one.open || open.has(one.id);
  for (const one of place.querySelectorAll(FIELDS)) {
    if (typed.has(known(one))) one.value = typed.get(known(one));
    if (at && known(one) === known(at)) {
      one.focus();
      one.setSelectionRange(at.selectionStart, at.selectionEnd);
    }
  }
}
function follow(place) {
  const light = document.querySelector("[data-live-light]");
  const stream = new EventSource(place.dataset.live);
  stream.addEventListener("part", (event) => {
    renew(place, event.data);
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
