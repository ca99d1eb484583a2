import type { Settings } from '../config.ts'
import { Announcer } from '../hub/announce.ts'
import { BuiltinHub } from '../hub/hub.ts'
import type { HubAnswer } from '../hub/hub.ts'
import type { Edges } from './run.ts'
import { hubPath, toAnnouncedHubs, toBuiltinAddress } from './named-hubs.ts'
import type { HubSource } from './named-hubs.ts'

/** All hubs of a publication: those elsewhere, which are told of changes, and the built-in one. */
export class Hubs implements AsyncDisposable {
  readonly #source: HubSource
  readonly #announcer: Announcer | undefined
  readonly #builtin: BuiltinHub | undefined

  private constructor(
    source: HubSource,
    announcer: Announcer | undefined,
    builtin: BuiltinHub | undefined,
  ) {
    this.#source = source
    this.#announcer = announcer
    this.#builtin = builtin
  }

  /**
   * Starts to work off what the store says is due.
   * @param onChange is told when the feeds are to name other hubs
   */
  static async open(
    settings: Settings,
    source: HubSource,
    {
      log,
      now,
      onChange,
      isBuiltinRun,
    }: Pick<Edges, 'log' | 'now'> & {
      readonly onChange?: () => void
      /** Whether somebody will bring the built-in hub its requests. */
      readonly isBuiltinRun: boolean
    },
  ): Promise<Hubs> {
    const { hubs: named, baseUrl, limits } = settings
    const hubs = toAnnouncedHubs(settings)
    await source.store.announcements.keepHubs(hubs)
    const untold = named.others.filter((address) => !hubs.includes(address))
    if (untold.length > 0) {
      log.event('hubs are told nothing while baseUrl is an address of this machine', {
        hubs: untold.join(' '),
      })
    }
    const store = source.store.announcements
    const announcer =
      hubs.length === 0
        ? undefined
        : new Announcer({
            store,
            hubs,
            baseUrl,
            isPublishing: source.isPublishing,
            now,
            log,
            ...(onChange && { onChange }),
          })
    const builtin =
      named.isBuiltin && isBuiltinRun
        ? new BuiltinHub({
            store: source.store.subscriptions,
            baseUrl,
            address: toBuiltinAddress(settings),
            allowsPrivate: named.allowsPrivate,
            subscriptionsMax: named.subscriptionsMax,
            feedBytesMax: limits.feedBytesMax,
            render: source.render,
            now,
            log,
          })
        : undefined
    return new Hubs(source, announcer, builtin)
  }

  /** What the server needs to know. */
  get served(): {
    readonly hubs: () => readonly string[]
    readonly form?: { readonly path: string; readonly take: (form: string) => Promise<HubAnswer> }
  } {
    const builtin = this.#builtin
    return {
      hubs: this.#source.named,
      ...(builtin && { form: { path: hubPath, take: (form: string) => builtin.take(form) } }),
    }
  }

  /** Something was published. */
  ring(): void {
    this.#announcer?.ring()
    this.#builtin?.ring()
  }

  /** Waits until hubs elsewhere know everything, or the time is over. @returns which of it */
  async settle(timeoutMs: number): Promise<boolean> {
    return (await this.#announcer?.settle(timeoutMs)) ?? true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([
      this.#announcer?.[Symbol.asyncDispose](),
      this.#builtin?.[Symbol.asyncDispose](),
    ])
  }
}
