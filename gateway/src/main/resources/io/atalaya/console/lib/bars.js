import { s } from './dom.js';

const WIDTH = 240;
const HEIGHT = 44;

/** A small picture of values in a row, from zero; what is not known is a gap. Its text says them all. */
export function bars(points, label) {
  const known = points.map(({ value }) => value).filter((value) => value !== null);
  const high = Math.max(...known, 0);
  const low = Math.min(...known, 0);
  const scale = high - low > 0 ? HEIGHT / (high - low) : 0;
  const step = WIDTH / Math.max(points.length, 7);
  const text = `${label}: ${points.map((point) => `${point.label} ${point.text}`).join(', ')}`;
  return s(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'bars', role: 'img', 'aria-label': text },
    points.map(({ value, label: name, text: said }, place) =>
      value === null
        ? null
        : s(
            'rect',
            {
              x: place * step + 1,
              width: Math.max(2, step - 3),
              y: (high - Math.max(value, 0)) * scale,
              height: Math.max(1.5, Math.abs(value) * scale),
              rx: 2,
            },
            s('title', { text: `${name}: ${said}` }),
          ),
    ),
  );
}
