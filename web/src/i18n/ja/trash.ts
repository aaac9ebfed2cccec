import type { Texts } from '../index.ts';

const texts: Texts['trash'] = {
  title: 'ゴミ箱',
  about: '削除した画像はしばらくここに残り、元に戻せます。',
  show: '表示',
  families: { images: '生成画像', inputs: '入力', controls: 'コントロール画像' },
  holds_one: '画像{{number}}枚、{{used}}。',
  holds_other: '画像{{number}}枚、{{used}}。',
  apart: '使用量には含まれません。',
  limit: 'ゴミ箱の上限は{{most}}で、使用量には含まれません。',
  over: '上限を{{over}}超えています。古いものから早めに消えることがあります。',
  kept_one:
    '削除した画像は{{count}}日間ここに残ります。完全に消えるのは、期限が来たときか管理者が消したときだけです。',
  kept_other:
    '削除した画像は{{count}}日間ここに残ります。完全に消えるのは、期限が来たときか管理者が消したときだけです。',
  keptForEver: '削除した画像は、管理者が完全に消すまでここに残ります。',
  nextToday: '最初の画像は今日消えます。',
  nextInDays_one: '最初の画像は{{count}}日後に消えます。',
  nextInDays_other: '最初の画像は{{count}}日後に消えます。',
  sentences: '{{first}}{{second}}',
  never: '保管',
  today: '今日消えます',
  inDays_one: 'あと{{count}}日で消えます',
  inDays_other: 'あと{{count}}日で消えます',
  emptyTitle: 'ゴミ箱は空です',
  emptyText: '削除した画像はまずここに入り、元に戻せます。',
};

export default texts;
