// Keys, the live preview and where the focus goes. Every page works without this file:
// it only presses the buttons and follows the links that are there.

const keys = JSON.parse(document.documentElement.dataset.keys || '{}');
const prefixes = new Set(Object.keys(keys).filter((key) => key.includes(' ')).map((key) => key[0]));
const one = (selector, inside = document) => inside.querySelector(selector);
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const form = one('#decide');

// Where a key must stay silent: it is text there.
const typing = (element) =>
  element.isContentEditable ||
  element.matches('textarea, select, input:not([type=radio], [type=checkbox], [type=submit], [type=button])');

// The name of a pressed key in the table: letters by character, digits by their place.
function named(event) {
  if (keys[event.key] || prefixes.has(event.key)) return event.key;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  return digit && !event.shiftKey ? digit[1] : event.key;
}

// In the list of reasons a digit takes one and goes back to the fields, so that Enter saves.
function reason(select, event) {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  if (!digit || event.shiftKey || Number(digit[1]) >= select.options.length) return false;
  select.selectedIndex = Number(digit[1]);
  focusOn(differences()[0]);
  return true;
}

let waiting = '';
let timer = 0;
document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || event.repeat) return;
  const target = event.target;
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && form?.contains(target)) {
    event.preventDefault();
    // As the button that Enter presses anywhere else.
    press(one('#bar .main').dataset.act);
    return;
  }
  // Fields of one line beside the decision: Enter presses their own button, and saves nothing else.
  if (event.key === 'Enter' && target.dataset.enter) {
    event.preventDefault();
    document.getElementById(target.dataset.enter).click();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  // Enter in a field of the decision saves it, as its button does. Without this file, and in any other
  // field of its form, it only shows what would be written.
  if (event.key === 'Enter' && !event.shiftKey && form?.contains(target) && target.matches('input, select')) {
    event.preventDefault();
    one('#bar .main').click();
    return;
  }
  if (event.key === 'Escape' && typing(target)) {
    target.blur();
    focusOn(target.closest('.diff'));
    return;
  }
  if (target.matches('select.reason') && reason(target, event)) return event.preventDefault();
  if (typing(target) || one('.menu:popover-open')) return;
  const key = named(event);
  const action = keys[waiting ? `${waiting} ${key}` : key];
  clearTimeout(timer);
  if (!waiting && !action && prefixes.has(key)) {
    waiting = key;
    timer = setTimeout(() => (waiting = ''), 1500);
    return;
  }
  waiting = '';
  // Enter keeps its own meaning on links and buttons, and submits from a radio button.
  if (!action || (key === 'Enter' && target.closest('a, button, summary, input'))) return;
  if (press(action, key)) event.preventDefault();
});

// Does an action. An action without a function of its own is the link, button, field or fold
// that carries its name. Answers whether there was something to do.
function press(action, key) {
  if (actions[action]) return actions[action](key) !== false;
  const element = one(`[data-act~="${action}"]`);
  if (!element) return false;
  if (element.matches('details')) element.open = !element.open;
  else if (element.matches('select, textarea, input:not([type=radio])')) (element.focus(), element.select?.());
  else if (element.matches('nav')) one('a, button', element)?.focus();
  else element.click();
  return true;
}

// The disputed fields, and the one the person is on: the focused, else the first undecided.
const differences = () => all('.diff', form || document);
const chosen = (difference) => one('.choice:checked:not(.copen)', difference);
// One without choices is not this person's to decide.
const wrong = (difference) => one('[aria-invalid=true]', difference);
const undecided = (difference) => !chosen(difference) && one('.choice', difference);
const current = () =>
  document.activeElement?.closest('.diff') || differences().find(undecided) || differences()[0];

function focusOn(difference, stay) {
  const radio = difference && (one('.choice:checked', difference) || one('.choice', difference));
  if (!radio) return;
  radio.focus({ preventScroll: true });
  if (!stay) difference.scrollIntoView({ block: 'nearest' });
}

function check(radio) {
  if (!radio) return false;
  radio.checked = true;
  radio.dispatchEvent(new Event('change', { bubbles: true }));
  return true;
}

// Chooses, then goes on to the next undecided field, round the corner if need be.
function choose(difference, radio) {
  if (!check(radio)) return false;
  const list = differences();
  const at = list.indexOf(difference);
  const next = [...list.slice(at + 1), ...list.slice(0, at)].find((other) => !chosen(other));
  focusOn(next || difference);
  return true;
}

// What is suggested, unless it is hidden until something is chosen.
const suggested = (difference) => {
  const label = difference && one('[data-accept]', difference);
  if (!label || (difference.classList.contains('blind') && !chosen(difference))) return null;
  return document.getElementById(label.htmlFor);
};

