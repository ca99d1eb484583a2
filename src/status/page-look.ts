import { markup } from '../core/page/html.ts'

/** The look of the status page, and its one program; both are in the page itself. */
export const style = markup`
:root {
  color-scheme: light dark;
  --text: #1d1d1f; --quiet: #57575c; --paper: #fff; --shade: #f3f3f5; --line: #d0d0d6;
  --link: #0b57b0; --good: #17652f; --bad: #a3201a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e8e8ea; --quiet: #adadb5; --paper: #17171a; --shade: #242428; --line: #45454c;
    --link: #8ab8ff; --good: #7fd69b; --bad: #ffa19a;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; overflow-wrap: anywhere; padding: 1rem 1rem 3rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 0.3rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 0.5rem; }
p { margin: 0 0 0.5rem; }
ol, ul { list-style: none; margin: 0; padding: 0; }
li { border-top: 1px solid var(--line); padding: 0.35rem 0; }
code { background: var(--shade); border-radius: 0.2em; font: 0.9em ui-monospace, monospace; padding: 0.1em 0.3em; }
time, .quiet { color: var(--quiet); font-variant-numeric: tabular-nums; }
dl { display: grid; gap: 0.5rem; grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); margin: 1rem 0; }
dl div { background: var(--shade); border-radius: 0.4rem; display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: 0.5rem 0.7rem; }
footer { margin-top: 2rem; }
dt { color: var(--quiet); font-size: 0.9rem; }
dd { font-size: 1.3rem; font-variant-numeric: tabular-nums; margin: 0; }
.good, .published b, .updated b, .retracted b { color: var(--good); }
.bad, .problem b, .fault b, .missing b { color: var(--bad); }
#events li { display: grid; gap: 0 0.7rem; grid-template-columns: auto 6.5rem 1fr; }
.seen b, .settling b, .read b, .unchanged b { font-weight: normal; }
@media (max-width: 32rem) { #events li { grid-template-columns: auto 1fr; } #events li > span { grid-column: 1 / -1; } }
`

/**
 * Follows the server's events: puts what it renders where it belongs. Without it the page shows the same
 * when it is loaded again.
 */
export const script = markup`
const at = (id) => document.getElementById(id)
const source = new EventSource(document.body.dataset.events)
source.onopen = () => { at('link').textContent = 'Live: what happens shows at once.' }
source.onerror = () => {
  at('link').textContent = source.readyState === 2
    ? 'Too many pages are open, or dropfeed was set up anew: load the page again.'
    : 'Not connected; trying again.'
}
source.addEventListener('restart', () => location.reload())
source.addEventListener('passage', ({ data }) => {
  at('events').insertAdjacentHTML('afterbegin', JSON.parse(data).html)
  while (at('events').children.length > 100) at('events').lastElementChild.remove()
  at('idle').hidden = true
})
source.addEventListener('summary', ({ data }) => {
  const parts = JSON.parse(data)
  for (const id in parts) at(id).innerHTML = parts[id]
})
`
