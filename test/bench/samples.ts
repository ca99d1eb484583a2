/** Whose work was measured. */
export type Who = 'dropfeed' | 'hugo' | 'floor'

export type Unit = 'ms' | 'bytes' | 'perSecond' | 'count' | 'ratio'

/** One measurement. Those of one round were made right after each other: they are compared with each other. */
export type Sample = {
  readonly work: WorkName
  readonly who: Who
  readonly articles: number
  readonly round: number
  readonly value: number
  /** Processor time, where the value is the time that passed. */
  readonly cpuMs?: number
}

type Work = { readonly title: string; readonly unit: Unit }

/** What is measured, in the order of the table. */
export const works = {
  'drop-first': { title: 'the first drop after a start → `atom.xml` holds it', unit: 'ms' },
  'drop-feed': { title: 'a file is moved in → `atom.xml` holds it', unit: 'ms' },
  'drop-all': { title: 'a file is moved in → its page, category feeds and index too', unit: 'ms' },
  'drop-cpu': { title: 'processor time of one drop', unit: 'ms' },
  'build-main': { title: 'cold build: pages and main feeds', unit: 'ms' },
  'build-all': { title: 'cold build: all category feeds and archive too', unit: 'ms' },
  'build-main-peak': { title: 'peak memory, pages and main feeds', unit: 'bytes' },
  'build-all-peak': { title: 'peak memory, all category feeds too', unit: 'bytes' },
  'build-disk': { title: 'cold build of all, on disk', unit: 'ms' },
  'rebuild-same': { title: 'build over its own output on disk, nothing changed', unit: 'ms' },
  'rebuild-same-written': { title: 'files written by a build with nothing changed', unit: 'count' },
  'rebuild-one': { title: 'build over its own output on disk, one article changed', unit: 'ms' },
  'rebuild-one-written': {
    title: 'files written by a build with one article changed',
    unit: 'count',
  },
  'restart-serving': { title: 'restart → it serves the feed', unit: 'ms' },
  'restart-cpu': { title: 'processor time of a restart', unit: 'ms' },
  'restart-read': { title: 'bytes read by a restart, its own program too', unit: 'bytes' },
  'restart-written': { title: 'files written by a restart', unit: 'count' },
  'restart-drop': { title: 'restart → a file that came meanwhile is in `atom.xml`', unit: 'ms' },
  'watch-peak': { title: 'peak memory, restarted and watching', unit: 'bytes' },
  'state-bytes': { title: 'state on disk', unit: 'bytes' },
  'state-ratio': { title: 'state on disk ÷ text', unit: 'ratio' },
  'text-bytes': { title: 'text of the articles', unit: 'bytes' },
  'out-bytes': { title: 'bytes of `out/`', unit: 'bytes' },
  'out-files': { title: 'files of `out/`', unit: 'count' },
  'burst-rate': { title: 'burst into a running watcher: files a second', unit: 'perSecond' },
  'burst-gap': { title: 'longest time without a refreshed feed meanwhile', unit: 'ms' },
} as const satisfies Record<string, Work>

export type WorkName = keyof typeof works

/** All keys, typed. */
export const workNames = Object.keys(works) as readonly WorkName[]

export type Recorder = {
  readonly record: (sample: Sample) => void
  /** Says what is being done, for whoever waits. */
  readonly say: (sentence: string) => void
}
