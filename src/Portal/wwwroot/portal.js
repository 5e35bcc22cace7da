// Small things that only a browser can do for the pages. No page depends on an inline script.
"use strict";
window.remotechain = {
  /** Light or dark, kept in a cookie that the server reads, so that the next page has it from its first moment. */
  look(choice) {
    const root = document.documentElement;
    if (choice === "toggle") {
      const now = root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
      choice = now === "dark" ? "light" : "dark";
    }
    document.cookie = `remotechain-look=${choice}; path=/; max-age=31536000; samesite=strict`;
    location.reload();
  },

  /** Tells a page whether somebody can see it. A page that nobody sees asks nothing. */
  watch(page) {
    const tell = () => page.invokeMethodAsync("SeenAsync", document.visibilityState === "visible").catch(() => {});
    document.addEventListener("visibilitychange", tell);
    tell();
    return { stop: () => document.removeEventListener("visibilitychange", tell) };
  },

  /** Copies what stands in a field; where a browser has no clipboard for a page (no https), as keys would. */
  async copyField(field) {
    field.focus();
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      return true;
    } catch {
      return document.execCommand("copy");
    }
  },

  /** Puts the caret at a place of the document that has a mistake. */
  caret(area, line, column) {
    const lines = area.value.split("\n");
    const at = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + Math.max(0, column - 1);
    area.focus();
    area.setSelectionRange(at, at);
    const box = area.parentElement;
    box.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(area).lineHeight));
  },

  /** Shows the newest line, unless somebody is reading further up. */
  toEnd(log) { if (log.scrollHeight - log.scrollTop - log.clientHeight < 200 || log.scrollTop === 0) log.scrollTop = log.scrollHeight; },

  fullScreen(element) { return document.fullscreenElement ? document.exitFullscreen() : element.requestFullscreen(); },
};

// Thumbnails follow their sessions while somebody looks, without asking the page's server side.
setInterval(() => {
  if (document.visibilityState !== "visible") return;
  for (const picture of document.querySelectorAll("img[data-live]")) {
    if (!picture.complete) continue;
    const box = picture.getBoundingClientRect();
    if (box.bottom > 0 && box.top < innerHeight) picture.src = `${picture.dataset.live}?at=${Date.now()}`;
  }
}, 5000);

// A desktop's page whose server side has gone while the computer slept can do nothing but begin anew. Other pages may hold what somebody typed: they ask.
const reconnecting = document.getElementById("components-reconnect-modal");
if (reconnecting) new MutationObserver(() => {
  if (reconnecting.classList.contains("components-reconnect-rejected") && document.querySelector(".rc-place")) location.reload();
}).observe(reconnecting, { attributes: true, attributeFilter: ["class"] });

// Buttons that work before (and without) the page's socket.
document.addEventListener("click", event => {
  const button = event.target.closest?.("[data-look]");
  if (button) window.remotechain.look(button.dataset.look);
});

// What stands behind the # of a link (an invitation, a shared report) goes along through the sign-in, whose form names its address without it.
document.addEventListener("submit", event => {
  if (location.hash && event.target.closest(".sign-in")) event.target.action = event.target.action.split("#")[0] + location.hash;
});

// A menu closes when something else is used, or by Escape.
document.addEventListener("pointerdown", event => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
});
