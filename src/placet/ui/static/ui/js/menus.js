/* Native <details class="dropdown"> behave as menus do: Escape and a click elsewhere close them. Native
 * dialogs open from [data-opens-dialog="id"] and close from [data-closes-dialog]. */
function closeAll(except) {
  for (const menu of document.querySelectorAll("details.dropdown[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  closeAll(event.target.closest("details.dropdown"));
  const opener = event.target.closest("[data-opens-dialog]");
  if (opener) document.getElementById(opener.dataset.opensDialog)?.showModal();
  if (event.target.closest("[data-closes-dialog]")) event.target.closest("dialog")?.close();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.dropdown[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
