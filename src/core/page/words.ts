/** The few words that a page says itself. */
export type Words = {
  /** What ends a label, before the space that follows it. */
  readonly colon: string
  readonly by: string
  readonly updated: string
  readonly categories: string
  readonly source: string
  readonly newer: string
  readonly older: string
  readonly moreArticles: string
  readonly allArticles: string
  readonly nothingYet: string
  readonly table: string
  readonly subscribe: string
  readonly howToSubscribe: string
  readonly onlyThisCategory: string
  /** Which feed is for what. */
  readonly atom: string
  readonly rss: string
  readonly json: string
  readonly allFeeds: string
  readonly allFeedsUse: string
}

const english: Words = {
  colon: ':',
  by: 'By',
  updated: 'Updated',
  categories: 'Categories',
  source: 'Source',
  newer: 'Newer',
  older: 'Older',
  moreArticles: 'More articles',
  allArticles: 'All articles',
  nothingYet: 'Nothing has been published yet.',
  table: 'Table',
  subscribe: 'Subscribe',
  howToSubscribe:
    'Copy the address of one of these feeds into your feed reader. It then shows you each new article by itself, free of charge and without registration.',
  onlyThisCategory: 'These feeds bring only the articles of this category.',
  atom: 'for feed readers; the best choice for most people',
  rss: 'for readers and other programs that know only RSS',
  json: 'for programs, and for some newer readers',
  allFeeds: 'All feeds in one file',
  allFeedsUse: 'import it into your feed reader to subscribe to them all',
}

const french: Words = {
  colon: '\u00a0:',
  by: 'Par',
  updated: 'Mis à jour',
  categories: 'Catégories',
  source: 'Source',
  newer: 'Plus récent',
  older: 'Plus ancien',
  moreArticles: 'Autres articles',
  allArticles: 'Tous les articles',
  nothingYet: 'Rien n’a encore été publié.',
  table: 'Tableau',
  subscribe: 'S’abonner',
  howToSubscribe:
    'Copiez l’adresse d’un de ces flux dans votre lecteur de flux. Il vous montrera de lui-même chaque nouvel article, gratuitement et sans inscription.',
  onlyThisCategory: 'Ces flux n’apportent que les articles de cette catégorie.',
  atom: 'pour les lecteurs de flux\u00a0; le meilleur choix pour la plupart',
  rss: 'pour les lecteurs et autres programmes qui ne connaissent que RSS',
  json: 'pour les programmes et certains lecteurs récents',
  allFeeds: 'Tous les flux en un fichier',
  allFeedsUse: 'importez-le dans votre lecteur de flux pour vous abonner à tous',
}

const german: Words = {
  colon: ':',
  by: 'Von',
  updated: 'Aktualisiert',
  categories: 'Kategorien',
  source: 'Quelle',
  newer: 'Neuer',
  older: 'Älter',
  moreArticles: 'Weitere Artikel',
  allArticles: 'Alle Artikel',
  nothingYet: 'Noch wurde nichts veröffentlicht.',
  table: 'Tabelle',
  subscribe: 'Abonnieren',
  howToSubscribe:
    'Kopieren Sie die Adresse eines dieser Feeds in Ihren Feedreader. Er zeigt Ihnen dann von selbst jeden neuen Artikel, kostenlos und ohne Anmeldung.',
  onlyThisCategory: 'Diese Feeds bringen nur die Artikel dieser Kategorie.',
  atom: 'für Feedreader; für die meisten die beste Wahl',
  rss: 'für Feedreader und andere Programme, die nur RSS kennen',
  json: 'für Programme und einige neuere Feedreader',
  allFeeds: 'Alle Feeds in einer Datei',
  allFeedsUse: 'importieren Sie sie in Ihren Feedreader, um alle zu abonnieren',
}

const spanish: Words = {
  colon: ':',
  by: 'Por',
  updated: 'Actualizado',
  categories: 'Categorías',
  source: 'Fuente',
  newer: 'Más reciente',
  older: 'Más antiguo',
  moreArticles: 'Más artículos',
  allArticles: 'Todos los artículos',
  nothingYet: 'Todavía no se ha publicado nada.',
  table: 'Tabla',
  subscribe: 'Suscribirse',
  howToSubscribe:
    'Copie la dirección de uno de estos canales en su lector de canales. Este le mostrará por sí mismo cada artículo nuevo, gratis y sin registro.',
  onlyThisCategory: 'Estos canales traen solo los artículos de esta categoría.',
  atom: 'para lectores de canales; la mejor opción para la mayoría',
  rss: 'para lectores y otros programas que solo conocen RSS',
  json: 'para programas y algunos lectores recientes',
  allFeeds: 'Todos los canales en un archivo',
  allFeedsUse: 'impórtelo en su lector de canales para suscribirse a todos',
}

const arabic: Words = {
  colon: ':',
  by: 'بقلم',
  updated: 'آخر تحديث',
  categories: 'التصنيفات',
  source: 'المصدر',
  newer: 'الأحدث',
  older: 'الأقدم',
  moreArticles: 'مقالات أخرى',
  allArticles: 'كل المقالات',
  nothingYet: 'لم يُنشر شيء بعد.',
  table: 'جدول',
  subscribe: 'الاشتراك',
  howToSubscribe:
    'انسخ عنوان إحدى هذه الخلاصات إلى قارئ الخلاصات لديك، فيعرض لك كل مقال جديد من تلقاء نفسه، مجانًا ومن دون تسجيل.',
  onlyThisCategory: 'لا تحمل هذه الخلاصات إلا مقالات هذا التصنيف.',
  atom: 'لقارئات الخلاصات؛ وهي الخيار الأفضل لمعظم الناس',
  rss: 'للقارئات والبرامج الأخرى التي لا تعرف سوى RSS',
  json: 'للبرامج ولبعض القارئات الحديثة',
  allFeeds: 'كل الخلاصات في ملف واحد',
  allFeedsUse: 'استورِده في قارئ الخلاصات لديك للاشتراك فيها كلها',
}

/** By the primary subtag of a language. */
export const wordsByLanguage: ReadonlyMap<string, Words> = new Map([
  ['en', english],
  ['fr', french],
  ['de', german],
  ['es', spanish],
  ['ar', arabic],
])

/** What a page says where nobody wrote words in its language. */
export const fallbackWords = { language: 'en', words: english } as const
