/** Windows: opened over the page, closed by Escape, with the focus kept inside and given back. */
export function dialogs(root) {
  const open = (dialog) => {
    dialog.showModal();
    // What was already written as the opinion is the reason, as long as none stands there.
    const [written, reason] = [root.getElementById("opinion"), dialog.querySelector("textarea[name=opinion]")];
    if (written && reason && reason !== written && !reason.value) {
      reason.value = written.value;
      reason.dispatchEvent(new Event("input"));
    }
    dialog.querySelector(".body textarea, .body select, .body input:not([type=hidden])")?.focus();
  };

  for (const link of root.querySelectorAll("[data-opens]")) {
    const dialog = root.getElementById(link.dataset.opens);
    if (!dialog) continue;
    link.addEventListener("click", (event) => { event.preventDefault(); open(dialog); });
    link.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); open(dialog); } });
  }
  for (const link of root.querySelectorAll("[data-closes]")) {
    link.addEventListener("click", (event) => { event.preventDefault(); link.closest("dialog").close(); });
  }
  for (const dialog of root.querySelectorAll("dialog[data-reopen]")) {
    dialog.close();
    dialog.showModal();
  }
}
