// Everything works without this; it adds local time, a choice of theme, and parts that are up to date.
"use strict";

const stored = (name, value) => {
  try {
    if (value === undefined) return localStorage.getItem(name);
    localStorage.setItem(name, value);
  } catch {
    // No storage: the choice is for this page.
  }
  return value;
};

const showTheme = theme => {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
};
// Before anything is shown.
showTheme(stored("theme"));

const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const hour = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
let showsLocal = stored("times") === "local";

const showTimes = root => {
  for (const time of root.querySelectorAll("time[datetime]")) {
    time.dataset.utc ??= time.textContent;
    time.textContent = showsLocal ? local.format(new Date(time.dateTime)) : time.dataset.utc;
  }
  // On the axis of a chart; days stay days.
  for (const label of root.querySelectorAll("[data-at]")) {
    label.dataset.utc ??= label.textContent;
    label.textContent = showsLocal && label.dataset.utc.includes(":") ? hour.format(new Date(label.dataset.at)) : label.dataset.utc;
  }
};

// A part of the page that is sent anew whenever it changes. Browsers open few connections to a host, so pages that nobody sees let go of theirs.
const follow = part => {
  const ended = new AbortController();
  let source = null;
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(part.dataset.live);
    const show = event => {
      const focused = part.contains(document.activeElement) ? document.activeElement.id : null;
      const opened = new Set([...part.querySelectorAll("details[open]")].map(element => element.id));
      const scrolled = [...part.querySelectorAll(".scroll[id]")].map(element => [element.id, element.scrollLeft]);
      part.innerHTML = event.data;
      for (const element of part.querySelectorAll("details")) element.open ||= opened.has(element.id);
      for (const [id, left] of scrolled) document.getElementById(id)?.scrollTo(left, 0);
      showTimes(part);
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    };
    source.addEventListener("part", show);
    source.addEventListener("ended", event => {
      show(event);
      close();
      ended.abort();
    });
  };
  const close = () => {
    source?.close();
    source = null;
  };
  const change = () => document.hidden ? close() : open();
  document.addEventListener("visibilitychange", change, { signal: ended.signal });
  addEventListener("pagehide", close, { signal: ended.signal });
  addEventListener("pageshow", open, { signal: ended.signal });
  open();
};

document.addEventListener("DOMContentLoaded", () => {
  const themes = document.querySelector("[data-theme-switch]");
  const nextTheme = { light: "dark", dark: "auto", auto: "light" };
  const nameTheme = () => themes.textContent = `Theme: ${document.documentElement.dataset.theme ?? "auto"}`;
  themes.addEventListener("click", () => {
    showTheme(stored("theme", nextTheme[document.documentElement.dataset.theme ?? "auto"]));
    nameTheme();
  });
  nameTheme();
  themes.hidden = false;

  const times = document.querySelector("[data-times]");
  const nameTimes = () => {
    times.textContent = showsLocal ? "Times: local" : "Times: UTC";
    showTimes(document);
  };
  times.addEventListener("click", () => {
    showsLocal = !showsLocal;
    stored("times", showsLocal ? "local" : "utc");
    nameTimes();
  });
  nameTimes();
  times.hidden = false;

  for (const part of document.querySelectorAll("[data-live]")) follow(part);
});
