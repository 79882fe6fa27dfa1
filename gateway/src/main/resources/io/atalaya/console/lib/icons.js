import { s } from './dom.js';

/** Drawn for this page: 20 × 20, strokes only, in the colour of the text around them. */
const PATHS = {
  live: ['M2 11h3.500l2-6 3.500 11 2.500-8 1.500 3H18'],
  books: ['M4 4.500c2-1 4-1 6 .5v11c-2-1.500-4-1.500-6-.5zM16 4.500c-2-1-4-1-6 .5v11c2-1.500 4-1.500 6-.5z'],
  sessions: ['M7 9.500a2.700 2.700 0 1 0 0-5.400 2.700 2.700 0 0 0 0 5.400zM2 16c.3-2.800 2.200-4.200 5-4.200s4.700 1.400 5 4.200', 'M13 4.500a2.500 2.500 0 0 1 0 4.800M14.500 12c2 .3 3.200 1.600 3.500 4'],
  events: ['M3 5h14M3 10h9M3 15h11', 'M15 9l3 2-3 2z'],
  slo: ['M3 14.500a7 7 0 1 1 14 0', 'M10 14.500l3.500-5.500'],
  kpi: ['M4 16V9.500M8.500 16V4M13 16v-5M17 16v-9'],
  health: ['M10 16.500S3 12.500 3 7.800C3 4.500 7.500 3 10 6.500 12.500 3 17 4.500 17 7.800c0 4.700-7 8.700-7 8.700z'],
  examples: ['M3 4.500h14v9H3zM7.500 17h5M10 13.500V17'],
  ok: ['M4.500 10.500l3.700 3.700 7.300-8'],
  attention: ['M10 3l7.800 13.500H2.200zM10 8v4M10 14.200v.1'],
  broken: ['M5 5l10 10M15 5L5 15'],
  unknown: ['M7.500 7.500a2.500 2.500 0 1 1 3.500 2.300c-.7.300-1 .8-1 1.700M10 14.400v.1'],
  sun: ['M10 13.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM10 2v1.500M10 16.500V18M2 10h1.500M16.500 10H18M4.300 4.300l1 1M14.700 14.700l1 1M4.300 15.700l1-1M14.700 5.300l1-1'],
  close: ['M5 5l10 10M15 5L5 15'],
  pause: ['M7 4.500v11M13 4.500v11'],
  play: ['M6 4l10 6-10 6z'],
  search: ['M9 14.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11zM13 13l4 4'],
  tower: ['M6 17l1.200-9h5.600l1.200 9zM6 8h8M7 8V5h6v3M10 5V2.500'],
};

/** A picture that repeats what the text beside it says; screen readers pass it over. */
export function icon(name, cssClass = 'icon') {
  return s(
    'svg',
    { viewBox: '0 0 20 20', class: cssClass, 'aria-hidden': 'true', focusable: 'false' },
    (PATHS[name] ?? PATHS.unknown).map((d) => s('path', { d })),
  );
}
