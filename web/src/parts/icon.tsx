// The icons in use, drawn on a 16 × 16 grid with one stroke.
const PATHS = {
  overview: 'M2.5 13.5v-5M6.2 13.5v-9M9.8 13.5V7M13.5 13.5v-11',
  logs: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  sources: 'M2.500 4.500h5l2 3.500h4m-11 3.500h5l2-3.500M12 6l2 2-2 2',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.3-1.2 3.2 3.2',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5v2.8h-2.8',
  close: 'm4 4 8 8m0-8-8 8',
  chevron: 'm4.5 6.5 3.5 3.5 3.5-3.5',
  left: 'M9.5 4 5.5 8l4 4',
  right: 'm6.5 4 4 4-4 4',
  plus: 'M8 3.5v9M3.5 8h9',
  minus: 'M3.5 8h9',
  copy: 'M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z',
  link: 'm6.5 9.5 3-3M7.5 4.5 9 3a2.8 2.8 0 0 1 4 4l-1.500 1.500m-7-1L3 9a2.800 2.800 0 0 0 4 4l1.500-1.500',
  download: 'M8 2.500v7.500m-3-3 3 3 3-3M2.500 13.500h11',
  play: 'M5 3.500v9l7-4.500z',
  pause: 'M5.500 3.500v9m5-9v9',
  columns: 'M2.500 3h11v10h-11zM6.200 3v10m3.600-10v10',
  table: 'M2.500 3h11v10h-11zm0 3.500h11m-11 3.300h11M6.500 6.500V13',
  chart: 'M2.500 2.500v11h11m-8.500-3 2.500-3 2 1.500 3-4.500',
  sun: 'M8 10.800a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600ZM8 1.500v1.300m0 10.400v1.300M1.500 8h1.300m10.400 0h1.300M3.400 3.400l.9.9m7.400 7.400.9.9m0-9.200-.9.9m-7.400 7.400-.9.9',
  moon: 'M13 9.500A5.500 5.500 0 0 1 6.500 3a5.500 5.500 0 1 0 6.500 6.500Z',
  screen: 'M2 3h12v8H2zm4 10.500h4',
  help: 'M5.800 6a2.200 2.200 0 1 1 3.300 1.900C8.300 8.400 8 8.800 8 9.500m0 2.300v.1',
  filter: 'M2.500 3.500h11L9.500 8.500v4l-3 1v-5z',
  clock: 'M8 13.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11ZM8 5v3l2 1.500',
  globe:
    'M8 13.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11ZM2.500 8h11M8 2.500c3.300 3.300 3.300 7.700 0 11-3.300-3.300-3.300-7.700 0-11Z',
  compare: 'M5 2.500 2.500 5 5 7.500M2.500 5h11M11 8.500l2.500 2.500-2.500 2.500m2.500-2.500h-11',
  exit: 'M6.500 2.500h-4v11h4m3-8.500 3 3-3 3m3-3h-7',
  warn: 'M8 2.500 14 13H2zM8 6.500v3m0 1.700v.1',
  edit: 'M10.500 3 13 5.500 5.500 13H3v-2.500z',
  check: 'm3.500 8.500 3 3 6-7',
  more: 'M3.200 8a.3.3 0 1 0 .6 0 .3.3 0 1 0-.6 0m4.500 0a.3.3 0 1 0 .6 0 .3.3 0 1 0-.6 0m4.500 0a.3.3 0 1 0 .6 0 .3.3 0 1 0-.6 0',
} as const

export type IconName = keyof typeof PATHS
export const ICONS = Object.keys(PATHS) as IconName[]

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" aria-hidden="true" style={{ flex: 'none' }}>
      <path d={PATHS[name]} stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  )
}
