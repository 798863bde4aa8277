// What a page can be asked about how it reads when no style helps; each answer lists what is wrong.
({
  // Words that a style makes, which nobody without it reads.
  generated: () => [...document.querySelectorAll("*")].flatMap(e => ["::before", "::after"]
    .map(side => getComputedStyle(e, side).content)
    .filter(words => !["none", "normal"].includes(words) && /[\p{L}\p{N}]/u.test(words))),

  // Words that stand in the page and are not shown; `folds` are the places that may put something away.
  hidden: (folds = "nothing") => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = []
    while (texts.nextNode()) {
      const words = texts.currentNode.data.trim(), held = texts.currentNode.parentElement
      if (!words || held.closest("option") || held.closest(folds)) continue
      if (held.closest("details:not([open])") && !held.closest("summary")) continue
      if (!held.checkVisibility({visibilityProperty: true, opacityProperty: true})) found.push(words)
    }
    return found
  },

  // Headings in order, a label on every field, a caption and headings on every table, and the page in reading order.
  bare: () => {
    const wrong = [], all = what => [...document.querySelectorAll(what)]
    const say = (what, e) => wrong.push(`${what}: ${e.outerHTML.slice(0, 120)}`)
    const levels = all(":is(h1, h2, h3, h4, h5, h6)").map(e => [Number(e.tagName[1]), e])
    if (levels[0][0] != 1 || levels.filter(([level]) => level == 1).length != 1) say("not one h1, first", levels[0][1])
    levels.reduce((before, [level, e]) => { if (level > before + 1) say("a level is skipped", e); return level }, 1)
    for (const e of all("input:not([type=hidden]), select, textarea"))
      if (![...e.labels].some(label => label.textContent.trim())) say("no label", e)
    for (const e of all("fieldset")) if (e.firstElementChild.tagName != "LEGEND") say("no legend", e)
    for (const e of all("a[href], button, summary")) if (!e.textContent.trim()) say("says nothing", e)
    for (const e of all("table")) {
      if (!e.caption?.textContent.trim()) say("no caption", e)
      if ([...e.querySelectorAll("th")].some(th => !th.scope)) say("a heading without scope", e)
      if ([...e.rows].some(row => !row.querySelector("th"))) say("a row without heading", e)
    }
    [".skip", "header", "main", "footer"].map(one => document.querySelector(one)).reduce((one, next) => {
      if (!(one.compareDocumentPosition(next) & Node.DOCUMENT_POSITION_FOLLOWING)) say("out of order", next)
      return next
    })
    return wrong
  },

  // What can be pressed or filled in and the keyboard cannot come to, or comes to without its being seen.
  beyondKeyboard: () => [...document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter(e => e.checkVisibility({visibilityProperty: true}))
    .filter(e => {
      e.focus()
      const {outlineStyle, outlineWidth} = getComputedStyle(e)
      return document.activeElement != e || e.tabIndex < 0 || outlineStyle == "none" || !parseFloat(outlineWidth)
    })
    .map(e => e.outerHTML.slice(0, 120)),
})
