/** Files are uploaded as soon as they are chosen, one after another, each with its progress, a way to stop it and a way to try again. */
const MOST_BYTES = 20_000_000;

export function uploads(root) {
  const form = root.getElementById("uploads");
  if (!form) return;
  const waiting = [];
  let running = false;
  let current = "";
  const chooser = document.createElement("input");
  chooser.type = "file";
  chooser.id = "chooser";
  chooser.hidden = true;
  chooser.addEventListener("change", () => {
    const files = [...chooser.files];
    chooser.value = "";
    choose(current, files);
  });
  root.body.append(chooser);

  root.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-attach]");
    if (!button) return;
    event.preventDefault();
    const place = button.closest("[data-files]");
    current = place.id;
    chooser.multiple = Number(place.dataset.most) > 1;
    chooser.accept = place.dataset.accept;
    chooser.click();
  });
  root.addEventListener("change", (event) => {
    if (!event.target.matches("input[type=file][data-attach]")) return;
    const files = [...event.target.files];
    const place = event.target.closest("[data-files]").id;
    event.target.value = "";
    choose(place, files);
  });
  addEventListener("beforeunload", (event) => { if (running) event.preventDefault(); });

  function choose(place, files) {
    for (const file of files) {
      const job = { place, file, line: line(place, file) };
      // One that still waits its turn is taken out of the queue.
      job.line.stop.onclick = () => { waiting.splice(waiting.indexOf(job), 1); job.line.element.remove(); };
      waiting.push(job);
    }
    next();
  }

  // Behind the list, which is replaced by the server's after every upload.
  function line(place, file) {
    const element = document.createElement("p");
    element.className = "uploading";
    const name = document.createElement("span");
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `${file.name} 上传进度`);
    const stop = document.createElement("button");
    stop.type = "button";
    stop.className = "plain";
    stop.textContent = "取消";
    element.append(name, bar, stop);
    root.getElementById(place).after(element);
    return { element, bar, stop };
  }

  async function next() {
    if (running || !waiting.length) return;
    running = true;
    const job = waiting.shift();
    await send(job);
    running = false;
    next();
  }

  function send(job) {
    const { file, place, line } = job;
    if (file.size > MOST_BYTES) return fail(job, "超过 20 MB，请压缩或分成几个后再上传", false);
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      line.stop.onclick = () => { request.abort(); line.element.remove(); done(); };
      request.upload.onprogress = (event) => { if (event.lengthComputable) line.bar.value = event.loaded / event.total; };
      request.onerror = () => done(fail(job, "上传失败，请检查网络", true));
      request.onload = () => {
        if (request.status !== 200 && request.status !== 422) { done(fail(job, "上传失败，请稍后再试", true)); return; }
        renew(place, request.responseText);
        line.element.remove();
        done();
      };
      request.open("POST", form.getAttribute("action"));
      request.send(body(place, file));
    });
  }

  function body(place, file) {
    const data = new FormData(form);
    const { part, row } = root.getElementById(place).dataset;
    data.append("inline", "1");
    if (part) { data.append("part", part); data.append("row", row); }
    data.append(part ? "file" : "proof", file);
    return data;
  }

  // The answer brings the token of the next upload and the list as it now is.
  function renew(place, text) {
    const answer = new DOMParser().parseFromString(text, "text/html");
    for (const field of answer.body.querySelectorAll(":scope > input[type=hidden]")) form.elements.namedItem(field.name).value = field.value;
    const list = answer.querySelector("[data-files]");
    if (list) root.getElementById(place).replaceWith(document.adoptNode(list));
  }

  function fail(job, reason, again) {
    const { element, bar, stop } = job.line;
    const words = document.createElement("span");
    words.className = "complaint";
    words.setAttribute("role", "alert");
    words.textContent = reason;
    bar.replaceWith(words);
    stop.textContent = again ? "重试" : "知道了";
    stop.onclick = () => { element.remove(); if (again) choose(job.place, [job.file]); };
  }
}
