// Everything works without these; they make it quicker and safer against slips.
import { autosave } from "./autosave.js";
import { dialogs } from "./dialogs.js";
import { forms } from "./forms.js";
import { keys } from "./keys.js";
import { toc } from "./toc.js";

forms(document);
dialogs(document);
autosave(document);
keys(document);
toc(document);
document.querySelector("[data-focus]")?.focus();
