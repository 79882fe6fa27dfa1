import uPlot from '../vendor/uplot/uPlot.esm.js';
import { h } from './dom.js';
import { painter } from './frame.js';
import { clock } from './format.js';

const DASHES = [[], [6, 3], [2, 3]];

/**
 * A chart of figures over time, with a legend that is also readable without seeing the chart: it shows the last values,
 * or those under the pointer.
 */
export class Chart {
  #options;
  #plot = null;
  #data;
  #box;
  #legend;
  #observer;
  #systemTheme = matchMedia('(prefers-color-scheme: dark)');
  #retheme = () => this.#rebuild();

  /**
   * @param {object} options
   * @param {string} options.title
   * @param {{label: string, colour: string, area?: boolean}[]} options.lines `colour` is the name of a CSS variable
   * @param {(value: number) => string} options.format of the values
   * @param {number} [options.height]
   * @param {number} [options.atLeast] the scale reaches at least up to here
   */
  constructor(options) {
    this.#options = { height: 150, atLeast: 1, ...options };
    this.#data = [[], ...options.lines.map(() => [])];
    this.#box = h('div', { class: 'chart-box', 'aria-hidden': 'true' });
    this.#legend = options.lines.map((line, index) => {
      const value = h('dd', { text: '–' });
      const swatch = h('span', { class: `swatch swatch-${index}`, 'aria-hidden': 'true' });
      swatch.style.color = `var(--${line.colour})`;
      return { value, pair: h('div', {}, h('dt', {}, swatch, line.label), value) };
    });
    this.element = h(
      'figure',
      { class: 'chart' },
      h('figcaption', {}, h('span', { text: options.title }), h('dl', { class: 'legend' }, this.#legend.map((entry) => entry.pair))),
      this.#box,
    );
    this.#observer = new ResizeObserver(() => painter.later(this, () => this.#resize()));
    this.#observer.observe(this.#box);
    addEventListener('atalaya:theme', this.#retheme);
    this.#systemTheme.addEventListener('change', this.#retheme);
  }

  /** Shows `data`: times in seconds, then one column for each line. */
  show(data) {
    this.#data = data;
    painter.later(`data-${this.#options.title}`, () => {
      this.#build();
      this.#plot?.setData(this.#data);
      const [times] = this.#data;
      Object.assign(this.#box.dataset, { points: times.length, since: times[0] ?? '' });
      this.#tell(this.#plot?.cursor.idx ?? null);
    });
  }

  close() {
    this.#observer.disconnect();
    removeEventListener('atalaya:theme', this.#retheme);
    this.#systemTheme.removeEventListener('change', this.#retheme);
    painter.forget(this);
    painter.forget(`data-${this.#options.title}`);
    this.#plot?.destroy();
    this.#plot = null;
  }

  #build() {
    if (!this.#plot && this.#box.isConnected && this.#box.clientWidth > 0) {
      this.#plot = new uPlot(this.#uplotOptions(), this.#data, this.#box);
    }
  }

  #rebuild() {
    if (this.#plot) {
      this.#plot.destroy();
      this.#plot = null;
      this.#build();
    }
  }

  #resize() {
    this.#build();
    const width = this.#box.clientWidth;
    if (this.#plot && width > 0 && width !== this.#plot.width) {
      this.#plot.setSize({ width, height: this.#options.height });
    }
  }

  #tell(index) {
    const last = this.#data[0].length - 1;
    const at = index === null || index === undefined || index > last ? last : index;
    this.#legend.forEach(({ value }, line) => {
      const text = this.#options.format(this.#data[line + 1]?.[at]);
      if (value.textContent !== text) {
        value.textContent = text;
      }
    });
  }

  #uplotOptions() {
    const { lines, format, height, atLeast } = this.#options;
    const muted = colourOf(this.#box, 'muted');
    const grid = { stroke: colourOf(this.#box, 'grid'), width: 1 };
    const axis = { stroke: muted, grid, ticks: { show: false }, font: '11px system-ui, sans-serif' };
    return {
      width: this.#box.clientWidth,
      height,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      padding: [8, 30, 0, 0],
      scales: { y: { range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(atLeast, (high ?? 0) * 1.08)] } },
      axes: [
        { ...axis, size: 24, space: 70, values: (_, splits) => splits.map((at) => clock(at * 1_000).slice(0, splits.at(-1) - splits[0] > 1_200 ? 5 : 8)) },
        { ...axis, size: 52, space: 32, values: (_, splits) => splits.map((value) => format(value)) },
      ],
      series: [
        {},
        ...lines.map((line, index) => ({
          label: line.label,
          stroke: colourOf(this.#box, line.colour),
          fill: line.area ? colourOf(this.#box, `${line.colour}-area`) : undefined,
          width: 1.75,
          dash: DASHES[index],
          points: { show: false },
          spanGaps: false,
        })),
      ],
      hooks: { setCursor: [(plot) => this.#tell(plot.cursor.idx)] },
    };
  }
}

/** A canvas needs the colour itself: a variable may still depend on the theme. */
function colourOf(element, name) {
  const before = element.style.color;
  element.style.color = `var(--${name})`;
  const colour = getComputedStyle(element).color;
  element.style.color = before;
  return colour;
}
