import type { Texts } from '../index.ts';

const texts: Texts['inputs'] = {
  title: '入力',
  about: '制作の出発点になる画像です。このページのどこにでもファイルをドロップするか、貼り付けてください。',
  add: '画像を追加',
  dropHere: 'ドロップすると入力に追加されます',
  dropZone: 'ドロップまたは貼り付けで画像を追加',
  emptyTitle: '入力はまだありません',
  emptyText:
    'PNG、JPEG、WebPのファイルを追加できます。ボタンで選ぶか、このページにドロップするか、貼り付けてください。ギャラリーの画像は「入力として使う」でここに入ります。',
  uploads: 'アップロード',
  uploadSummary_one: '{{count, number}}件中{{stored}}件を保存、{{failed}}件が失敗',
  uploadSummary_other: '{{count, number}}件中{{stored}}件を保存、{{failed}}件が失敗',
  ofBytes: '{{sent}} / {{total}}',
  waiting: '待機中',
  storing: '保存中…',
  stored: '保存しました',
  wasThere: 'すでにありました',
  cancelled: 'キャンセルしました',
  cancelAll: 'すべてキャンセル',
  cancelFile: '{{name}}をキャンセル',
  retryFailed: '失敗したものをもう一度試す',
  retryFile: '{{name}}をもう一度送る',
  andMore_one: 'ほか{{count, number}}件。',
  andMore_other: 'ほか{{count, number}}件。',
  noFiles: 'ファイルが含まれていません。',
  tooMany: '最初の {{number}} 件だけを受け取りました。残りはそのあとで追加してください。',
  unreadable: 'ドロップされたものを読み取れません。',
};

export default texts;