// Takes the values of the system in that column, of every field that it holds.
function useAll(column) {
  const radios = differences().map((difference) => {
    const cell = all(':scope > .cell', difference)[column - 1];
    return cell?.htmlFor ? document.getElementById(cell.htmlFor) : null;
  });
  const done = radios.filter(check);
  focusOn(differences().find(undecided) || differences()[0], true);
  return done.length > 0;
}

// Chooses "type" or "leave different" of the current field and goes into its first input.
function open(kind) {
  const difference = current();
  if (!difference || !check(one(`.c${kind}`, difference))) return false;
  one(`.extra.n${kind} .input`, difference)?.focus();
  return true;
}

function step(list, at, by) {
  const next = list[Math.min(Math.max(at + by, 0), list.length - 1)];
  return next || false;
}

function row(by) {
  const rows = all('[data-row] a.open');
  const at = rows.indexOf(document.activeElement?.closest('[data-row]')?.querySelector('a.open'));
  const next = step(rows, at, by);
  next && next.focus();
  return Boolean(next);
}

function field(by) {
  const list = differences();
  const next = step(list, list.indexOf(document.activeElement?.closest('.diff')), by);
  focusOn(next || undefined);
  return Boolean(next);
}

// The rows that are ticked, else the one the person is on.
let last = null;
function tick(range) {
  const boxes = all('.row-tick');
  const box = one('.row-tick', document.activeElement?.closest('[data-row]') || document.createElement('i'));
  if (!box) return false;
  const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
  if (range && last && from >= 0) boxes.slice(from, to + 1).forEach((other) => (other.checked = true));
  else box.checked = !box.checked;
  last = box;
  countTicked();
  return true;
}

function countTicked() {
  const told = one('#batch output');
  if (told) told.value = all('.row-tick:checked').length;
}
document.addEventListener('change', (event) => event.target.matches('.row-tick') && countTicked());
countTicked();

function batch(action) {
  const button = one(`#batch [data-act~="${action}"]`);
  if (!button || (!one('.row-tick:checked') && !tick())) return false;
  button.click();
  return true;
}

const actions = {
  'row-tick': () => tick(false),
  'row-range': () => tick(true),
  'row-assign-me': () => batch('row-assign-me'),
  'row-assign': () => batch('row-assign'),
  'row-snooze': () => batch('row-snooze'),
  'row-escalate': () => batch('row-escalate'),
  'row-bulk': () => batch('row-bulk'),
  choose: (key) => {
    const difference = current();
    return difference ? choose(difference, one(`[data-n="${key}"]`, difference)) : false;
  },
  accept: () => {
    const difference = current();
    return choose(difference, suggested(difference));
  },
  'accept-all': () => {
    const open = differences().filter(undecided);
    const done = open.filter((difference) => check(suggested(difference)));
    focusOn(differences().find(undecided) || differences()[0], true);
    return done.length > 0;
  },
  'use-all': (key) => useAll(Number(key)),
  combine: () => {
    const difference = current();
    return choose(difference, difference && one('.ccombine', difference));
  },
  type: () => open('type'),
  leave: () => open('leave'),
  'row-next': () => row(1),
  'row-previous': () => row(-1),
  'row-open': () => {
    const link = document.activeElement?.closest('[data-row]')?.querySelector('a.open') || one('[data-row] a.open');
    link?.click();
    return Boolean(link);
  },
  'field-next': () => field(1),
  'field-previous': () => field(-1),
  'leave-field': () => false,
};

// What will be written, as the server says it, for the choices made so far.
const html = globalThis.trustedTypes
  ? trustedTypes.createPolicy('referee', { createHTML: (text) => text })
  : { createHTML: (text) => text };
let asked;
async function preview() {
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(form.dataset.preview, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form)),
      signal: asked.signal,
      headers: { accept: 'text/html' },
    });
    if (answer.ok && !answer.redirected) one('#preview').innerHTML = html.createHTML(await answer.text());
  } catch {
    // Superseded by the next choice, or offline: saving tells.
  }
}

function count() {
  const output = one('#count');
  const lines = JSON.parse(output.dataset.lines);
  output.value = lines[differences().filter((own) => chosen(own) && !wrong(own)).length];
}

