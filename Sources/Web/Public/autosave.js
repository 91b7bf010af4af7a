/** Saves a draft, of a dossier or of an opinion, two seconds after the last keystroke, and says when; a failure is said, and tried again at the next one. */
export function autosave(root) {
  for (const form of root.querySelectorAll("form[data-autosave]")) {
    const status = form.querySelector("[data-saved]");
    // A section of a draft has a button that saves; an opinion has none.
    const saves = form.querySelector("[value=save]");
    let timer = 0;
    let running = false;
    let submitting = false;

    async function save() {
      if (running || submitting) { timer = setTimeout(save, 500); return; }
      running = true;
      // Not form.action: buttons of that name stand before it.
      const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
      body.set("autosave", "1");
      try {
        const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { "Accept": "text/html" }, redirect: "error" });
        if (answer.status === 409) { tell(saves ? "已在另一窗口修改，请点“保存”查看" : reason(await answer.text()), "failed"); return; }
        if (!answer.ok) throw new Error(String(answer.status));
        renew(await answer.text());
      } catch {
        tell(saves ? "自动保存失败，请检查网络后点“保存”" : "暂存失败，填写的内容还在本页", "failed");
      } finally {
        running = false;
      }
    }

    // The answer brings the token of the next saving and the words to show.
    function renew(text) {
      const answer = new DOMParser().parseFromString(text, "text/html");
      for (const field of answer.querySelectorAll("input[type=hidden]")) {
        const own = form.elements.namedItem(field.name);
        if (own) own.value = field.value;
      }
      tell(answer.querySelector("[data-saved]")?.textContent ?? "", "saved");
      form.dispatchEvent(new Event("zhiping:saved"));
    }

    // Why an opinion was not kept, in the words of the page that says so.
    function reason(text) {
      return new DOMParser().parseFromString(text, "text/html").querySelector(".trouble p")?.textContent ?? "没有暂存，填写的内容还在本页";
    }

    function tell(text, state) {
      status.textContent = text;
      status.dataset.state = state;
    }

    // What is shown again after a refusal was typed before, and is kept nowhere yet.
    if (form.hasAttribute("data-typed")) timer = setTimeout(save, 2000);
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 2000); });
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (running) {
        // The saving under way changes the token: wait for it, then send.
        event.preventDefault();
        delete form.dataset.sent;
        const button = event.submitter;
        const again = setInterval(() => { if (!running) { clearInterval(again); form.requestSubmit(button); } }, 50);
        return;
      }
      submitting = true;
    });
    addEventListener("pageshow", () => { submitting = false; });
  }
}
