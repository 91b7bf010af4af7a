/** j/k move in a list or from dossier to dossier, Enter opens, p passes, r gives back, f fails, o goes to the opinion, / to the search; ? says so. */
export function keys(root) {
  const rows = [...root.querySelectorAll("table.work tbody tr")];
  let picked = -1;

  function pick(step) {
    if (!rows.length) {
      root.querySelector(step > 0 ? "a[rel=next]" : "a[rel=prev]")?.click();
      return;
    }
    rows[picked]?.classList.remove("picked");
    picked = Math.min(Math.max(picked + step, 0), rows.length - 1);
    rows[picked].classList.add("picked");
    rows[picked].querySelector("a")?.focus();
  }

  const actions = {
    j: () => pick(1),
    k: () => pick(-1),
    p: () => root.querySelector("[data-key=p]")?.click(),
    r: () => root.querySelector("[data-key=r]")?.click(),
    f: () => root.querySelector("[data-key=f]")?.click(),
    o: () => root.getElementById("opinion")?.focus(),
    "/": () => root.getElementById("q")?.focus(),
    "?": help,
  };

  function help() {
    const dialog = document.createElement("dialog");
    dialog.className = "dialog keys-help";
    dialog.setAttribute("aria-label", "快捷键");
    const body = document.createElement("div");
    body.className = "body";
    for (const line of ["j / k：下一位、上一位", "Enter：打开", "o：审核意见", "p：通过", "r：退回", "f：不通过", "/：查找", "Esc：关闭"]) {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      body.append(paragraph);
    }
    dialog.append(body);
    dialog.addEventListener("close", () => dialog.remove());
    root.body.append(dialog);
    dialog.showModal();
  }

  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    // A key that is held down turns the pages, and decides nothing: the next dossier would be passed unread.
    if (event.repeat && !["j", "k"].includes(event.key)) return;
    const action = actions[event.key];
    if (action) { event.preventDefault(); action(); }
  });
}
