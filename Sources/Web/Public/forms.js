/** Double clicks send once; leaving with unsaved typing asks; long texts say how much is left. */
export function forms(root) {
  for (const form of root.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      event.submitter?.setAttribute("aria-busy", "true");
    });
    // Coming back by the back button shows the page as it was, with its form usable: the server knows a repeated key.
    addEventListener("pageshow", () => {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    });
  }
  for (const form of root.querySelectorAll("form[data-guard]")) {
    // A form shown again holds what was typed before.
    let typed = form.hasAttribute("data-typed");
    form.addEventListener("input", () => { typed = true; });
    form.addEventListener("submit", () => { typed = false; });
    form.addEventListener("zhiping:saved", () => { typed = false; });
    addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
  }
  for (const text of root.querySelectorAll("textarea[data-most]")) {
    const counter = document.createElement("span");
    counter.className = "counter";
    const show = () => { counter.textContent = `${[...text.value].length} / ${text.dataset.most} 字`; };
    text.after(counter);
    text.addEventListener("input", show);
    show();
  }
}
