import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { detectLanguage } from '../src/core/article/language.ts'

/** One piece of news, in each language. */
const news: Readonly<Record<string, string>> = {
  en: 'The mayor said on Friday that the new bridge will be open to the public before the end of the year. It has cost more than was planned, and some of the people who live near the river are not happy about it. They would have preferred a tunnel.',
  fr: 'Le maire a déclaré vendredi que le nouveau pont sera ouvert au public avant la fin de l’année. Il a coûté plus cher que prévu, et une partie des habitants qui vivent près de la rivière n’en sont pas contents. Ils auraient préféré un tunnel.',
  de: 'Der Bürgermeister sagte am Freitag, dass die neue Brücke noch vor dem Ende des Jahres für alle geöffnet wird. Sie hat mehr gekostet als geplant, und einige der Leute, die in der Nähe des Flusses wohnen, sind damit nicht zufrieden.',
  es: 'El alcalde dijo el viernes que el nuevo puente estará abierto al público antes de que termine el año. Ha costado más de lo que estaba previsto y algunos de los vecinos que viven cerca del río no están contentos con él. Habrían preferido un túnel.',
  pt: 'O presidente da câmara disse na sexta-feira que a nova ponte será aberta ao público antes do fim do ano. Custou mais do que estava previsto e alguns dos moradores que vivem perto do rio não estão contentes. Eles teriam preferido um túnel, que também já foi proposto pela oposição.',
  it: 'Il sindaco ha detto venerdì che il nuovo ponte sarà aperto al pubblico prima della fine dell’anno. È costato più di quanto era previsto e alcuni degli abitanti che vivono vicino al fiume non ne sono contenti. Avrebbero preferito una galleria.',
  ca: 'L’alcalde va dir divendres que el nou pont serà obert al públic abans que s’acabi l’any. Ha costat més del que estava previst i alguns dels veïns que viuen a prop del riu no n’estan contents. Haurien preferit un túnel, però aquesta proposta no va ser acceptada.',
  gl: 'O alcalde dixo o venres que a nova ponte estará aberta ao público antes de que remate o ano. Custou máis do que estaba previsto e algúns dos veciños que viven preto do río non están contentos. Eles terían preferido un túnel, pero a súa proposta non foi aceptada polo concello, que xa ten outras obras na vila.',
  ro: 'Primarul a spus vineri că noul pod va fi deschis pentru public înainte de sfârșitul anului. A costat mai mult decât era prevăzut și unii dintre oamenii care locuiesc lângă râu nu sunt mulțumiți. Ei ar fi preferat un tunel.',
  nl: 'De burgemeester zei vrijdag dat de nieuwe brug nog voor het einde van het jaar open zal zijn voor het publiek. Hij heeft meer gekost dan gepland, en een deel van de mensen die bij de rivier wonen is er niet blij mee. Zij hadden liever een tunnel gehad.',
  af: 'Die burgemeester het Vrydag gesê dat die nuwe brug voor die einde van die jaar vir die publiek oop sal wees. Dit het meer gekos as wat beplan was, en sommige van die mense wat naby die rivier woon is nie daarmee tevrede nie. Hulle sou eerder ’n tonnel wou hê, maar dit was nie moontlik nie omdat daar nie geld voor is nie.',
  da: 'Borgmesteren sagde fredag, at den nye bro bliver åbnet for offentligheden inden årets udgang. Den har kostet mere end planlagt, og nogle af de mennesker, der bor ved åen, er ikke tilfredse med den. De ville hellere have haft en tunnel, men det blev ikke til noget, efter at byrådet havde sagt nej.',
  nb: 'Ordføreren sa fredag at den nye broen blir åpnet for publikum før året er slutt. Den har kostet mer enn planlagt, og noen av dem som bor ved elva er ikke fornøyd med den. De ville heller ha hatt en tunnel, men det ble det ikke noe av etter at kommunestyret hadde sagt nei. Nå er det også klart hva broen skal hete.',
  nn: 'Ordføraren sa fredag at den nye brua vert opna for publikum før året er slutt. Ho har kosta meir enn planlagt, og nokre av dei som bur ved elva er ikkje nøgde med henne. Dei ville heller ha hatt ein tunnel, men det vart ikkje noko av etter at kommunestyret hadde sagt nei. No er det òg klart kva brua skal heite.',
  sv: 'Borgmästaren sade på fredagen att den nya bron kommer att öppnas för allmänheten före årets slut. Den har kostat mer än planerat, och några av dem som bor vid ån är inte nöjda med den. De hade hellre velat ha en tunnel, men det blev inte av.',
  fi: 'Kaupunginjohtaja sanoi perjantaina, että uusi silta avataan yleisölle ennen vuoden loppua. Se on maksanut enemmän kuin oli suunniteltu, ja osa niistä, jotka asuvat joen lähellä, ei ole siihen tyytyväinen. He olisivat mieluummin ottaneet tunnelin, mutta se ei ollut mahdollista.',
  cs: 'Starosta v pátek řekl, že nový most bude pro veřejnost otevřen ještě před koncem roku. Stál víc, než bylo v plánu, a někteří z těch, kteří žijí u řeky, s ním nejsou spokojeni. Byli by raději, kdyby se postavil tunel, ale ten už zastupitelé odmítli. Podle nich by také nebyl bezpečný.',
  sk: 'Starosta v piatok povedal, že nový most bude pre verejnosť otvorený ešte pred koncom roka. Stál viac, ako bolo v pláne, a niektorí z tých, ktorí žijú pri rieke, s ním nie sú spokojní. Boli by radšej, keby sa postavil tunel, ale ten už poslanci odmietli. Podľa nich by tiež nebol bezpečný.',
  pl: 'Burmistrz powiedział w piątek, że nowy most zostanie otwarty dla mieszkańców jeszcze przed końcem roku. Kosztował więcej, niż było w planie, i część osób, które mieszkają nad rzeką, nie jest z niego zadowolona. Wolałyby, żeby to był tunel.',
  sl: 'Župan je v petek povedal, da bo novi most za javnost odprt še pred koncem leta. Stal je več, kot je bilo v načrtu, in nekateri od tistih, ki živijo ob reki, z njim niso zadovoljni. Raje bi imeli predor, ki pa ga je občina že zavrnila, ker ni bil varen.',
  hu: 'A polgármester pénteken azt mondta, hogy az új híd még az év vége előtt megnyílik. Többe került, mint ahogy tervezték, és azok közül, akik a folyó mellett laknak, nem mindenki elégedett vele. Ők inkább egy alagutat szerettek volna, de ez már nem volt lehetséges.',
  tr: 'Belediye başkanı cuma günü yeni köprünün yıl sonundan önce halka açılacağını söyledi. Köprü planlanandan daha pahalı oldu ve nehrin yanında yaşayan insanların bir kısmı bu durumdan memnun değil. Onlar için bir tünel daha iyi olacaktı ama bu öneri belediye tarafından kabul edilmedi.',
  vi: 'Thị trưởng nói hôm thứ Sáu rằng cây cầu mới sẽ được mở cho người dân trước khi hết năm. Cây cầu đã tốn nhiều tiền hơn dự tính và một số người sống gần sông không hài lòng. Họ muốn có một đường hầm hơn.',
  id: 'Wali kota mengatakan pada hari Jumat bahwa jembatan baru itu akan dibuka untuk umum sebelum akhir tahun. Biayanya lebih besar dari yang direncanakan, dan beberapa orang yang tinggal di dekat sungai tidak senang karena mereka sudah lama ingin terowongan. Namun, pemerintah kota tidak bisa membangun terowongan tersebut karena uang yang ada sangat terbatas, kata dia.',
  ru: 'Мэр сказал в пятницу, что новый мост будет открыт для всех ещё до конца года. Он стоил больше, чем было в планах, и некоторые из тех, кто живёт у реки, им недовольны. Они хотели бы туннель, но его уже не будет.',
  uk: 'Мер сказав у п’ятницю, що новий міст буде відкрито для всіх ще до кінця року. Він коштував більше, ніж було заплановано, і деякі з тих, хто живе біля річки, ним незадоволені. Вони хотіли б тунель, але його вже не буде.',
  bg: 'Кметът каза в петък, че новият мост ще бъде отворен за всички още преди края на годината. Той е струвал повече, отколкото се е планирало, и някои от тези, които живеят до реката, не са доволни от него. Те са искали тунел, но такъв няма да има.',
  sr: 'Градоначелник је у петак рекао да ће нови мост бити отворен за све пре краја године. Коштао је више него што је било планирано, а неки од оних који живе поред реке нису задовољни њиме. Они би више волели тунел, али га неће бити.',
  mk: 'Градоначалникот во петокот рече дека новиот мост ќе биде отворен за сите уште пред крајот на годината. Тој чинеше повеќе отколку што беше планирано, а некои од оние што живеат покрај реката не се задоволни од него. Тие би сакале тунел, но него нема да го има.',
  ar: 'قال رئيس البلدية يوم الجمعة إن الجسر الجديد سيفتح أمام الجميع قبل نهاية العام. وقد كلف أكثر مما كان في الخطة، وبعض الذين يعيشون على ضفة النهر ليسوا راضين عن ذلك لأنهم كانوا يريدون نفقا في هذا المكان.',
  fa: 'شهردار روز جمعه گفت که پل جدید تا پیش از پایان سال برای همه باز خواهد شد. این پل بیشتر از آنچه در برنامه بود هزینه داشته است و برخی از کسانی که کنار رود زندگی می‌کنند از آن راضی نیستند. آنها یک تونل می‌خواستند.',
  ur: 'میئر نے جمعہ کو کہا کہ نیا پل سال کے آخر سے پہلے سب کے لیے کھول دیا جائے گا۔ اس پر اس سے زیادہ خرچ آیا ہے جو منصوبے میں تھا اور دریا کے قریب رہنے والے کچھ لوگ اس سے خوش نہیں ہیں۔ وہ ایک سرنگ چاہتے تھے۔',
  he: 'ראש העיר אמר ביום שישי שהגשר החדש ייפתח לקהל לפני סוף השנה. הוא עלה יותר ממה שתוכנן, וחלק מהאנשים שגרים ליד הנהר אינם מרוצים ממנו.',
  hi: 'मेयर ने शुक्रवार को कहा कि नया पुल साल के अंत से पहले सब के लिए खोल दिया जाएगा। इस पर योजना से ज़्यादा ख़र्च हुआ है और नदी के पास रहने वाले कुछ लोग इस से ख़ुश नहीं हैं।',
  mr: 'महापौरांनी शुक्रवारी सांगितले की नवा पूल वर्ष संपण्यापूर्वी सर्वांसाठी खुला होणार आहे. त्यासाठी ठरवलेल्यापेक्षा जास्त खर्च झाला आहे आणि नदीजवळ राहणारे काही लोक या कामावर खूश नाहीत. त्यांना बोगदा हवा होता, पण तो आता होणार नाही असे ते म्हणाले.',
  el: 'Ο δήμαρχος είπε την Παρασκευή ότι η νέα γέφυρα θα ανοίξει για το κοινό πριν από το τέλος του έτους.',
  th: 'นายกเทศมนตรีกล่าวเมื่อวันศุกร์ว่าสะพานใหม่จะเปิดให้ประชาชนใช้ก่อนสิ้นปี',
  ja: '市長は金曜日、新しい橋が年末までに一般に開放されると述べた。費用は計画より多くかかった。',
  zh: '市长星期五表示，新桥将在年底之前向公众开放。费用比计划的要高，一些住在河边的居民对此并不满意。',
  ko: '시장은 금요일에 새 다리가 연말 전에 시민들에게 개방될 것이라고 말했다.',
}

