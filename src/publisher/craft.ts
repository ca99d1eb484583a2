import type { Entry } from '../core/entry/entry.ts'
import { renderFragments } from '../core/feed/feed.ts'
import type { FeedFormat, Fragments } from '../core/feed/feed.ts'
import { renderArticlePage } from '../core/page/article-page.ts'
import type { ArticlePage } from '../core/page/article-page.ts'
import type { PageSite } from '../core/page/page-site.ts'
import { toUtf8 } from '../core/utf8.ts'
import { takeIn } from './intake.ts'
import type { Intake, IntakeRules, Unread } from './intake.ts'

export type Reading = {
  readonly kind: 'read'
  readonly rules: IntakeRules
  readonly items: readonly Unread[]
}

/** An entry to be rendered: for these formats of feeds, and as a page where it says what that needs. */
export type Unrendered = {
  readonly entry: Entry
  readonly formats: readonly FeedFormat[]
  readonly page?: Omit<ArticlePage, 'entry'> | undefined
}

export type Rendered = {
  readonly fragments: Partial<Fragments>
  /** UTF-8. */
  readonly page: Uint8Array | undefined
}

export type Rendering = {
  readonly kind: 'render'
  readonly context: PageSite | undefined
  readonly items: readonly Unrendered[]
}

/** Work that needs neither the store nor `out/`: whoever does it, it has the same outcome. */
export type Task = Reading | Rendering

/** One for each item, in their order. */
export type Outcome =
  | { readonly kind: 'read'; readonly results: readonly Intake[] }
  | { readonly kind: 'render'; readonly results: readonly Rendered[] }

/** @throws RangeError for an instant outside the years 0000 to 9999, and the file operation's own error */
export function perform(task: Task): Outcome {
  switch (task.kind) {
    case 'read': {
      const { items, rules } = task
      return { kind: 'read', results: items.map((item) => takeIn(item, rules)) }
    }
    case 'render': {
      const { items, context } = task
      return { kind: 'render', results: items.map((item) => render(item, context)) }
    }
  }
}

function render({ entry, formats, page }: Unrendered, context: PageSite | undefined): Rendered {
  return {
    fragments: renderFragments(entry, formats),
    page:
      page === undefined || context === undefined
        ? undefined
        : toUtf8(renderArticlePage(context, { ...page, entry })),
  }
}
