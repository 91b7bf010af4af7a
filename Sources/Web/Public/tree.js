/** Branches open where they are, and are fetched when they are first opened. */
export function trees(root) {
  for (const tree of root.querySelectorAll("[data-tree]")) {
    tree.addEventListener("click", async (event) => {
      const opener = event.target.closest(".opener");
      if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const item = opener.closest("li");
      const open = opener.getAttribute("aria-expanded") !== "true";
      if (open && !item.querySelector(":scope > ul")) {
        opener.setAttribute("aria-busy", "true");
        const answer = await fetch(opener.dataset.branch).catch(() => null);
        opener.removeAttribute("aria-busy");
        // What cannot be fetched is shown as a page, with whatever that page has to say.
        if (!answer?.ok) { location.assign(opener.href); return; }
        item.insertAdjacentHTML("beforeend", await answer.text());
      }
      opener.setAttribute("aria-expanded", String(open));
      const branch = item.querySelector(":scope > ul");
      if (branch) branch.hidden = !open;
      const word = opener.querySelector(".unseen");
      word.textContent = (open ? "收起" : "展开") + word.textContent.slice(2);
    });
  }
}
