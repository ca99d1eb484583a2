/**
 * The commonest words of each language, and those that tell it from its nearest relatives, by the script that they
 * share. Chosen by their frequency in running text, cleared of names and topics; the order means nothing.
 */
export const latinWords: Readonly<Record<string, string>> = {
  en: 'the of and to a in is for on be with that as it by are s at will you was or not this from i can all an has have which if one your but our we he more they were their would there when who been his her its than could after about said into only no up',
  fr: 'de la l et à le les des en est du un une dans par pour il que au sont sur qui a pas avec ce s plus ne n se qu mais on ou ils cette être c peut aux leur leurs même fait ont elle été son sa ses après avant entre sous depuis où donc ainsi aussi très encore deux contre selon lors',
  de: 'die der und in den von das mit auf für ist sie zu ein im sich des es auch an eine nicht dem werden wir wird sind nach ich als einer einen aus oder am aber man bei wie einem hat war dass noch über durch vor bis kann nur wurde zum zur haben ihre seine seit gegen unter mehr',
  es: 'de la y que en el a los un se las con es para ms no del una por su al lo como ha este muy si o son ya pero ser esta te todo entre tiene sus hay todas puede fue más sin sobre también hasta desde donde cuando porque han sido él ella les nos contra ante según años año otros otra eso ese esa estos así aunque mientras durante hoy e',
  pt: 'de a o e que do da com para em os um no na se não é por mais as uma dos mas ao das à tem como sua muito nos também ou já está foi ser pela seu pelo pelos pelas são há até quando onde porque entre sobre depois ainda anos ano ele ela eles seus suas isso essa esse esta este às aos num numa nas ter era sem segundo contra então disse',
  it: 'di e il la in a che per è un del l i della una le non da si con ha al dei alla sono anche più ma nel stato delle sul dal all nella dell gli alle degli nelle dello lo uno perché dopo prima sua suo loro questo questa essere hanno stata ai dai tra fra quando ed c dove ogni molto',
  nl: 'de in van het een en is op met zijn voor door hij te die werd uit was als dat aan ook bij er deze ze naar maar naam om eerst of tot na dit worden werden niet heeft familie wordt had zich haar nog meer over hebben kan geen dan wel zo tegen jaar onder hun ons wat wij tijdens volgens al moet',
  ca: 'de la i a en el que l per els les del un es amb una no és dels al o ha s més com tot hi va aquest sobre aquesta han també si són seu on seva però altres ser fer fins ara des li aquests aquestes estat pel pels quan sense ja hem ens ho seus dos anys any entre molt segons contra després perquè dir tan',
  ro: 'de a la este în cu şi si care o pentru din pe in mai nu un se ca au sau să sa fost sunt ce va fi că prin i s al acest n dar cel toate cele și după până fie ani iar această acesta acestea lui lor dacă astfel doar despre decât între către potrivit ale unei unui',
  sq: 'të e në dhe i me një nga për që më është ka u edhe se janë si së ai tij nuk duke ishte te shumë këtë ne por prej deri pas kishte dy vitin disa tyre t ku ky',
  sv: 'och i att en för som av är på med till det har ett de om den kan från inte man vi sig eller du finns så här men efter detta olika var alla han ska när jag ut många hur även genom skall där vid kommer mycket andra dessa ha upp bara hade vara blev blir vill sade sedan år över under mellan mot utan nu mer hon deras dem själv någon något några',
  da: 'i og er at til en det på af med har for der de den som ikke kan jeg et du men om så vi være var hvor fra man skal eller når ved mange vil også her blev efter sig op meget nye vores hvis mere nu dig selv alle nogle bliver hvad end mig lidt fået noget nogen ud have mod mellem gennem hun hans hendes deres dem kunne skulle ville havde været blive sagde år under over siden både samt hvorfor kun stadig igen ham uden ind',
  nb: 'i og er til av som det for på en med å har at et ikke om kan den de vi fra dette skal ved eller var vil etter også men blir andre denne være du han ble kunne når seg mot ut jeg sine da ha gjennom se mellom hadde inn nå ta hva hele gang meg slik opp enn bli disse nytt vært vår oss følgende sammen selv dem hun hans hennes deres noe noen skulle ville sa år under over siden både samt hvorfor bare fortsatt igjen ham deg uten fram like',
  nn: 'i og er som av til ein på det dei frå den for eit med var har å han ikkje vart ei om at seg eller òg men andre vert ut over der kan dette ved blir hadde etter sør blei då mellom mange opp vest mot språk nord saman ho vore medan seinare sjå vanleg kva kor korleis berre noko nokon vere gjere seier sjølv meir mykje sidan no dykk desse',
  is: 'að og í á er sem til það um ekki en við með fyrir af var því ég hann eru þá verið frá hafa hefur eða þar þeir ef vera þegar þeim svo þetta eftir þeirra sér nú eins upp',
  fi: 'ja on että oli ei ovat myös se voi sekä tai joka ole mutta n sen hän noin jo miten ollut kun kuin mukaan tämä siten jossa koska nyt aikana niiden kaikki koko niin siihen he lisäksi vain eivät siitä vuotta jotka vielä hänen sitä tämän ennen jälkeen kanssa pitää',
  et: 'ja on et ei kui ka see oma aga või siis oli ning nii pole ta veel mis seda saab ma võib kas tuleb juba kes läbi ole väga kuid meie sest üks mitte nende jaoks üle ikka midagi',
  lv: 'un ir ar arī ka par no vai kā uz bet to tas ja kas tā lai jau nav man tad ko var tikai es pēc pie gan līdz jo kad mūsu bija tiek savu būs vēl šo iespējams mums gada vairāk',
  lt: 'ir kad su yra į tik iš tai ne buvo bet savo ar kaip nuo o apie taip kai per bei jų m jau nes pat jis iki gali po tačiau be labai galima dar kuris metu prie dėl metų kurie daugiau',
  pl: 'w i na z się nie do to jest że o po od a za są już ma tym ale tylko roku dla jak które jednak co być przez oraz bo będzie jego tej m tego przed ten ich też można czy który był była było która także przy lat więcej może mogą został została pod',
  cs: 'a v se na je s o do z že k i to pro ve si po jako od nebo by za byl jsou při ale které jsem tak také aby jak jen co která bylo být u proto pokud před jsme který může není už této další byla velmi české podle jeho již více roku let proti však kde když tím ještě dnes',
  sk: 'a na sa v je s aj ako z do si to že o pre pri ale sú som za po nie čo tak ktorý od alebo k len vo už ktoré by byť jeho ak aby podľa sme ho veľmi ich bola so bude ani sk medzi keď iba všetko môže ste bol bolo ktorá tiež viac roku rokov proti však kde tým ešte dnes',
  sl: 'je in v na se za da pa ki z so ne tudi s bi še bo ni po do o lahko to ali če od že kot iz tako si smo pri tem sem ter med kar ker nekaj ko vendar tega bil saj bila bilo več leta let proti kjer nad svoje njegov bodo niso danes',
  hr: 'i je u na se za su od a koji s da o te će iz godine kao ne koje što nakon do sa to koja biti ili prema uz ali bi nije mogu bio tako sve kako pod gdje može također vrijeme više godina moguće dvije prije sati tijekom naše vremena tjedan tko bit poslije uvijek još samo hrvatska hrvatske vlade tjedna uvjeti između zbog nego sam smo ste nismo trebao kazao rekao tisuća ovdje mjesto cijeli svijet opći europske europa izvijestio tisuće gledajući ovom ovog',
  bs: 'je i u se na su od da za a sa koji kao do godine bio s koja što iz to te nakon ali bi koje ili nije ne ima o također ga hiljada mu oko godina on kod danas kada tokom kasnije dio vijeka hiljade njegov često kojih svoj počinje ponovo gdje čemu ovom kojem bosne ko šta takođe prije poslije uvijek još samo kako hercegovine sedmice sedmica sati uslovi između prema zbog nego sam smo ste nismo trebao može kazao dvije ovdje vrijeme mjesto cijeli svijet opšti evropske evropa izvijestio ovog bih bosni',
  'sr-Latn':
    'je u i se na su a od da za sa kao m iz koji ili do što s nije koje ali bio kod koja po posle oko tri ima živi takođe deo veka ko šta tokom pre nakon gde uvek još samo kako srbije srbija godine nedelje sati uslovi između prema zbog nego sam smo ste nismo trebalo može kazao hiljada dve ovde vreme mesto celi svet opšti evropske evropa hiljade ovom ovog bih reč delu predsednik rekao bi će biti',
  hu: 'a az és hogy is nem egy meg de volt csak ez mint már el még azt vagy ha mert után így ki minden majd van nagy új két pedig nagyon ezt én lehet s között olyan amely akkor szerint lesz ami aki több kell ilyen',
  tr: 've bir bu ile da olarak için de daha her olan çok en sonra ilgili tarafından gibi kadar ya ise olmak o göre büyük ilk şekilde nin e a veya özel üzere ne zaman genel önemli yıl değil ancak ama ki mi mı bunu diye olduğunu olduğu yapılan yeni iki var yok hem etti dedi bin oldu edilen şey kendi bizim biz ben bana üzerinde',
  az: 'və bu bir ilə ci də olan da isə üçün kimi ki o sonra çox onun ən idi olaraq edir ilk tərəfindən böyük cü cı görə edən baş lakin həmin daha öz istifadə il hər onu qədər olur heç',
  vi: 'và có của các là được cho những trong với để không người một công hiện đó bạn thể về đã khi tại cũng học sẽ đến sự trên như này ra hơn động thành chính trường sinh làm năm từ nhiều sau phải',
  id: 'yang dan dengan itu di tidak untuk ini akan orang dalam dari maka ia telah mereka dapat oleh tetapi ke pada menjadi bahwa ki ada karena adalah juga lebih sudah kemudian para atau harus masih pun sebagai aku beberapa saya segera demikian apakah hal berbeda justru bisa kata tersebut yaitu sangat saat mengatakan bukan sebuah seorang bagi lain setelah ketika namun hingga kami kita dia belum tahun pemerintah hari antara terhadap melakukan menurut ujar selain agar apa kalau sekitar jadi uang negara rp masa kantor',
  ms: 'yang dan di ini pada untuk lagu dengan dari oleh dalam adalah ada tidak itu sebagai mereka atau juga anda the menjadi ke akan lebih belum banyak seperti atas telah satu lupa of kerana bahawa boleh kata tersebut iaitu sangat apabila berkata bukan sebuah seorang bagi lain setelah ketika namun sehingga kami kita beliau dia tahun kerajaan hari antara terhadap melakukan menurut katanya selain supaya apa pun kalau jadi wang negara rm masa pejabat daripada ialah turut malaysia bukannya mempunyai manakala perlu kepada',
  tl: 'sa ang ng na ay mga at isang ito si noong ni may o bilang mula hindi kanyang siya para pang nito rin unang ibang upang kanilang iba pilipinas hanggang kung pag naging nang lamang isa pa niya dahil mas',
  sw: 'ya na wa kwa katika ni mwaka za la kuwa kama cha hii yake au baada hadi kwanza wakati kutoka watu hivyo kwenye zaidi lakini idadi pia miaka hata ilikuwa nyingi nchini pamoja ambayo vya moja alikuwa kati',
  so: 'oo iyo ka ku ah waa u ee la waxaa ay uu waxay ayaa soo lagu badan wuxuu kale in ugu mid loo aad waxa laga tahay ama sida aan si dadka kala yahay leh ahaan wax waxaana',
  af: 'die en van is in n het wat nie dit te om ek met dat op vir as word ons se hulle maar aan my ook hy kan hierdie jy sy by oor na sal daar deur jou moet was maak soos wees ander baie mense nou',
  eu: 'eta da zen izan bat ziren an zuen ere ez dira bere egin du zuten zituen dute ko ditu artean bi den edo dago baina hainbat diru beste',
  cy: 'yn y a r o mae i ar yr ei ac n yw ã oedd gan wedi roedd ond un mewn ym fel am l yng neu hyd tua rhwng enw gyda bu fod fe sy hefyd er arall',
  ga: 'an a is na agus i ar é le sa go de ag sin tá sé seo ach in ina bhí nó chun ó suite leis ba atá bhliain ann baile féin raibh faoi ní den iad ea',
  eo: 'la de kaj en estas al estis ne por mi sed el ke pri li kun pli kiu tiu ili kiel oni nur ni ankaŭ jam havas esperanto da inter post vi ĝi ĉi aŭ sur kiam dum tio ol',
  la: 'est in et de ad cum quae sunt non ab erat haec vel etiam pro ex sed quod inter eius qui aut nec atque esse hoc per ut si enim autem ac ne quam a fuit a quibus suis suo sua se',
  zu: 'ukuthi futhi kodwa uma noma kakhulu kanye lokhu abantu ngoba ukuba uthe i kusho khona njengoba lapho kahle u ngo le nje bese ukuze ngokuthi kufanele njalo lo',
  xh: 'ukuba xa kwaye le emva ke kunye kuba okanye i ezi abantu kodwa kwi eli ukuya ukuze na bonke kufuneka lo abo',
  st: 'ho le ka e ya ba a ha o ke tse tsa sa di se wa la hore re mme tla kapa bo ile ne empa na',
  tn: 'go le a ka ba e o ya re fa mo gore ke ga ne di mme se wa sa tse tsa kwa bone bo la fela jalo',
  ts: 'ku hi na ya eka va wa ta nga a ka yi ri swi ra leswaku xa loko swa yo leswi i le bya ndzi leyi u lava',
  sn: 'kuti kana asi uye ini iyi akati chete uyu iri ari makore vanhu akadaro vari ndiri nekuti wake ane mari izvi uyo kuita mukadzi vakadaro achiti',
  lg: 'mu ku n ne nga e nti abaana ng ba y bwe era abalala b wa aba ate abakazi ababaka abantu abadde by ya added bw buli',
  yo: 'ni je ti ó n o tele tí ní to ile ati a aare àti ara ede àwo orile kan sí bi e awon si ń ò nínú',
  mi: 'te i ki ngā o e a he ka kei ko me ana atu nei hei mai ia hoki kia ai ā ētahi wā kua ake',
  gl: 'de a o que e do da en un unha os as non para por se con súa seu máis ao ou na no nas dos das pola polo polos polas foi é son está hai tamén xa moi onde cando entre ata sobre así este esta isto aos ás nos unhas uns como pero todo anos ano galicia galego galega foron ter ser lle lles segundo contra despois deste desta ten teñen había dúas dous eles elas aínda sen estes estas desde dende hoxe',
}

