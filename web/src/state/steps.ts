// How long the buckets of charts over time are, when it is not left to the server.
export type StepChoice = { id: string; label: string; ms: number }

/** The names are those of the API; a month is as long as the calendar says. */
export const STEPS: StepChoice[] = [
  { id: '1m', label: 'Minutes', ms: 6e4 },
  { id: '5m', label: '5 minutes', ms: 3e5 },
  { id: '15m', label: '15 minutes', ms: 9e5 },
  { id: '1h', label: 'Hours', ms: 36e5 },
  { id: '6h', label: '6 hours', ms: 216e5 },
  { id: '1d', label: 'Days', ms: 864e5 },
  { id: '1w', label: 'Weeks', ms: 6048e5 },
  { id: '1M', label: 'Months', ms: 2592e6 },
]

/** More than this the server refuses. */
const BUCKETS_MAX = 2000
/** Fewer say nothing about the course. */
const BUCKETS_MIN = 2

export const isStep = (text: unknown): text is string => STEPS.some(({ id }) => id === text)

/** The steps that a range of this length can be cut into. */
export function stepsFor(ms: number): StepChoice[] {
  return STEPS.filter((step) => ms / step.ms <= BUCKETS_MAX && ms / step.ms >= BUCKETS_MIN)
}

/** The chosen step while it suits the range; a longer range takes the server's own instead of being refused. */
export function fitting(step: string | undefined, ms: number): string | undefined {
  return stepsFor(ms).find(({ id }) => id === step)?.id
}
