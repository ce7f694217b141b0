/* What the scripts of plot_html.bats have in common. */
const said = [];
const say = (...words) => said.push(words.join(' '));
const $ = (selector) => document.querySelector(selector);
const $$ = (selector) => Array.from(document.querySelectorAll(selector));
const soon = () => new Promise((done) => setTimeout(done, 200));
const picture = () => $('#picture > svg');
const axis = JSON.parse($('#axis').textContent);
addEventListener('error', (event) => say('error:', event.message));

function tell() {
    const pre = document.createElement('pre');
    pre.id = 'said';
    pre.textContent = '\n' + said.join('\n') + '\n';
    document.body.append('\n', pre);
}

/* The stretch of the address, and those of the parts of the picture, as fractions of the axis. */
function zoomed() {
    const m = /^#(.*)\.\.(.*)$/.exec(location.hash);
    const fraction = (at) => ((at - axis.from) / (axis.to - axis.from)).toFixed(3);
    return m ? fraction(m[1]) + ' ' + fraction(m[2]) : 'all';
}

function shown() {
    const stretches = $$('#picture svg svg').map((svg) => {
        const box = svg.viewBox.baseVal, [x, , width] = drawn.get(svg);
        const fraction = (at) => ((at - x) / width).toFixed(3);
        return fraction(box.x) + ' ' + fraction(box.x + box.width);
    });
    return Array.from(new Set(stretches)).join('; ');
}

const axis_labels = () => $$('#picture > svg > g > text[text-anchor=middle]');
const labels = () => axis_labels().map((text) => text.textContent);
const rows = () => $$('tbody tr').filter((row) => !row.hidden);
const times = () => rows().map((row) => row.querySelector('a').textContent.slice(11, 16)).join(' ');

/* A place of a panel in the window: fractions of it across and down. */
function point(along, down, panel = 0) {
    const svg = $$('#picture svg.plot')[panel], box = picture().getBoundingClientRect();
    const number = (name) => Number(svg.getAttribute(name));
    return {
        clientX: box.left + number('x') + along * number('width'),
        clientY: box.top + number('y') - picture().viewBox.baseVal.y + down * number('height'),
    };
}

function mouse(type, along, down, more = {}) {
    const kind = type === 'wheel' ? WheelEvent : type === 'dblclick' ? MouseEvent : PointerEvent;
    picture().dispatchEvent(new kind(type, {
        bubbles: true, cancelable: true, isPrimary: true, pointerId: 1, button: 0,
        ...point(along, down, more.panel), ...more,
    }));
}

function drag(from, to, more) {
    mouse('pointerdown', from, 0.5, more);
    mouse('pointermove', (from + to) / 2, 0.6, more);
    mouse('pointermove', to, 0.5, more);
    mouse('pointerup', to, 0.5, more);
}

function press(key) {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
    $('#picture').dispatchEvent(event);
}
