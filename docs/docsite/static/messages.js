// SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// The field on the page of messages: shows those that have the words of the one that was pasted. A message is a template, so
// what matters is how many of its own words are in the text, and not the other way round.
document.addEventListener("DOMContentLoaded", () => {
  const field = document.getElementById("messages-filter");
  if (!field) return;
  const wordsOf = (text) => (text.toLowerCase().match(/[a-z_]{3,}/g) || []);
  const helps = [...document.querySelectorAll(".help")].map((node) => ({
    node,
    messages: [...node.querySelectorAll(".message")].map((each) => wordsOf(each.textContent)),
  }));
  const share = (words, asked) => words.filter((word) => asked.has(word)).length / words.length;
  const few = (words, asked) => [...asked].every((word) => words.some((each) => each.startsWith(word)));
  const filter = () => {
    const asked = new Set(wordsOf(field.value));
    let shown = 0;
    for (const { node, messages } of helps) {
      const part = (words) => share([...asked], new Set(words)) > 0.8;  // of a message, not all of it
      const fits = (words) => (asked.size < 5 ? few(words, asked) : share(words, asked) > 0.8 || part(words));
      node.hidden = asked.size > 0 && !messages.some(fits);
      shown += node.hidden ? 0 : 1;
    }
    for (const section of document.querySelectorAll("section section")) {
      if (section.querySelector(".help")) section.hidden = ![...section.querySelectorAll(".help")].some((each) => !each.hidden);
    }
    document.getElementById("messages-none").hidden = shown > 0;
  };
  field.addEventListener("input", filter);
  // A link can bring a message along: troubleshooting.html?message=…
  field.value = new URLSearchParams(location.search).get("message") || "";
  if (field.value) filter();
});