export const cyrillicWords: Readonly<Record<string, string>> = {
  ru: 'и в не на что я с он а но к как по это его у из мы все то они было ее только о за от так если мне здесь или них были еще ты же их до сам можно даже где меня бы был была также при под после между который которая которые её ещё уже лет год года году чтобы около со для',
  uk: 'і на в у з не що до та а за це й його для про від я але як по він є їх її вони якщо р був то із чи які може або цього коли того вона лише щоб тільки року який тому була було були також при під після між яка ще вже років рік зі',
  be: 'і ў на з у не што да а па за як калі гэта ад але для пра ён якія аб толькі яго іх вельмі больш я які таму яшчэ таксама вось так быў пры мы яе было года сябе яны каб',
  bg: 'на и в от за се е да с ще не по това са си че като до а които през той има те бъде но към трябва му във след години много г който само при още със няма най тези повече която също бяха беше бил между време според както заради над тази този',
  mk: 'на во и се од со за да е година како го што ја тој ги по бил до не но дека тоа така кои а кој која или била има под било биле може поради според ќе додека околу исто овој еден беше некои',
  sr: 'је у и се на су а од да за са као m из који или до што није које али био код која по s после око три има више шта такође током пре где још само како србије године између према због него сам смо може рекао две време место свет европске део',
  kk: 'және мен бұл де жылы оның болып км бар болды саны бойынша да ол орналасқан құрайды бір деген ақ осы сол үшін сондай жер кейін жылғы деп ал болатын б м туралы екен бірақ емес жоқ керек қазір',
  mn: 'нь байна гэж ч энэ юм л байгаа олон бол байсан гэсэн их тэр байх нэг бас хүн улс би болж болох уу дээр шиг болно болон хоёр байдаг вэ ямар гээд байж биш мөн маань газар жил',
}

