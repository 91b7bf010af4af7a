// Everything works without these; they make it quicker and safer against slips.
import { autosave } from "./autosave.js";
import { bulk } from "./bulk.js";
import { dialogs } from "./dialogs.js";
import { forms } from "./forms.js";
import { keys } from "./keys.js";
import { phrases } from "./phrases.js";
import { posts } from "./posts.js";
import { reveal } from "./reveal.js";
import { toc } from "./toc.js";
import { trees } from "./tree.js";
import { uploads } from "./upload.js";
import { viewer } from "./viewer.js";

forms(document);
dialogs(document);
autosave(document);
keys(document);
bulk(document);
toc(document);
uploads(document);
viewer(document);
reveal(document);
posts(document);
phrases(document);
trees(document);
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
document.querySelector("[data-focus]")?.focus();