test.each(Object.entries(news))('news in %s is told as such', (language, text) => {
  expect(detectLanguage(text)).toBe(language)
  expect(detectLanguage(text.normalize('NFD'))).toBe(language)
})

test('a long text is told by its beginning', () => {
  expect(detectLanguage(`${news['fr']} `.repeat(10) + `${news['en']} `.repeat(500))).toBe('fr')
})

test('a text too short or of no words is left open', () => {
  const unsure = [
    '',
    'Bonjour',
    'Le pont est ouvert.',
    'Москва',
    '1234567890 '.repeat(50),
    '🎉'.repeat(500),
    'https://example.org/a/b/c '.repeat(20),
    'lkjh qwer zxcv asdf tyui '.repeat(20),
  ]
  for (const text of unsure) expect(detectLanguage(text), text.slice(0, 30)).toBeUndefined()
})

test('filler Latin is Latin, not a language that came of it', () => {
  const filler =
    'Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor ut labore et dolore. '
  expect(detectLanguage(filler.repeat(5))).toBe('la')
})

test('a text half in one script and half in another is left open', () => {
  expect(detectLanguage(`${news['ru']} ${news['en']}`)).toBeUndefined()
})

test('two languages that only a few words tell apart are left open, not guessed', () => {
  expect([undefined, 'hr', 'bs']).toContain(
    detectLanguage(
      'Gradonačelnik je u petak rekao da će novi most biti otvoren za sve do kraja godine.',
    ),
  )
})

test('any text has a language tag or none, the same every time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
      const language = detectLanguage(text)
      expect(detectLanguage(text)).toBe(language)
      const tags = language === undefined ? [] : [language]
      expect(Intl.getCanonicalLocales(tags)).toEqual(tags)
    }),
    { numRuns: 300 },
  )
})