export const arabicWords: Readonly<Record<string, string>> = {
  ar: 'في من على أن إلى التي عن و ما أو هذا لا هذه كما بعض ذلك الذي مع هو الى بعد هل كل إن الآن ي قد لم عليه كان كانت قبل بين خلال ثم حيث أي وقال وفي عام',
  fa: 'در و به از است که می این را با های شده آن سال یک شد ها برای شود بود ای بر او کرد نام خود نیز قرار دارد تا عنوان واقع کند یکی باشد یا مورد هم اما کرده وی باید گفت آنها بین',
  ur: 'کے کی ہے میں سے اور کا کو نے اس کہ ہیں پر یہ بھی ایک ان کرنے نہیں کیا تو ہی کر تھے اپنے بات تھا وہ وقت جس جب جو تھی کہا لیکن ہو و وزیر دیا نہ گیا لیے رہا ہوئے ہوں',
  ps: 'د په او چې کې له ته سره يې دی ده هم خو نه وي کړي شوي شي دا هغه پر کړ کړه شو کوي لپاره شوې دغه يو ډېر وو',
  ckb: 'لە بۆ و بە کە ئەو ئەم دا لەسەر هەر لەگەڵ بەڵام یان نییە ئەوەی هەموو دەکات سەر کرد بوو ئێمە دوای ئێستا چەند زۆر خۆی نەک',
}

export const devanagariWords: Readonly<Record<string, string>> = {
  hi: 'है में के की से को का पर भी और हैं कि तो ने एक ही नहीं इस था हो यह कर करने किया जो वह लिए थी तक हुए साथ कुछ गया आप अपने कहा दिया थे रहे उस गई',
  mr: 'आहे या आणि व नाही हे तर ते होते काही आहेत त्या की असे यांनी मी हा एक पण अशा असते आली तरी तो केला झाले केली ही अशी त्यांनी असा दोन म्हणजे काय म्हणून आज ती करून झाली तसेच होता होती मध्ये साठी केले यांच्या करण्यात',
  ne: 'छ छन् को मा र का लागि पनि भएको गरेको तथा ले यो त्यो भने हो थियो गर्न गरी एक नेपाल बाट सहित अनि रहेको भएका हुने गर्ने तर नै उनले गरेका छैन लाई अब',
}
