/** The index of a dossier marks the section that is being read. */
export function toc(root) {
  const links = new Map([...root.querySelectorAll(".toc a")].map((link) => [link.hash.slice(1), link]));
  if (!links.size || !("IntersectionObserver" in window)) return;
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-120px 0px -70% 0px" });
  for (const id of links.keys()) {
    const section = root.getElementById(id);
    if (section) watcher.observe(section);
  }
}
