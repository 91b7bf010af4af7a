/** Numbers in full appear where they were masked, so that nothing typed on the page is left behind. */
export function reveal(root) {
  for (const form of root.querySelectorAll("form[data-reveal]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
      const shown = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-revealed]") : null;
      if (!shown) { form.submit(); return; }
      shown.setAttribute("role", "status");
      form.replaceWith(document.adoptNode(shown));
    });
  }
}
