import type { Scene } from './demo-scenes.ts';

export type Tongue = 'en' | 'ko' | 'ja';

/** What somebody would have asked for to get such a picture, in each language. */
export const PROMPTS: Readonly<Record<Scene, Readonly<Record<Tongue, readonly string[]>>>> = {
  mountains: {
    en: [
      'misty mountain ridges at sunrise, layered silhouettes, soft haze',
      'a lone peak above a sea of clouds, long lens',
    ],
    ko: ['안개 낀 새벽의 산맥, 겹겹이 쌓인 능선, 부드러운 빛', '구름 바다 위로 솟은 봉우리, 해돋이'],
    ja: ['朝霧に包まれた山並み、幾重にも重なる稜線', '雲海に浮かぶ峰、夜明けの光'],
  },
  sea: {
    en: [
      'sunset over a calm sea, light path on the water',
      'the last light on a winter ocean, wide horizon, 35mm film',
    ],
    ko: ['잔잔한 바다 위의 노을, 물결에 비친 빛의 길', '겨울 바다의 마지막 빛, 넓은 수평선'],
    ja: ['凪いだ海に沈む夕日、水面の光の道', '冬の海、広い水平線、フィルム写真'],
  },
  aurora: {
    en: [
      'northern lights above a pine forest, clear starry night',
      'green aurora curtains over a silent taiga, long exposure',
    ],
    ko: ['소나무 숲 위로 춤추는 오로라, 별이 가득한 밤', '고요한 겨울 숲과 초록빛 오로라, 장노출'],
    ja: ['針葉樹の森にかかるオーロラ、満天の星', '静かな雪の夜、揺れる光のカーテン'],
  },
  ink: {
    en: [
      'ink swirling in water, macro, marbled paper texture',
      'abstract marbling, flowing pigment, deep colours',
    ],
    ko: ['물속에 번지는 먹물, 마블링 질감, 추상', '흐르는 물감, 깊은 색의 추상화'],
    ja: ['水に広がる墨、マーブル模様、抽象画', '流れる絵の具、深い色合い、墨流し'],
  },
  planet: {
    en: [
      'a ringless gas giant in deep space, rim light, dust clouds',
      'an exoplanet seen from orbit, volumetric dust, stars',
    ],
    ko: ['깊은 우주에 떠 있는 가스 행성, 별과 먼지 구름', '궤도에서 바라본 외계 행성, 역광'],
    ja: ['深宇宙に浮かぶ巨大ガス惑星、星屑', '軌道から見た異星、逆光、塵の雲'],
  },
  fractal: {
    en: [
      'intricate fractal jewel, filigree, dark background',
      'Julia set in gold and blue, mathematical art',
    ],
    ko: ['보석 같은 프랙탈, 섬세한 금세공, 어두운 배경', '금빛과 푸른빛의 쥘리아 집합'],
    ja: ['宝石のようなフラクタル、繊細な金細工', '金と青のジュリア集合、数学の美'],
  },
  city: {
    en: [
      'a rainy city skyline at dusk, lit windows, reflections on the street',
      'retro city at night, tiny windows, drizzle, synthwave palette',
    ],
    ko: ['비 내리는 저녁의 도시, 불 켜진 창문, 젖은 거리', '밤의 도시 풍경, 이슬비, 레트로 색감'],
    ja: ['雨の夕暮れの街並み、窓の灯り、濡れた路面', '夜の街、霧雨、レトロな配色'],
  },
  dunes: {
    en: [
      'wind-carved sand dunes, raking light, minimal composition',
      'endless desert, rippled sand, soft gradient sky',
    ],
    ko: ['바람이 새긴 모래 언덕, 비스듬한 빛, 미니멀', '끝없는 사막, 물결무늬 모래'],
    ja: ['風が刻んだ砂丘、斜光、ミニマルな構図', '果てしない砂漠、砂の波紋'],
  },
  lanterns: {
    en: [
      'festival lights out of focus, bokeh, summer night',
      'warm bokeh circles, blurred street lanterns, shallow depth of field',
    ],
    ko: ['초점 밖의 축제 불빛, 보케, 여름밤', '따뜻한 등불의 보케, 얕은 심도'],
    ja: ['夏祭りの灯り、ボケ味、夜', '提灯のやわらかな玉ボケ、浅い被写界深度'],
  },
  flower: {
    en: [
      'a dahlia in full bloom, studio light, velvet petals, macro',
      'botanical illustration of a water lily, radial symmetry',
    ],
    ko: ['활짝 핀 달리아, 스튜디오 조명, 벨벳 같은 꽃잎', '수련의 식물 세밀화, 방사 대칭'],
    ja: ['満開のダリア、スタジオ照明、ビロードの花びら', '睡蓮の植物画、放射対称'],
  },
};

export const STYLES: Readonly<Record<Tongue, readonly string[]>> = {
  en: [
    'highly detailed',
    'cinematic lighting',
    'watercolor, soft edges',
    'oil painting, thick impasto',
    'muted colours',
    'film grain',
  ],
  ko: ['아주 섬세한 묘사', '영화 같은 조명', '수채화 느낌', '유화 질감', '따뜻한 색감'],
  ja: ['緻密な描写', '映画的な照明', '水彩画風', '淡い色彩', '浮世絵風'],
};

export const NEGATIVES: Readonly<Record<Tongue, string>> = {
  en: 'lowres, blurry, watermark, text, jpeg artifacts',
  ko: '저화질, 흐릿함, 글자, 워터마크',
  ja: '低品質, ぼやけ, 文字, 透かし',
};

export const TAGS: Readonly<Record<Tongue, readonly string[]>> = {
  en: ['wallpaper', 'final', 'draft', 'client-a', 'night', 'moodboard'],
  ko: ['풍경', '배경화면', '시안', '최종'],
  ja: ['風景', '壁紙', '下書き', '完成'],
};
