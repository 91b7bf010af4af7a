/** 常用意见: what is chosen is put in at the cursor, and remembered, so that its use is counted. */
export function phrases(root) {
  for (const picker of root.querySelectorAll("[data-phrases]")) {
    const [list, button] = [picker.querySelector("select"), picker.querySelector("button")];
    const form = picker.closest("form");
    const text = form.elements.namedItem(picker.dataset.phrases);
    if (button) button.hidden = true;
    list.addEventListener("change", () => {
      const option = list.selectedOptions[0];
      if (!option?.value) return;
      const day = form.elements.namedItem("deadline")?.value || form.elements.namedItem("within")?.value || "截止时间";
      text.focus();
      text.setRangeText(option.dataset.text.replaceAll("{截止时间}", day), text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
      const used = document.createElement("input");
      used.type = "hidden";
      used.name = `used.${option.value}`;
      used.value = "1";
      if (!form.elements.namedItem(used.name)) form.append(used);
      list.value = "";
    });
  }
}
