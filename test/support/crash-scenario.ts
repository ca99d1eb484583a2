import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** What happens to an inbox between two runs. */
export type InboxStep = {
  readonly name: string
  readonly change: (at: (path: string) => string) => void
  /** Held retractions are released before it. */
  readonly isConfirmed?: true
}

export const crashSettings = `title: Test
timezone: UTC
baseUrl: https://example.org/
limits: { feedLength: 4, feedLengthMin: 1, arrivalHours: 0, vanishedMin: 20 }
categories: { feedMin: 2 }
`

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

const day = (number: number) => new Date(Date.UTC(2020, 0, 1 + number)).toISOString()

function toArticle(number: number, words = ''): string {
  const tags = ['#all', number % 3 === 0 ? '#third' : '', number < 2 ? '#early' : ''].join(' ')
  return `---\ntitle: Note ${number}\ndate: ${day(number)}\n---\n\nThis is text ${number}. ${words}\n\n${tags}\n`
}

/** Enough for a closed archive page and an open one; every way in which an article can change. */
export const crashSteps: readonly InboxStep[] = [
  {
    name: 'a first load',
    change: (at) => {
      for (let number = 0; number < 12; number += 1) write(at(`${number}.md`), toArticle(number))
    },
  },
  {
    name: 'more than an archive page holds arrives',
    change: (at) => {
      for (let number = 12; number < 108; number += 1) {
        write(at(`more/${number}.md`), toArticle(number))
      }
    },
  },
  {
    name: 'one article arrives',
    change: (at) => write(at('new.txt'), 'A new text about the harbour, and nothing else.\n#all\n'),
  },
  {
    name: 'articles are edited, in the feed and in the archive',
    change: (at) => {
      write(at('new.txt'), 'A new text about the harbour, and something else.\n#all #harbour\n')
      write(at('5.md'), toArticle(5, 'It was mended.'))
    },
  },
  {
    name: 'articles are renamed, moved, and edited while they are',
    change: (at) => {
      renameSync(at('new.txt'), at('harbour.txt'))
      mkdirSync(at('kept'))
      renameSync(at('3.md'), at('kept/three.md'))
      rmSync(at('6.md'))
      write(at('six.md'), toArticle(6, 'Moved and mended.'))
    },
  },
  {
    name: 'articles are deleted, in the feed and in the archive',
    change: (at) => {
      rmSync(at('harbour.txt'))
      rmSync(at('7.md'))
      rmSync(at('more/107.md'))
    },
  },
  {
    name: 'a category ends and another begins, a copy and a problem come',
    change: (at) => {
      rmSync(at('0.md'))
      rmSync(at('1.md'))
      write(at('b/8.md'), toArticle(8))
      write(at('bad.md'), '---\ndate: never\n---\nA problem.\n')
      write(at('x.txt'), 'One about boats in the fog. #boats\n')
      write(at('y.txt'), 'Two about boats in the sun. #boats\n')
    },
  },
  {
    name: 'a deleted article comes back, an original goes and its copy stays',
    change: (at) => {
      write(at('7.md'), toArticle(7))
      rmSync(at('8.md'))
    },
  },
  {
    name: 'an article takes the place of another, an original is edited and its copy stays',
    change: (at) => {
      renameSync(at('9.md'), at('10.md'))
      write(at('c/4.md'), toArticle(4))
      write(at('4.md'), toArticle(4, 'Now it is another text, of which there is no copy.'))
      renameSync(at('x.txt'), at('z.txt'))
      renameSync(at('y.txt'), at('x.txt'))
      renameSync(at('z.txt'), at('y.txt'))
    },
  },
  {
    name: 'an original that has a copy is edited',
    change: (at) => write(at('c/4.md'), toArticle(4, 'The copy becomes a text of its own.')),
  },
  {
    name: 'most articles vanish at once',
    change: (at) => {
      rmSync(at('more'), { recursive: true })
      write(at('meanwhile.txt'), 'It comes while the others are held.\n')
    },
  },
  { name: 'a person confirms that they were meant to', change: () => {}, isConfirmed: true },
]

/** Copies what was published and what is remembered; published files are never written in place. */
export function copyState(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true })
  mkdirSync(join(to, 'out'), { recursive: true })
  if (existsSync(join(from, 'state'))) {
    cpSync(join(from, 'state'), join(to, 'state'), { recursive: true })
  }
  if (!existsSync(join(from, 'out'))) return
  for (const item of readdirSync(join(from, 'out'), { recursive: true, withFileTypes: true })) {
    const path = join(item.parentPath, item.name)
    const target = join(to, path.slice(from.length))
    if (item.isDirectory()) mkdirSync(target, { recursive: true })
    else if (!item.name.startsWith('.')) {
      mkdirSync(dirname(target), { recursive: true })
      linkSync(path, target)
    }
  }
}
