export { build } from './publisher/build.ts'
export { checkArticle, listArticles } from './publisher/check.ts'
export { confirmRetractions, readStatus } from './publisher/status.ts'
export { watch } from './publisher/watch.ts'