if (form) {
  let later = 0;
  let sent = false;
  const refresh = () => {
    count();
    clearTimeout(later);
    preview();
  };
  form.addEventListener('change', refresh);
  form.addEventListener('input', (event) => {
    if (!event.target.matches('.extra .input')) return;
    // What was wrong is another entry now; saving tells whether it is right.
    if (event.target.ariaInvalid === 'true') {
      event.target.ariaInvalid = null;
      count();
    }
    clearTimeout(later);
    later = setTimeout(preview, 200);
  });
  // Buttons that choose for several fields need no new page.
  for (const button of all('[data-use]')) {
    button.addEventListener('click', (event) => {
      event.preventDefault();
      useAll(Number(button.dataset.use));
    });
  }
  one('[data-act=accept-all]')?.addEventListener('click', (event) => {
    event.preventDefault();
    actions['accept-all']();
  });
  // One click, one decision; the server would keep one too.
  form.addEventListener('submit', (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener('pageshow', () => {
    sent = false;
    if (differences().some(chosen)) refresh();
  });
}

// The tab one is on is in view, where they are wider than the screen.
for (const here of all('.tabs [aria-current]')) {
  const [own, tabs] = [here.getBoundingClientRect(), here.parentElement.getBoundingClientRect()];
  here.parentElement.scrollLeft += own.x + own.width / 2 - (tabs.x + tabs.width / 2);
}

// Rows never move under the cursor: what has come meanwhile is told, and shown when asked for.
const arrivals = one('[data-arrivals]');
if (arrivals) {
  const ask = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(arrivals.dataset.arrivals, { headers: { accept: 'text/html' } });
      const text = answer.ok && !answer.redirected ? (await answer.text()).trim() : '';
      arrivals.textContent = text;
      arrivals.hidden = !text;
    } catch {
      // Offline: the next look tells.
    }
  };
  setInterval(ask, 30_000);
}

// What is under way says how far it is, and at its end the page is that of its end: unless a person is
// about to do something there.
if (one('[data-under-way]')) {
  const busy = () => one('main :is(input[type=checkbox]:checked, :focus)');
  const ask = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
      if (!answer.ok || answer.redirected) return;
      const page = document.createElement('template');
      page.innerHTML = html.createHTML(await answer.text());
      for (const live of all('[data-live]')) {
        const now = one(`[data-live="${live.dataset.live}"]`, page.content);
        if (!now || now.outerHTML === live.outerHTML) continue;
        live.className = now.className;
        live.replaceChildren(...now.childNodes);
      }
      if (one('[data-under-way]', page.content)) return;
      clearInterval(timer);
      if (!busy()) location.reload();
    } catch {
      // Offline: the next look tells.
    }
  };
  const timer = setInterval(ask, 2_000);
}

// Two minutes before a session ends a strip says so, over the top bar. Nothing typed is lost
// without it: a form of an ended session is kept and asks for the password.
const leaving = one('#leaving');
if (leaving) {
  const EARLY = 120;
  let timer = 0;
  const wait = (left) => {
    clearTimeout(timer);
    leaving.hidden = true;
    timer = setTimeout(() => (leaving.hidden = false), Math.max(left - EARLY, 0) * 1000);
  };
  wait(Number(document.documentElement.dataset.session));
  leaving.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { action } = event.target;
    const answer = await fetch(action, { method: 'POST', body: new URLSearchParams(new FormData(event.target)) });
    const left = answer.ok && !answer.redirected ? Number(await answer.text()) : 0;
    if (left > EARLY + 5) return wait(left);
    // Twelve hours are over: asking does not help any longer.
    one('form', leaving).remove();
    for (const text of all('p > span', leaving)) text.hidden = !text.hidden;
  });
}

// Links whose text, or whose address, is copied; where that is not allowed they are followed.
for (const link of all('[data-copy-text], [data-copy-link]')) {
  link.addEventListener('click', async (event) => {
    if (!navigator.clipboard || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const own = 'copyLink' in link.dataset;
      await navigator.clipboard.writeText(own ? link.href : await (await fetch(link.href)).text());
      // What else is said there stays: a link may be shown this once.
      (link.closest('.flash') ? link : one('.flash-region')).textContent = link.dataset.copied;
    } catch {
      location.assign(link.href);
    }
  });
}

// Shows what is typed into a password field, and hides it again.
for (const tick of all('[data-reveal]')) {
  const input = one(`#${tick.dataset.reveal}`);
  const show = () => (input.type = tick.checked ? 'text' : 'password');
  tick.addEventListener('change', show);
  // Never sent, kept or suggested as plain text.
  input.form.addEventListener('submit', () => (tick.checked = false, show()));
}

// The focus lands where the work is: the list of mistakes, else the first disputed field; but
// the page stays at its head, which says whose record it is.
if (!location.hash || one('#problems')) {
  const mistakes = one('[data-focus]');
  if (mistakes) mistakes.focus();
  else if (form) focusOn(differences().find(undecided) || differences()[0]);
}
