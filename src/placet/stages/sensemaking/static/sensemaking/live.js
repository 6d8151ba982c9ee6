/* The live map: asks for nothing while its tab is hidden or it is paused, and stays unfolded when it moves.
 * Markup: [data-live] is what HTMX exchanges; a hidden button[data-live-pause] stands beside it. */
const button = document.querySelector("[data-live-pause]");
let isUnfolded = false;

const isLive = (event) => event.target instanceof Element && event.target.matches("[data-live]");
const unfolding = () => document.querySelector("[data-live] details");

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isLive(event) && (document.hidden || button?.getAttribute("aria-pressed") === "true")) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (isLive(event)) isUnfolded = unfolding()?.open ?? false;
});
document.addEventListener("htmx:afterSwap", () => {
  if (isUnfolded && unfolding()) unfolding().open = true;
  if (button && !document.querySelector("[data-live][hx-get]")) button.hidden = true;
});

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  });
}
