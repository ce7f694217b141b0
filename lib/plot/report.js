/* What moves in a report: the zoom of the picture, the order of the table. The page is whole
 * without it. It computes with numbers of the axis only; what these are called stands in the page,
 * so there is no calendar in here. */
(() => {
'use strict';

const by = (id) => document.getElementById(id);
const clamp = (x, low, high) => Math.max(low, Math.min(high, x));
const rows = Array.from(document.querySelectorAll('tbody tr'));

/* --- the picture ----------------------------------------------------------------------------- */

/* Stretches of the axis are {from, to} as fractions of the whole. */
const WHOLE = { from: 0, to: 1 };
const LABEL_WIDTH = 60, LABELS_MOST = 12, LABEL_GAP = 12, LEGEND_LINE = 20, PAGE_LEAST = 300;
const DRAGGED_LEAST = 5, NEAR = 10;

const figure = by('picture');
const page = figure && figure.querySelector('svg');
const axis = figure && JSON.parse(by('axis').textContent);
const span = figure && axis.to - axis.from;
const finest = figure && axis.sets.length ? axis.sets[axis.sets.length - 1] : [];
const narrowest = Math.min(1, 2 / Math.max(finest.length, 40));
const parts = figure ? Array.from(page.querySelectorAll('svg'), part_of) : [];
const panels = parts.filter((part) => part.kind === 'plot');
let view = WHOLE;
let chosen = null;

/* A part of the picture that has the axis from its left to its right edge. Its marks are drawn
 * anew for each view, like the first of those it had. */
function part_of(svg) {
    const [x, y, width, height] = svg.getAttribute('viewBox').split(' ').map(Number);
    const kind = svg.classList[0];
    const marks = Array.from(svg.querySelectorAll(kind === 'axis' ? 'path' : 'path.grid'))
        .filter((path) => /^M\S+ \S+l0[ -]/.test(path.getAttribute('d')));
    const place = document.createElementNS(svg.namespaceURI, 'g');
    if (marks.length)
        marks[0].before(place);
    marks.forEach((path) => path.remove());
    return { svg, x, y, width, height, kind, like: marks[0], place };
}

const at_of = (fraction) => axis.from + fraction * span;
const fraction_of = (at) => (at - axis.from) / span;

function within(stretch) {
    const width = clamp(stretch.to - stretch.from, narrowest, 1);
    const middle = (stretch.from + stretch.to) / 2;
    const from = clamp(middle - width / 2, 0, 1 - width);
    return { from, to: from + width };
}

/* The marks of the finest step that leaves room for their labels. */
function marks_of(stretch, most) {
    const from = stretch.from * 1e6 - 1, to = stretch.to * 1e6 + 1;
    let best = [];
    for (const set of axis.sets) {
        const seen = set.filter((mark) => mark[0] >= from && mark[0] <= to);
        if (seen.length > most)
            break;
        best = seen;
    }
    return best;
}

/* What the nearest mark of the finest step is called. */
function name_of(fraction) {
    const away = (i) => Math.abs(finest[i][0] / 1e6 - fraction);
    let best = 0;
    for (let i = 1; i < finest.length; i++)
        if (away(i) < away(best))
            best = i;
    return !finest.length ? '' : axis.moments ? axis.moments[best] : finest[best][1];
}

function cover(part, stretch, name) {
    const rect = document.createElementNS(part.svg.namespaceURI, 'rect');
    rect.setAttribute('class', name);
    rect.setAttribute('x', part.x + stretch.from * part.width);
    rect.setAttribute('y', part.y);
    rect.setAttribute('width', Math.max((stretch.to - stretch.from) * part.width, 0));
    rect.setAttribute('height', part.height);
    return rect;
}

function draw_marks(part, marks) {
    part.place.replaceChildren();
    for (const mark of part.like ? marks : []) {
        const path = part.like.cloneNode(false), x = part.x + mark[0] / 1e6 * part.width;
        path.setAttribute('d', path.getAttribute('d').replace(/^M\S+/, 'M' + x.toFixed(3)));
        part.place.append(path);
    }
}

/* Labels that would touch the one before are left out. */
function draw_labels(marks) {
    let free = 0;
    layout.place.replaceChildren();
    for (const [at, words, major] of layout.like ? marks : []) {
        const text = layout.like.cloneNode(false);
        const x = layout.left + (at / 1e6 - view.from) / (view.to - view.from) * layout.width;
        text.setAttribute('class', major ? 'text' : 'faint');
        text.setAttribute('font-weight', major ? 700 : 400);
        text.setAttribute('x', x.toFixed(2));
        text.textContent = words;
        layout.place.append(text);
        const half = text.getComputedTextLength() / 2;
        if (x - half < free || x + half > layout.page)
            text.remove();
        else
            free = x + half + LABEL_GAP;
    }
}

function draw_chosen() {
    page.querySelectorAll('.chosen').forEach((rect) => rect.remove());
    const part = chosen && panels[chosen.dataset.panel];
    if (!part)
        return;
    const least = 2 / layout.width * (view.to - view.from);
    const from = fraction_of(+chosen.dataset.from), to = fraction_of(+chosen.dataset.to);
    part.svg.prepend(cover(part, { from: from - least, to: to + least }, 'chosen'));
}

function say_view() {
    const whole = view === WHOLE, from = name_of(view.from), to = name_of(view.to);
    const same_day = axis.moments && from.slice(0, 11) === to.slice(0, 11);
    by('shown').textContent = whole ? '' : 'about ' + from +
        (from === to ? '' : ' \u2013 ' + (same_day ? to.slice(11) : to));
    for (const button of by('tools').querySelectorAll('button')) {
        const what = button.dataset.do;
        button.disabled = what === 'in' ? view.to - view.from <= narrowest * 1.001
            : what === 'earlier' ? view.from <= 0
            : what === 'later' ? view.to >= 1
            : whole;
    }
}

function show(stretch) {
    const next = within(stretch);
    view = next.to - next.from > 0.9999 ? WHOLE : next;
    const most = clamp(Math.floor(layout.width / LABEL_WIDTH), 2, LABELS_MOST);
    const marks = marks_of(view, most);
    for (const part of parts) {
        const x = part.x + view.from * part.width, width = (view.to - view.from) * part.width;
        part.svg.setAttribute('viewBox', [x, part.y, width, part.height].join(' '));
        draw_marks(part, marks);
    }
    draw_labels(marks);
    draw_chosen();
    say_view();
    show_rows();
}

/* --- the width of the page ------------------------------------------------------------------- */

/* The parts become wider or narrower, letters do not: what is at their right edge moves. */
const layout = figure && panels.length ? layout_of_page() : null;

function layout_of_page() {
    const [, , width, height] = page.getAttribute('viewBox').split(' ').map(Number);
    const left = panels[0].x, right = left + panels[0].width, last = parts[parts.length - 1];
    const texts = Array.from(page.querySelectorAll(':scope > text'));
    const labels = texts.filter((text) =>
        text.getAttribute('text-anchor') === 'middle' && text.getAttribute('y') >= last.y);
    const place = document.createElementNS(page.namespaceURI, 'g');
    const at_right = texts.filter((text) =>
        text.getAttribute('text-anchor') === 'end' && text.getAttribute('x') >= right - 1);
    const counts = texts.filter((text) =>
        !text.hasAttribute('text-anchor') && text.getAttribute('y') >= last.y);
    labels.forEach((text) => text.remove());
    counts.forEach((text) => text.remove()); /* the page says them at its top */
    page.append(place);
    return {
        left, drawn: { right, page: width, height }, place, like: labels[0], at_right,
        legend: legend_of(panels[0].svg),
        headings: texts.filter((text) => text.matches('.text:not([text-anchor])')).map((text) => ({
            text, words: text.textContent,
            beside: at_right.find((t) => t.getAttribute('y') === text.getAttribute('y')),
        })),
    };
}

/* Entries of the legend, each a sample and its words, stand before the first panel. */
function legend_of(first) {
    const entries = [];
    let entry = document.createElementNS(page.namespaceURI, 'g');
    for (const element of Array.from(page.children)) {
        if (element === first || element.matches('.text, [text-anchor]'))
            break;
        if (element.matches('title, style, .paper'))
            continue;
        entry.append(element);
        if (element.matches('text')) {
            entries.push(entry);
            entry = document.createElementNS(page.namespaceURI, 'g');
        }
    }
    first.before(...entries);
    return entries.map((g) => ({ g, box: g.getBBox() }));
}

/* Returns how many lines more than as drawn it takes; these are above. */
function lay_legend() {
    const boxes = layout.legend.map((entry) => entry.box), gap = 22;
    let x = layout.left, line = 0;
    const places = boxes.map((box) => {
        if (x > layout.left && x + box.width > layout.page - 8)
            [x, line] = [layout.left, line + 1];
        const place = { x: x - box.x, line };
        x += box.width + gap;
        return place;
    });
    const tops = boxes.map((box) => Math.round((box.y + box.height / 2) / LEGEND_LINE));
    const drawn = tops.length ? tops[tops.length - 1] - tops[0] : 0;
    places.forEach((place, i) => {
        const down = (place.line - line + drawn - tops[i] + tops[0]) * LEGEND_LINE;
        layout.legend[i].g.setAttribute('transform', `translate(${place.x} ${down})`);
    });
    return line - drawn;
}

function lay_headings() {
    for (const { text, words, beside } of layout.headings) {
        const room = layout.width - (beside ? beside.getComputedTextLength() + 16 : 0);
        const letters = Array.from(words);
        text.textContent = words;
        while (letters.length > 1 && text.getComputedTextLength() > room) {
            letters.pop();
            text.textContent = letters.join('') + '\u2026';
        }
    }
}

function lay_out() {
    const drawn = layout.drawn, wide = Math.max(PAGE_LEAST, Math.floor(figure.clientWidth));
    const more = wide - drawn.page;
    layout.page = wide;
    layout.width = drawn.right + more - layout.left;
    for (const part of parts)
        part.svg.setAttribute('width', layout.width);
    for (const text of layout.at_right)
        text.setAttribute('x', drawn.right + more);
    lay_headings();
    const lines = lay_legend() * LEGEND_LINE;
    page.setAttribute('width', wide);
    page.setAttribute('height', drawn.height + lines);
    page.setAttribute('viewBox', `0 ${-lines} ${wide} ${drawn.height + lines}`);
    show(view);
}

/* --- the zoom and the address of the page ---------------------------------------------------- */

function hash_of(stretch) {
    const round = (fraction) => Math.round(at_of(fraction) * 1000) / 1000;
    return '#' + round(stretch.from) + '..' + round(stretch.to);
}

function stretch_of(hash) {
    const m = /^#(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)$/.exec(hash);
    if (!m || !(+m[1] < +m[2]))
        return WHOLE;
    return { from: fraction_of(+m[1]), to: fraction_of(+m[2]) };
}

/* Steps that are many (a wheel, keys) are not to be gone back one by one. */
function go(stretch, many) {
    show(stretch);
    const address = location.href.split('#')[0] + (view === WHOLE ? '' : hash_of(view));
    try {
        history[many ? 'replaceState' : 'pushState'](null, '', address);
    } catch (refused) {
        /* Some pages inside of others may not; the zoom is the same without. */
    }
}

/* Times as wide as it is, around a fraction of the view. */
function zoom(times, around, many) {
    const width = clamp((view.to - view.from) * times, narrowest, 1);
    const at = view.from + around * (view.to - view.from);
    go({ from: at - around * width, to: at + (1 - around) * width }, many);
}

function move(by_views, many) {
    const width = view.to - view.from;
    const from = clamp(view.from + by_views * width, 0, 1 - width);
    go({ from, to: from + width }, many);
}

const actions = {
    in: (many) => zoom(0.5, 0.5, many),
    out: (many) => zoom(2, 0.5, many),
    earlier: (many) => move(-0.5, many),
    later: (many) => move(0.5, many),
    reset: (many) => go(WHOLE, many),
};

function follow_address() {
    choose(rows.find((row) => location.hash && row.querySelector('a').hash === location.hash));
    show(stretch_of(location.hash));
}

/* --- mouse, fingers, keys -------------------------------------------------------------------- */

let drag = null;

/* Where on the view an event is, 0 at its left and 1 at its right edge, and in which panel. */
function place_of(event) {
    const box = page.getBoundingClientRect(), size = page.viewBox.baseVal;
    const x = (event.clientX - box.left) / box.width * size.width;
    const y = (event.clientY - box.top) / box.height * size.height + size.y;
    return {
        along: (x - layout.left) / layout.width,
        panel: panels.findIndex((part) => y >= part.y && y <= part.y + part.height),
    };
}

const inside = (place) => place.along >= 0 && place.along <= 1;
const whole_of = (along) => view.from + clamp(along, 0, 1) * (view.to - view.from);

function undraw_drag() {
    page.querySelectorAll('.dragged').forEach((rect) => rect.remove());
}

function drag_begin(event) {
    const place = place_of(event);
    if (event.button !== 0 || !event.isPrimary || !inside(place))
        return;
    drag = { from: place.along, to: place.along, panel: place.panel, wide: false };
    try {
        page.setPointerCapture(event.pointerId);
    } catch (gone) {
        /* The pointer was lifted meanwhile. */
    }
}

function drag_on(event) {
    if (!drag)
        return;
    const place = place_of(event);
    drag.to = clamp(place.along, 0, 1);
    drag.wide = drag.wide || Math.abs(drag.to - drag.from) * layout.width >= DRAGGED_LEAST;
    undraw_drag();
    if (drag.wide)
        for (const part of parts)
            part.svg.append(cover(part, dragged(), 'dragged'));
}

function dragged() {
    const low = Math.min(drag.from, drag.to), high = Math.max(drag.from, drag.to);
    return { from: whole_of(low), to: whole_of(high) };
}

function drag_end(event) {
    if (!drag)
        return;
    const wide = drag.wide, stretch = dragged(), place = place_of(event);
    undraw_drag();
    drag = null;
    if (wide)
        go(stretch);
    else
        choose_near(place);
}

function drag_drop() {
    undraw_drag();
    drag = null;
}

function turn(event) {
    if (event.ctrlKey) {
        const place = place_of(event);
        event.preventDefault();
        zoom(Math.exp(clamp(event.deltaY, -100, 100) / 250), clamp(place.along, 0, 1), true);
    } else if (view !== WHOLE && Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        move(clamp(event.deltaX, -200, 200) / 1000, true);
    }
}

const keys = {
    '+': 'in', '=': 'in', '-': 'out', '_': 'out',
    ArrowLeft: 'earlier', ArrowRight: 'later', Escape: 'reset', '0': 'reset',
};

function press(event) {
    const what = keys[event.key];
    if (!what || event.ctrlKey || event.altKey || event.metaKey)
        return;
    event.preventDefault();
    actions[what](true);
}

/* --- the table ------------------------------------------------------------------------------- */

function choose(row) {
    if (chosen)
        chosen.removeAttribute('aria-current');
    chosen = row || null;
    if (chosen)
        chosen.setAttribute('aria-current', 'true');
}

/* The finding at a place of the picture, if there is one, and its row. */
function choose_near(place) {
    const at = whole_of(place.along), reach = NEAR / layout.width * (view.to - view.from);
    let best = null, distance = reach;
    for (const row of rows) {
        if (+row.dataset.panel !== place.panel)
            continue;
        const from = fraction_of(+row.dataset.from), to = fraction_of(+row.dataset.to);
        const away = Math.max(from - at, at - to, 0);
        if (away < distance || (away === 0 && !best)) {
            best = row;
            distance = away;
        }
    }
    if (!best)
        return;
    choose(best);
    draw_chosen();
    best.hidden = false;
    best.scrollIntoView({ block: 'center' });
    best.querySelector('a').focus({ preventScroll: true });
}

function key_of(row, column) {
    const cell = row.cells[column];
    if (cell.className === 'when')
        return +row.dataset.from;
    if ('key' in cell.dataset)
        return +cell.dataset.key;
    return cell.textContent;
}

/* Rows without a key come last in both directions. */
function compare(a, b, direction) {
    if (a === '' || b === '')
        return (a === '') - (b === '');
    const order = typeof a === 'string' ? a.localeCompare(b, 'en', { numeric: true }) : a - b;
    return direction * order;
}

function sort(heading) {
    const column = heading.cellIndex, now = heading.getAttribute('aria-sort');
    const falling = ['severity', 'score', 'value', 'expected', 'points', 'length']
        .includes(heading.className);
    const up = now ? now === 'descending' : !falling;
    for (const other of heading.parentNode.cells)
        other.removeAttribute('aria-sort');
    heading.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const keyed = rows.map((row) => ({ row, key: key_of(row, column) }));
    keyed.sort((a, b) => compare(a.key, b.key, up ? 1 : -1) || key_of(a.row, 0) - key_of(b.row, 0));
    rows[0].parentNode.append(...keyed.map((k) => k.row));
}

const severity_of = (row) => row.querySelector('.severity').textContent;

function check_box(name, class_name, count, checked) {
    const label = document.createElement('label'), box = document.createElement('input');
    const words = document.createElement('span');
    box.type = 'checkbox';
    box.name = name;
    box.checked = checked;
    words.className = class_name;
    words.textContent = name;
    label.append(box, ' ', words, count ? ' ' + count : '');
    return label;
}

function make_filter() {
    const set = document.createElement('fieldset'), legend = document.createElement('legend');
    set.id = 'filter';
    legend.textContent = 'Show';
    set.append(legend);
    for (const name of ['critical', 'high', 'medium', 'low']) {
        const count = rows.filter((row) => severity_of(row) === name).length;
        if (count)
            set.append(check_box(name, name, count, true));
    }
    if (figure)
        set.append(check_box('in view only', '', 0, false));
    set.addEventListener('change', show_rows);
    document.querySelector('table').before(set);
}

function show_rows() {
    if (!rows.length)
        return;
    const off = new Set();
    for (const box of by('filter').querySelectorAll('input'))
        if (box.checked === (box.name === 'in view only'))
            off.add(box.name);
    const only = off.has('in view only');
    for (const row of rows) {
        const from = fraction_of(+row.dataset.from), to = fraction_of(+row.dataset.to);
        row.hidden = off.has(severity_of(row)) || (only && (to < view.from || from > view.to));
    }
}

function pressed_in_table(event) {
    const row = event.target.closest('tbody tr');
    if (!row || String(getSelection()))
        return;
    const link = row.querySelector('a');
    if (!link.contains(event.target))
        location.hash = link.hash;
    if (link.hash === location.hash)
        follow_address();
    figure.scrollIntoView({ block: 'nearest' });
}

/* --- the beginning --------------------------------------------------------------------------- */

/* The title of the picture is its name, but no word for wherever the mouse is. */
function name_picture() {
    const title = page.querySelector(':scope > title');
    if (!title)
        return;
    page.setAttribute('aria-label', title.textContent);
    title.remove();
}

function start_picture() {
    name_picture();
    figure.tabIndex = 0;
    figure.classList.add('live');
    by('tools').hidden = by('help').hidden = false;
    by('tools').addEventListener('click', (event) => {
        const button = event.target.closest('button');
        if (button)
            actions[button.dataset.do](false);
    });
    figure.addEventListener('keydown', press);
    page.addEventListener('pointerdown', drag_begin);
    page.addEventListener('pointermove', drag_on);
    page.addEventListener('pointerup', drag_end);
    page.addEventListener('pointercancel', drag_drop);
    page.addEventListener('dblclick', () => go(WHOLE));
    page.addEventListener('wheel', turn, { passive: false });
    addEventListener('hashchange', follow_address);
    addEventListener('resize', lay_out);
}

function start_table() {
    for (const heading of document.querySelectorAll('thead th')) {
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = heading.textContent;
        button.addEventListener('click', () => sort(heading));
        heading.replaceChildren(button);
    }
    make_filter();
    if (figure)
        document.querySelector('table').addEventListener('click', pressed_in_table);
}

if (rows.length)
    start_table();
if (figure && panels.length) {
    start_picture();
    lay_out();
    follow_address();
}
})();
