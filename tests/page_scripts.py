"""What page checks ask in the page itself: one question for all answers of a kind."""

from functools import cache
from pathlib import Path

AXE = Path(__file__).parent.parent / "node_modules" / "axe-core" / "axe.min.js"

RUN_AXE = """async tags => {
  const result = await axe.run(document, {
    runOnly: {type: 'tag', values: tags},
    rules: {'target-size': {enabled: true}},
    resultTypes: ['violations', 'incomplete'],
  });
  const flat = (list) => list.flatMap(rule => rule.nodes.map(node => ({
    rule: rule.id, help: rule.help, target: node.target.join(' '),
    why: [...node.any, ...node.all, ...node.none].map(check => check.message).join('; '),
  })));
  return {violations: flat(result.violations), incomplete: flat(result.incomplete)};
}"""

FONTS_LOADED = "() => document.fonts.ready.then(() => true)"

# A form that cannot be seen, or that has no first button that can be pressed, cannot be sent. What
# is folded may be unfolded first, where there is something to press for it.
FRAME = """() => {
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0
      && element.checkVisibility({visibilityProperty: true});
  };
  const sends = (form) => {
    const button = form.querySelector('button[type=submit], input[type=submit]');
    return seen(form) && button !== null
      && !button.matches(':disabled') && !button.closest('[aria-disabled=true]');
  };
  const unfolds = (fold) => {
    const summary = fold.querySelector(':scope > summary');
    return fold.open = summary !== null && seen(summary);
  };
  const unfolding = (form) => {
    const folds = [...document.querySelectorAll('details:not([open])')]
      .filter(fold => fold.contains(form));
    const could = folds.every(unfolds) && sends(form);
    folds.forEach(fold => { fold.open = false; });
    return could;
  };
  return {
    status: performance.getEntriesByType('navigation')[0].responseStatus,
    headings: document.querySelectorAll('h1').length,
    lang: document.documentElement.lang,
    dir: document.documentElement.dir,
    direction: getComputedStyle(document.querySelector('main')).direction,
    title: document.title,
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
    stored: localStorage.length + sessionStorage.length,
    unsendable: [...document.forms].filter(form => !unfolding(form)).length,
  };
}"""

# After each Tab, where the focus went: a focused control must show a ring or shadow and must not
# lie under something else. Nothing is noted when the focus left the page.
NOTE_STOPS = """() => {
  const stop = (element) => {
    const style = getComputedStyle(element);
    const ring = style.outlineStyle === 'auto'
      || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
    const box = element.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    const name = element.id ? '#' + element.id : (element.getAttribute('href')
      || element.getAttribute('name') || element.className || element.tagName);
    const seen = top && (element.contains(top) || top.contains(element));
    return {name, ring: ring || style.boxShadow !== 'none', seen: Boolean(seen)};
  };
  document.activeElement.blur();
  window.scrollTo(0, 0);
  window.tabStops = [];
  document.addEventListener('keyup', () => {
    const element = document.activeElement;
    const inPage = element && element !== document.body;
    window.tabStops.push(inPage ? stop(element) : null);
  }, true);
}"""

STOPS = "() => window.tabStops"


@cache
def axe_source() -> str:
    return AXE.read_text()
